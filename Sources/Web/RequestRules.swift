/// What the library lets through and a server must not: bodies of unclear length, and names that are not its own.
struct RequestRules {
    private let configuration: WebServer.Configuration

    init(_ configuration: WebServer.Configuration) { self.configuration = configuration }

    /// The answer to a head that is refused; nil if it is fine.
    func refusal(of headers: WebHeaders, target: String) -> WebResponse? {
        let lengths = headers.all("Content-Length")
        // Two lengths, or a length beside chunks: whoever stands in front may read another one than this server.
        guard lengths.count + headers.all("Transfer-Encoding").count <= 1 else {
            return closing(400, "The length of the body is given more than once.")
        }
        if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return closing(400, "Content-Length is no number.")
            }
            guard let count = Int(length), count <= configuration.bodyLimit else { return tooLarge }
        }
        guard headers.all("Host").count <= 1 else {
            return closing(400, "Host is given more than once.")
        }
        guard let hosts = configuration.hosts else { return nil }
        // A page of another origin whose name was rebound to this address still sends its own name.
        guard let host = headers.hostName, hosts.contains(host) else {
            return closing(421, "This server does not answer to that Host.")
        }
        return nil
    }

    /// The answer to a body over the limit.
    var tooLarge: WebResponse {
        closing(413, "The body is larger than \(configuration.bodyLimit) bytes.")
    }

    private func closing(_ status: Int, _ reason: String) -> WebResponse {
        var response = configuration.refusal(status, reason)
        response.headers.append("Connection", "close")
        return response
    }
}
