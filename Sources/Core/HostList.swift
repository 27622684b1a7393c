/// The hosts credentials may be sent to (I6): every address is checked against it before a request, the links that
/// an API answers with included.
package struct HostList: Hashable, Sendable {
    private struct Pattern: Hashable {
        var isSuffix: Bool
        /// The whole host, or for `*.example.com` the suffix with its dot.
        var name: String
        var port: Int?
    }

    /// The patterns as they were written.
    package let patterns: [String]
    private let parsed: [Pattern]

    /// Takes `host`, `host:port` and `*.suffix` (any subdomain, not the suffix itself).
    ///
    /// Without a port a pattern stands for the scheme's usual one, on loopback for any. A pattern that cannot
    /// be read allows nothing.
    package init(patterns: [String]) {
        self.patterns = patterns
        parsed = patterns.compactMap(HostList.parse)
    }

    /// Whether a request may go to the address's host and port.
    package func allows(_ address: HTTPAddress) -> Bool {
        parsed.contains { pattern in
            let isNamed =
                pattern.isSuffix ? address.host.hasSuffix(pattern.name) : address.host == pattern.name
            guard isNamed else { return false }
            if let port = pattern.port { return address.port == port }
            return address.isLoopback || address.port == (address.scheme == "https" ? 443 : 80)
        }
    }

    /// Throws `http.forbidden_host` for a host that is not on the list and `http.insecure` for plain http to anything
    /// else than loopback.
    package func check(_ address: HTTPAddress) throws(HTTPError) {
        guard allows(address) else {
            throw HTTPError(
                .forbiddenHost,
                "\(address.authority) is not among the hosts this extractor may talk to"
                    + " (\(patterns.joined(separator: ", "))): if it is right, add it to `hosts`"
            )
        }
        try address.checkIsSecure()
    }

    private static func parse(_ text: String) -> Pattern? {
        let isSuffix = text.hasPrefix("*.")
        guard
            let (host, port) = try? HTTPAddress.split(authority: isSuffix ? String(text.dropFirst(2)) : text)
        else {
            return nil
        }
        return Pattern(isSuffix: isSuffix, name: isSuffix ? ".\(host)" : host, port: port)
    }
}

extension HTTPAddress {
    /// Throws `http.insecure` unless the address is https or on this machine.
    package func checkIsSecure() throws(HTTPError) {
        guard scheme == "https" || isLoopback else {
            throw HTTPError(.insecure, "\(logged) is plain http to another machine: use https")
        }
    }
}
