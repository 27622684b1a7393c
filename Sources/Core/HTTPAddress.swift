/// An absolute http or https address in its parts, as RFC 3986 has them, without user information and fragment.
package struct HTTPAddress: Hashable, Sendable {
    /// `http` or `https`.
    package let scheme: String
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    /// The scheme's usual port where none is written.
    package let port: Int
    /// Begins with a slash; percent-encoded as it came.
    package let path: String
    /// What stands behind the question mark, percent-encoded; nil where there is no question mark.
    package let query: String?

    private init(scheme: String, host: String, port: Int, path: String, query: String?) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path.isEmpty ? "/" : path
        self.query = query
    }

    /// Takes an address apart.
    ///
    /// Bytes that may not stand in one (spaces, quotes, non-ASCII text) are percent-encoded in path and
    /// query; control characters, user information and any other scheme are refused.
    package init(parsing text: String) throws(HTTPError) {
        let parts = try AddressReference(text)
        guard let scheme = parts.scheme else {
            throw HTTPError(.badAddress, "the address has no scheme: write it whole, as https://host/path")
        }
        guard let authority = parts.authority else {
            throw HTTPError(
                .badAddress,
                "an address of scheme \(scheme) has no host: write https://host/path"
            )
        }
        try self.init(scheme: scheme, authority: authority, path: parts.path, query: parts.query)
    }

    private init(scheme: String, authority: String, path: String, query: String?) throws(HTTPError) {
        guard scheme == "https" || scheme == "http" else {
            throw HTTPError(.badAddress, "scheme \(scheme) is not https or http")
        }
        let (host, port) = try HTTPAddress.split(authority: authority)
        self.init(
            scheme: scheme,
            host: host,
            port: port ?? HTTPAddress.usualPort(scheme),
            path: path,
            query: query
        )
    }

    /// The address as it is sent.
    package var text: String { query.map { "\(logged)?\($0)" } ?? logged }

    /// The address without its query, for logs and errors (I6).
    package var logged: String { "\(scheme)://\(authority)\(path)" }

    /// Host and port as they stand in an address: brackets around IPv6, no port where it is the usual one.
    package var authority: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == HTTPAddress.usualPort(scheme) ? name : "\(name):\(port)"
    }

    /// Whether the host is this machine by its name or address (`localhost`, 127.0.0.0/8, `::1`), without a lookup.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127"
            && numbers.allSatisfy { UInt8($0) != nil && ($0 == "0" || $0.first != "0") && $0.first != "+" }
    }

    /// The address a reference in this one's document leads to (RFC 3986 §5.2); a fragment is dropped.
    package func resolving(_ reference: String) throws(HTTPError) -> HTTPAddress {
        let parts = try AddressReference(reference)
        if let scheme = parts.scheme {
            guard let authority = parts.authority else {
                throw HTTPError(.badAddress, "a link of scheme \(scheme) has no host")
            }
            let path = AddressReference.removingDotSegments(parts.path)
            return try HTTPAddress(scheme: scheme, authority: authority, path: path, query: parts.query)
        }
        if let authority = parts.authority {
            let path = AddressReference.removingDotSegments(parts.path)
            return try HTTPAddress(scheme: scheme, authority: authority, path: path, query: parts.query)
        }
        guard !parts.path.isEmpty else { return replacing(path: path, query: parts.query ?? query) }
        var target = parts.path
        if target.utf8.first != UInt8(ascii: "/") {
            let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[...$0] } ?? "/"
            target = directory + target
        }
        return replacing(path: AddressReference.removingDotSegments(target), query: parts.query)
    }

    /// The address with one query parameter set: the first of that name is replaced, further ones are taken out.
    package func setting(query name: String, to value: String) -> HTTPAddress {
        let parameter = "\(HTTPAddress.encodeQueryComponent(name))=\(HTTPAddress.encodeQueryComponent(value))"
        guard let query, !query.isEmpty else { return replacing(path: path, query: parameter) }
        var isSet = false
        var kept: [Substring] = []
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            guard HTTPAddress.decodeQueryComponent(pair.prefix { $0 != "=" }) == Array(name.utf8) else {
                kept.append(pair)
                continue
            }
            if !isSet { kept.append(Substring(parameter)) }
            isSet = true
        }
        if !isSet { kept.append(Substring(parameter)) }
        return replacing(path: path, query: kept.joined(separator: "&"))
    }

    /// The value of a query parameter, the first of that name; nil where there is none, or where it is no UTF-8.
    package func value(ofQuery name: String) -> String? {
        for pair in query?.split(separator: "&") ?? [] {
            let written = pair.prefix { $0 != "=" }
            guard HTTPAddress.decodeQueryComponent(written) == Array(name.utf8) else { continue }
            let value = HTTPAddress.decodeQueryComponent(pair.dropFirst(written.count + 1))
            return String(validating: value, as: UTF8.self)
        }
        return nil
    }

    /// Percent-encodes everything except letters, digits and `-._~`.
    package static func encodeQueryComponent(_ text: String) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                AddressReference.appendPercentEncoded(byte, to: &encoded)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private func replacing(path: String, query: String?) -> HTTPAddress {
        HTTPAddress(scheme: scheme, host: host, port: port, path: path, query: query)
    }

    private static func usualPort(_ scheme: String) -> Int { scheme == "https" ? 443 : 80 }

    /// The bytes a query component stands for; a broken escape stands for itself.
    private static func decodeQueryComponent(_ text: Substring) -> [UInt8] {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(
                    String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self),
                    radix: 16
                )
            {
                decoded.append(value)
                index += 3
            } else {
                decoded.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return decoded
    }
}

extension HTTPAddress {
    /// Host and port of `host`, `host:port` or `[IPv6]:port`; an empty port counts as none.
    static func split(authority: String) throws(HTTPError) -> (host: String, port: Int?) {
        // User information is a place to hide a host or a password in: no API needs it.
        guard !authority.utf8.contains(UInt8(ascii: "@")) else {
            throw HTTPError(.badAddress, "the address holds user information before its host: take it out")
        }
        var rest = Substring(authority.lowercased())
        let host: Substring
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else {
                throw HTTPError(.badAddress, "the IPv6 address of the host has no closing bracket")
            }
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            guard host.utf8.contains(UInt8(ascii: ":")), host.utf8.allSatisfy(isIPv6Byte) else {
                throw HTTPError(.badAddress, "the host between brackets is not an IPv6 address")
            }
        } else {
            host = rest.prefix { $0 != ":" }
            rest = rest[host.endIndex...]
            guard !host.isEmpty, host.utf8.allSatisfy(isHostByte), host.utf8.first != UInt8(ascii: ".") else {
                throw HTTPError(
                    .badAddress,
                    "the host is empty or holds other characters than letters, digits, dots and hyphens"
                        + " (an international name is written in its xn-- form)"
                )
            }
        }
        guard let colon = rest.first else { return (String(host), nil) }
        let digits = rest.dropFirst()
        guard colon == ":" else {
            throw HTTPError(.badAddress, "the host is followed by something else than a port")
        }
        guard !digits.isEmpty else { return (String(host), nil) }
        guard digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let port = UInt16(digits),
            port > 0
        else { throw HTTPError(.badAddress, "the port is not a number from 1 to 65535") }
        return (String(host), Int(port))
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
