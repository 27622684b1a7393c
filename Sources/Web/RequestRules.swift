/// What the library lets through and a server must not: bodies of unclear length, and names that are not its own.
struct RequestRules {
    private let configuration: WebServer.Configuration

    init(_ configuration: WebServer.Configuration) { self.configuration = configuration }

    /// The answer to a head that is refused; nil if it is fine.
    func refusal(of headers: WebHeaders, target: String) -> WebResponse? {
        let lengths = headers.all("Content-Length")
        // Two lengths, or a length beside chunks: whoever stands in front may read another one than this server.
        guard lengths.count + headers.all("Transfer-Encoding").count <= 1 else {
            return closing(.text("The length of the body is given more than once.", status: 400))
        }
        if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return closing(.text("Content-Length is no number.", status: 400))
            }
            guard let count = Int(length), count <= configuration.bodyLimit else { return tooLarge }
        }
        guard headers.all("Host").count <= 1 else {
            return closing(.text("Host is given more than once.", status: 400))
        }
        guard let hosts = configuration.hosts else { return nil }
        // A page of another origin whose name was rebound to this address still sends its own name.
        guard let host = headers["Host"], hosts.contains(Self.name(ofHost: host)) else {
            return closing(.text("This server does not answer to that Host.", status: 421))
        }
        return nil
    }

    /// The answer to a body over the limit.
    var tooLarge: WebResponse {
        closing(.text("The body is larger than \(configuration.bodyLimit) bytes.", status: 413))
    }

    private func closing(_ response: WebResponse) -> WebResponse {
        var response = response
        response.headers.append("Connection", "close")
        return response
    }

    /// The host without its port, in lower case; an IPv6 address keeps its brackets.
    static func name(ofHost host: String) -> String {
        let end =
            host.hasPrefix("[") ? host.firstIndex(of: "]").map(host.index(after:)) : host.firstIndex(of: ":")
        return host[..<(end ?? host.endIndex)].lowercased()
    }
}
