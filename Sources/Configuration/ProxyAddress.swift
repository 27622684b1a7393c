import Core

/// A proxy as libcurl takes it: `[scheme://][user:password@]host[:port]`.
struct ProxyAddress {
    private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
    /// How errors say what is needed.
    static let form = "[http|https|socks5h://]HOST:PORT, or none"

    /// What stands before the `@`; may hold a password.
    let credentials: String?

    /// Nil where the text is no proxy's address.
    init?(_ text: String) {
        var rest = text[...]
        if let mark = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false).first,
            mark.endIndex < text.endIndex
        {
            guard Self.schemes.contains(mark.lowercased()) else { return nil }
            rest = text[mark.endIndex...].dropFirst(3)
        }
        credentials = rest.lastIndex(of: "@").map { String(rest[..<$0]) }
        let host = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        guard let address = try? HTTPAddress(parsing: "http://\(host)"), address.query == nil,
            address.path.isEmpty || address.path == "/"
        else { return nil }
    }

    /// The part of the credentials that nobody may see.
    var password: String? {
        guard let credentials, let colon = credentials.firstIndex(of: ":") else { return nil }
        return String(credentials[credentials.index(after: colon)...])
    }
}
