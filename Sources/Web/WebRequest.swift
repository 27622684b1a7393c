/// A request as it came, whole.
package struct WebRequest: Sendable {
    package var method: String
    /// The target as sent, with its query.
    package var target: String
    /// The path as sent, still escaped; `segments` decodes it.
    package var path: String
    package var query: WebQuery
    package var headers: WebHeaders
    package var body: [UInt8]

    /// Takes a target apart.
    package init(method: String, target: String, headers: WebHeaders = WebHeaders(), body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        let bytes = target.utf8
        let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        path = String(target[..<end])
        query = WebQuery(parsing: end == bytes.endIndex ? bytes[end...] : bytes[bytes.index(after: end)...])
    }

    /// The decoded parts of the path between its slashes; an escaped slash stays inside its part.
    package var segments: [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { PercentEncoding.decode($0, plusIsSpace: false) }
    }
}

/// Header fields, in order, names in any case.
package struct WebHeaders: Sendable, ExpressibleByDictionaryLiteral {
    package var fields: [(name: String, value: String)] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { (name: $0.0, value: $0.1) }
    }

    /// The first value of that name.
    package subscript(name: String) -> String? { fields.first { Self.isSame($0.name, name) }?.value }

    /// All values of that name.
    package func all(_ name: String) -> [String] {
        fields.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// Adds a field, beside others of the same name.
    package mutating func append(_ name: String, _ value: String) {
        fields.append((name: name, value: value))
    }

    /// The name in `Host` without its port, in lower case; an IPv6 address keeps its brackets.
    package var hostName: String? {
        guard let host = self["Host"] else { return nil }
        let end =
            host.hasPrefix("[") ? host.firstIndex(of: "]").map(host.index(after:)) : host.firstIndex(of: ":")
        return host[..<(end ?? host.endIndex)].lowercased()
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).allSatisfy { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }
}
