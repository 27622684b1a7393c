import Core

/// Where the daemon listens: a numeric address and a port.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// How it is written, for errors.
    package static let forms = "ADDRESS:PORT, such as 127.0.0.1:8600, 0.0.0.0:8600 or [::1]:8600"

    /// Numeric; an IPv6 address without its brackets.
    package let host: String
    /// 0 takes a free one.
    package var port: Int
    /// Whether only this machine reaches it.
    package let isLoopback: Bool

    /// Reads `ADDRESS:PORT`; nil for something else.
    package init?(parsing text: String) {
        guard !text.contains(where: { "/?#".contains($0) }), let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), text.last?.isNumber == true,
            // An address of the web has no port 0; here it is whichever is free, which the daemon then says.
            let address = try? HTTPAddress(parsing: "http://\(text[..<colon]):\(max(1, port))"),
            address.host.contains(":") || Self.isIPv4(address.host) || address.host == "localhost"
        else { return nil }
        // The server takes numbers only, and everybody writes this name.
        host = address.host == "localhost" ? "127.0.0.1" : address.host
        self.port = Int(port)
        isLoopback = address.isLoopback
    }

    /// An address of its parts; nil where the host is none that can be listened on.
    package init?(host: String, port: Int) {
        self.init(parsing: host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isIPv4(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4
            && numbers.allSatisfy { number in
                number.allSatisfy { $0.isASCII && $0.isNumber } && UInt8(number) != nil
                    && (number == "0" || number.first != "0")
            }
    }
}
