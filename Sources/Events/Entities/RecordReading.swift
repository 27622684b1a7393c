import Core
import JSON

/// A field that a scan takes out of records: where it puts it, and what the record calls it.
struct RecordPlace: Hashable, Sendable {
    var position: Int
    var path: [String]
    /// What has become of what stands there.
    var action = PrivacyAction.pass

    /// Whether what stands there may be another thing than the service said.
    var isProtected: Bool { action == .mask || action == .hash }
}

/// What a scan has taken out of one record.
struct RecordReading {
    let page: ScannedPage
    let record: Int
    /// The key of the record's parent, where it is a child.
    let parent: [UInt8]?

    /// The token of a field, empty where the record has none.
    func token(_ place: RecordPlace) -> ArraySlice<UInt8> {
        page.bytes[page.field(place.position, ofRecord: record).range]
    }

    /// Whether there is something else than null and an empty text.
    func hasValue(_ place: RecordPlace) -> Bool {
        let token = token(place)
        return !token.isEmpty && token.first != UInt8(ascii: "n") && !token.elementsEqual("\"\"".utf8)
    }

    /// A text decoded, a number or truth value as it is written; nil for anything else.
    func text(_ place: RecordPlace) -> String? {
        let token = token(place)
        switch token.first {
        case UInt8(ascii: "\"")?:
            var text: [UInt8] = []
            JSONText.decodeString(token, into: &text)
            return String(decoding: text, as: UTF8.self)
        case UInt8(ascii: "{")?, UInt8(ascii: "[")?, UInt8(ascii: "n")?, nil: return nil
        default: return String(decoding: token, as: UTF8.self)
        }
    }

    /// A text or number without white space around it, as it stands between the quotes of JSON; nil where nothing is left.
    ///
    /// Half a surrogate pair stays the escape that it is.
    func trimmed(_ place: RecordPlace) -> [UInt8]? {
        let token = token(place)
        let content = token.dropFirst().dropLast()
        // Nearly all are strings without escapes: they stay.
        if token.first == UInt8(ascii: "\""), !content.isEmpty, ContactText.isTrimmed(content),
            !content.contains(UInt8(ascii: "\\"))
        {
            return Array(content)
        }
        guard let text = text(place).map(ContactText.trimmed), !text.isEmpty else { return nil }
        if text.utf8.contains(0xEF), text.unicodeScalars.contains("\u{FFFD}") {
            return content.drop { $0 == UInt8(ascii: " ") }.reversed().drop { $0 == UInt8(ascii: " ") }
                .reversed()
        }
        var quoted: [UInt8] = []
        JSONText.appendQuoted(text.utf8, to: &quoted)
        return Array(quoted.dropFirst().dropLast())
    }

    /// Appends a field's text or number as a text, as it came: escapes of lone surrogates stay.
    ///
    /// False for anything else.
    func appendText(_ place: RecordPlace, after prefix: [UInt8] = [], to text: inout [UInt8]) -> Bool {
        let token = token(place)
        switch token.first {
        case UInt8(ascii: "\"")?:
            text.append(UInt8(ascii: "\""))
            text.append(contentsOf: prefix)
            text.append(contentsOf: token.dropFirst())
        case UInt8(ascii: "{")?, UInt8(ascii: "[")?, UInt8(ascii: "n")?, nil: return false
        default:
            text.append(UInt8(ascii: "\""))
            text.append(contentsOf: prefix)
            text.append(contentsOf: token)
            text.append(UInt8(ascii: "\""))
        }
        return true
    }

    /// Appends null where the record has the field; whether it does.
    ///
    /// A field that it has not is not there in the entity either.
    func appendNull(_ place: RecordPlace, to text: inout [UInt8]) -> Bool {
        guard !page.field(place.position, ofRecord: record).isAbsent else { return false }
        text.append(contentsOf: "null".utf8)
        return true
    }
}
