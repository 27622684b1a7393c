/// Text as a terminal shows it: how many cells it takes, cut and padded to a number of cells.
package enum TerminalText {
    /// The cells that a text takes.
    package static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// The text within so many cells, its cut end marked by `…`.
    package static func cut(_ text: String, to cells: Int) -> String {
        guard width(text) > cells else { return text }
        guard cells > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let next = width(character)
            if used + next > cells - 1 { break }
            result.append(character)
            used += next
        }
        return result + "…"
    }

    /// The text up to the last of its clauses (`, `, `; ` or `: `) that ends within so many cells; cut where none does.
    package static func wholeClauses(_ text: String, within cells: Int) -> String {
        guard width(text) > cells else { return text }
        let fitting = cut(text, to: cells)
        let end = fitting.indices.last { index in
            let next = fitting.index(after: index)
            return ",;:".contains(fitting[index]) && next < fitting.endIndex && fitting[next] == " "
        }
        return end.map { String(fitting[..<$0]) } ?? fitting
    }

    /// The text in pieces of at most so many cells, between words where it can.
    package static func wrap(_ text: String, to cells: Int) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        while width(String(rest)) > cells {
            var end = rest.startIndex
            var used = 0
            while end < rest.endIndex, used + width(rest[end]) <= cells {
                used += width(rest[end])
                end = rest.index(after: end)
            }
            // A wide character where there is room for half of it.
            if end == rest.startIndex { end = rest.index(after: end) }
            guard end < rest.endIndex else { break }
            let space = rest[end] == " " ? end : rest[..<end].lastIndex(of: " ")
            if let space, space > rest.startIndex {
                pieces.append(String(rest[..<space]))
                rest = rest[rest.index(after: space)...]
            } else {
                pieces.append(String(rest[..<end]))
                rest = rest[end...]
            }
        }
        return pieces + [String(rest)]
    }

    /// The text with spaces up to so many cells, before it or behind it.
    package static func pad(_ text: String, to cells: Int, alignRight: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, cells - width(text)))
        return alignRight ? spaces + text : text + spaces
    }

    /// The text without what would move a terminal's cursor or change its colours: data must not draw.
    package static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            default: result.append(isControl(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(result)
    }

    /// Controls, and the marks that reorder text so that it reads as something else.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func width(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        // A variation selector 16 asks for the picture of a sign that also exists as text.
        if scalars.contains("\u{FE0F}") { return 2 }
        guard let first = scalars.first(where: { !isZeroWidth($0) }) else { return 0 }
        return isWide(first) ? 2 : 1
    }

    private static func isZeroWidth(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: true
        default: false
        }
    }

    /// Unicode's East Asian Width W and F, as blocks.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF,
            0xA960...0xA97F,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x20000...0x3FFFD:
            true
        default: scalar.properties.isEmojiPresentation
        }
    }
}
