import JSON

/// Reads the versions topic's records of one account.
///
/// The form that `VersionRecord` writes, in plain ASCII, is read at once; whatever differs from it goes through the
/// strict reader of all state, which knows the reason where it refuses.
package struct VersionRecordReader {
    private let account: AccountName
    private let versionHead: [UInt8]
    private let entryHead: [UInt8]
    /// The last record's stream: nearly always the next one's as well.
    private var stream: StreamName?
    private var streamBytes: ArraySlice<UInt8> = []

    /// A reader of one account's records.
    package init(account: AccountName) {
        self.account = account
        versionHead = Array(#"["version","\#(account)",""#.utf8)
        entryHead = Array(#"["entry","\#(account)",""#.utf8)
    }

    /// What a record changes; nil for another account's, and for kinds that a later version adds.
    ///
    /// Older formats are read, a newer one is refused.
    package mutating func change(key: [UInt8], value: [UInt8]?) throws(StateError) -> VersionChange? {
        let kind: Kind
        let place: (stream: StreamName, name: [UInt8])
        if let found = quickPlace(key, behind: versionHead) {
            kind = .version
            place = found
        } else if let found = quickPlace(key, behind: entryHead) {
            kind = .entry
            place = found
        } else if let found = try strictPlace(key) {
            kind = found.kind
            place = (found.stream, found.name)
        } else {
            return nil
        }
        switch kind {
        case .version:
            return VersionChange(place.stream, .version(key: place.name, try version(value, place)))
        case .entry: return VersionChange(place.stream, .entry(id: place.name, time: try time(value, place)))
        }
    }

    private enum Kind { case version, entry }

    private mutating func quickPlace(_ key: [UInt8], behind head: [UInt8]) -> (
        stream: StreamName, name: [UInt8]
    )? {
        var text = VersionText(key)
        guard text.skip(head) else { return nil }
        guard let streamBytes = text.plainText(), text.skip(VersionText.comma), let name = text.quoted(),
            text.skip(VersionText.bracket), text.isAtEnd
        else { return nil }
        if let stream, streamBytes == self.streamBytes { return (stream, name) }
        guard let stream = try? StreamName(String(decoding: streamBytes, as: UTF8.self)) else { return nil }
        self.stream = stream
        self.streamBytes = streamBytes
        return (stream, name)
    }

    private func strictPlace(_ key: [UInt8]) throws(StateError) -> (
        kind: Kind, stream: StreamName, name: [UInt8]
    )? {
        let value = try? JSONValue.parse(key)
        guard case .array(let elements)? = value, elements.count > 1,
            case let parts = elements.compactMap(\.text),
            parts.count == elements.count
        else { throw Self.unreadable(key) }
        guard parts[1] == account.text else { return nil }
        let kind: Kind
        switch parts[0] {
        case "version": kind = .version
        case "entry": kind = .entry
        default: return nil
        }
        guard parts.count == 4, let stream = try? StreamName(parts[2]) else { throw Self.unreadable(key) }
        return (kind, stream, Array(parts[3].utf8))
    }

    private func version(_ value: [UInt8]?, _ place: (stream: StreamName, name: [UInt8]))
        throws(StateError) -> RememberedVersion?
    {
        guard let value else { return nil }
        if let version = VersionText.version(value) { return version }
        return try strictVersion(value, place)
    }

    private func time(_ value: [UInt8]?, _ place: (stream: StreamName, name: [UInt8]))
        throws(StateError) -> Instant?
    {
        guard let value else { return nil }
        if let time = VersionText.time(value) { return time }
        return try strictTime(value, place)
    }

    private func strictVersion(_ value: [UInt8], _ place: (stream: StreamName, name: [UInt8]))
        throws(StateError) -> RememberedVersion
    {
        let noun = noun("remembered of", place)
        var document = try StateDocument(value, noun: noun, newestFormat: VersionRecord.format)
        guard let content = ContentHash(hex: Array(try document.text("content").utf8)) else {
            throw StateError(.unreadable, "\(noun) cannot be read: \"content\" is not 32 hexadecimal digits")
        }
        let version = RememberedVersion(
            version: document.holds("version") ? Array(try document.text("version").utf8) : nil,
            content: content,
            count: try document.int("count"),
            isDeleted: document.holds("deleted") ? try document.bool("deleted") : false,
            seen: Instant(milliseconds: try document.int("seen")),
            read: try document.int("read"),
            parent: document.holds("parent") ? Array(try document.text("parent").utf8) : nil
        )
        try document.finish()
        return version
    }

    private func strictTime(_ value: [UInt8], _ place: (stream: StreamName, name: [UInt8]))
        throws(StateError) -> Instant
    {
        let noun = noun("remembered of the entry", place)
        var document = try StateDocument(value, noun: noun, newestFormat: VersionRecord.format)
        let time = Instant(milliseconds: try document.int("time"))
        try document.finish()
        return time
    }

    private func noun(_ what: String, _ place: (stream: StreamName, name: [UInt8])) -> String {
        // Cut, since it comes from outside.
        let name = String(decoding: place.name.prefix(120), as: UTF8.self)
        return "what is \(what) \(account) \(place.stream) \(name)"
    }

    private static func unreadable(_ key: [UInt8]) -> StateError {
        StateError(
            .unreadable,
            "the versions topic holds a record whose key is no key of sluice: "
                + "\(String(decoding: key.prefix(200), as: UTF8.self)); does something else write to the topic?"
        )
    }
}

/// A record's text, taken apart from its start: each step gives nothing where the text is not of the written form.
private struct VersionText {
    static let comma = Array(",".utf8)
    static let bracket = Array("]".utf8)
    private static let content = Array(#"{"format":1,"content":""#.utf8)
    private static let count = Array(#"","count":"#.utf8)
    private static let seen = Array(#","seen":"#.utf8)
    private static let read = Array(#","read":"#.utf8)
    private static let version = Array(#","version":"#.utf8)
    private static let deleted = Array(#","deleted":true"#.utf8)
    private static let parent = Array(#","parent":"#.utf8)
    private static let time = Array(#"{"format":1,"time":"#.utf8)
    private static let brace = Array("}".utf8)

    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func version(_ bytes: [UInt8]) -> RememberedVersion? {
        var text = VersionText(bytes)
        guard text.skip(content), let hash = text.hash(), text.skip(count), let count = text.number(),
            text.skip(seen), let seen = text.number(), text.skip(read), let read = text.number()
        else { return nil }
        var result = RememberedVersion(
            content: hash,
            count: count,
            seen: Instant(milliseconds: seen),
            read: read
        )
        if text.skip(version) {
            guard let version = text.quoted() else { return nil }
            result.version = version
        }
        result.isDeleted = text.skip(deleted)
        if text.skip(parent) {
            guard let parent = text.quoted() else { return nil }
            result.parent = parent
        }
        guard text.skip(brace), text.isAtEnd else { return nil }
        return result
    }

    static func time(_ bytes: [UInt8]) -> Instant? {
        var text = VersionText(bytes)
        guard text.skip(time), let milliseconds = text.number(), text.skip(brace), text.isAtEnd else {
            return nil
        }
        return Instant(milliseconds: milliseconds)
    }

    var isAtEnd: Bool { index == bytes.count }

    mutating func skip(_ text: [UInt8]) -> Bool {
        guard bytes.count - index >= text.count else { return false }
        for position in 0..<text.count where bytes[index + position] != text[position] { return false }
        index += text.count
        return true
    }

    /// The text of a string up to its closing quote; only where it is ASCII and nothing in it is escaped.
    mutating func plainText() -> ArraySlice<UInt8>? {
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") else { return nil }
            if byte == UInt8(ascii: "\"") {
                index += 1
                return bytes[start..<index - 1]
            }
            index += 1
        }
        return nil
    }

    mutating func quoted() -> [UInt8]? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        index += 1
        return plainText().map(Array.init)
    }

    mutating func number() -> Int? {
        let start = index
        var value = 0
        while index < bytes.count, case let digit = bytes[index] &- UInt8(ascii: "0"), digit < 10 {
            value = value * 10 + Int(digit)
            index += 1
            guard index - start < 18 else { return nil }
        }
        let hasLeadingZero = index - start > 1 && bytes[start] == UInt8(ascii: "0")
        return index > start && !hasLeadingZero ? value : nil
    }

    mutating func hash() -> ContentHash? {
        guard bytes.count - index >= 32 else { return nil }
        let hash = ContentHash(hex: bytes[index..<index + 32])
        index += 32
        return hash
    }
}
