/// An absolute or relative reference in the five parts of RFC 3986 §3, without its fragment.
struct AddressReference {
    /// Lower case; nil for a relative reference.
    var scheme: String?
    var authority: String?
    var path: String
    var query: String?

    /// Splits a reference as appendix B of the RFC does and percent-encodes what may not stand in it.
    init(_ text: String) throws(HTTPError) {
        // A line break would reach the request line: that is how headers are smuggled in.
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw HTTPError(.badAddress, "the address holds a control character")
        }
        var rest = text.utf8.prefix { $0 != UInt8(ascii: "#") }
        let head = rest.prefix { !":/?".utf8.contains($0) }
        if head.endIndex < rest.endIndex, rest[head.endIndex] == UInt8(ascii: ":"),
            AddressReference.isScheme(head)
        {
            scheme = String(Substring(head)).lowercased()
            rest = rest[rest.index(after: head.endIndex)...]
        }
        if rest.starts(with: "//".utf8) {
            let name = rest.dropFirst(2).prefix { !"/?".utf8.contains($0) }
            authority = String(Substring(name))
            rest = rest[name.endIndex...]
        }
        let bare = rest.prefix { $0 != UInt8(ascii: "?") }
        path = AddressReference.escapingForbidden(bare)
        query =
            bare.endIndex < rest.endIndex
            ? AddressReference.escapingForbidden(rest[bare.endIndex...].dropFirst()) : nil
    }

    /// RFC 3986 §5.2.4.
    static func removingDotSegments(_ path: String) -> String {
        guard !path.isEmpty else { return path }
        var kept: [Substring] = []
        var segments = path.split(separator: "/", omittingEmptySubsequences: false)
        if segments.first == "" { segments.removeFirst() }
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            switch segment {
            case ".": if isLast { kept.append("") }
            case "..":
                if !kept.isEmpty { kept.removeLast() }
                if isLast { kept.append("") }
            default: kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/")
    }

    static func appendPercentEncoded(_ byte: UInt8, to bytes: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
    }

    private static func isScheme(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, isLetter(first) else { return false }
        return bytes.allSatisfy {
            isLetter($0) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || "+-.".utf8.contains($0)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }

    private static func escapingForbidden(_ bytes: Substring.UTF8View) -> String {
        guard bytes.contains(where: isForbidden) else { return String(Substring(bytes)) }
        var escaped: [UInt8] = []
        for byte in bytes {
            if isForbidden(byte) { appendPercentEncoded(byte, to: &escaped) } else { escaped.append(byte) }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// Printable bytes that no part of an address may hold.
    ///
    /// Brackets stay: APIs write them in query names.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte <= 0x20 || "\"<>\\^`{|}".utf8.contains(byte)
    }
}
