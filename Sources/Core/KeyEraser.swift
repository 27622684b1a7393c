import JSON

/// Takes keys out of texts, wherever they stand as whole words: in logs, errors and answers.
///
/// A key stands there as it is, as JSON or an address escapes it, or cut as messages cut long ones.
package struct KeyEraser: Sendable {
    /// What stands in a key's place.
    package static let mark = "[erased]"

    private struct Form: Hashable {
        var bytes: [UInt8]
        /// Whether only what a message calls a key is taken for it.
        var isCommon: Bool
    }

    /// By their first bytes, the longest first.
    private let forms: [UInt8: [Form]]

    /// Messages cut keys behind so many bytes.
    private static let longestShown = 120
    /// A number of so many digits, or another text of so few bytes, stands in texts by chance.
    private static let commonDigits = 5
    private static let commonBytes = 3

    /// An eraser of some keys; where it is `strict`, a number of few digits is one wherever it stands.
    package init(_ keys: some Sequence<[UInt8]>, isStrict: Bool = false) {
        var forms: Set<Form> = []
        for key in keys where !key.isEmpty {
            let isCommon = !isStrict && Self.isCommon(key)
            for bytes in Self.forms(of: key) { forms.insert(Form(bytes: bytes, isCommon: isCommon)) }
        }
        self.forms = Dictionary(grouping: forms) { $0.bytes[0] }.mapValues { forms in
            forms.sorted { $0.bytes.count > $1.bytes.count }
        }
    }

    private static func isCommon(_ key: [UInt8]) -> Bool {
        let isNumber = key.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return key.count <= (isNumber ? commonDigits : commonBytes)
    }

    private static func forms(of key: [UInt8]) -> [[UInt8]] {
        var forms = [key]
        if key.count > longestShown {
            // As `String(decoding:)` shows it, whose last character may be cut.
            forms.append(Array((String(decoding: key.prefix(longestShown), as: UTF8.self) + "…").utf8))
        }
        let address = HTTPAddress.encodeQueryComponent(String(decoding: key, as: UTF8.self))
        return forms + forms.map(inJSON) + [Array(address.utf8)]
    }

    private static func inJSON(_ text: [UInt8]) -> [UInt8] {
        var quoted: [UInt8] = []
        JSONText.appendQuoted(text, to: &quoted)
        return Array(quoted.dropFirst().dropLast())
    }

    /// The text without the keys; nil where it names none of them.
    package func erased(_ text: String) -> String? {
        guard let bytes = erased(Array(text.utf8)) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func erased(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var start = 0
        var index = 0
        while index < text.count {
            if let length = length(at: index, of: text) {
                result += text[start..<index] + Array(Self.mark.utf8)
                index += length
                start = index
            } else {
                index += 1
            }
        }
        guard start > 0 else { return nil }
        return result + text[start...]
    }

    /// Whether a text names one of them.
    package func names(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.indices.contains { length(at: $0, of: bytes) != nil }
    }

    /// How long the key is that stands at a place as a whole word.
    private func length(at index: Int, of text: [UInt8]) -> Int? {
        guard let candidates = forms[text[index]] else { return nil }
        for form in candidates {
            let end = index + form.bytes.count
            guard end <= text.count, text[index..<end].elementsEqual(form.bytes) else { continue }
            guard beginsWord(index, text, form.bytes), endsWord(end, text, form.bytes) else { continue }
            if form.isCommon, !isCalledKey(index, text) { continue }
            return form.bytes.count
        }
        return nil
    }

    private func beginsWord(_ index: Int, _ text: [UInt8], _ key: [UInt8]) -> Bool {
        guard index > 0, Self.isWord(key[0]), Self.isWord(text[index - 1]) else { return true }
        // A line's end within JSON that is a text itself.
        let escapes: [UInt8] = [UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t")]
        return index > 1 && text[index - 2] == UInt8(ascii: "\\") && escapes.contains(text[index - 1])
    }

    private func endsWord(_ end: Int, _ text: [UInt8], _ key: [UInt8]) -> Bool {
        guard end < text.count, let last = key.last else { return true }
        return !Self.isWord(last) || !Self.isWord(text[end])
    }

    /// Whether the word before it says that it is one.
    private func isCalledKey(_ index: Int, _ text: [UInt8]) -> Bool {
        let before = text[..<index].reversed().drop { !Self.isWord($0) }.prefix { Self.isWord($0) }
        return Self.words.contains { before.elementsEqual($0.utf8.reversed()) }
    }

    private static let words = ["record", "key", "id", "parent"]

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }
}
