/// A length of time as schedules write it: `90s`, `15m`, `1h30m`, `7d`.
package enum LengthText {
    /// What is understood, for errors.
    package static let forms = "a number with s, m, h or d behind it, such as 90s or 1h30m"

    private static let units: [(letter: Character, seconds: Int, noun: String)] = [
        ("d", 86_400, "day"), ("h", 3600, "hour"), ("m", 60, "minute"), ("s", 1, "second"),
    ]

    /// The seconds of a text, the greater units first; nil for something else, and beyond a hundred years.
    package static func seconds(_ text: some StringProtocol) -> Int? {
        var total = 0
        var rest = text[...]
        var left = units[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...]
            guard let count = Int(digits), count <= 3_200_000_000, let letter = rest.first,
                let place = left.firstIndex(where: { $0.letter == letter })
            else { return nil }
            total += count * units[place].seconds
            left = left[(place + 1)...]
            rest.removeFirst()
        }
        return text.isEmpty || total > 3_200_000_000 ? nil : total
    }

    /// The shortest text of so many seconds: `1h30m`.
    package static func short(_ seconds: Int) -> String {
        var rest = seconds
        var text = ""
        for unit in units where rest >= unit.seconds {
            text += "\(rest / unit.seconds)\(unit.letter)"
            rest %= unit.seconds
        }
        return text.isEmpty ? "0s" : text
    }

    /// In words: `1 hour and 30 minutes`.
    package static func words(_ seconds: Int) -> String {
        var rest = seconds
        var parts: [String] = []
        for unit in units where rest >= unit.seconds {
            let count = rest / unit.seconds
            parts.append("\(count) \(unit.noun)\(count == 1 ? "" : "s")")
            rest %= unit.seconds
        }
        return parts.isEmpty ? "0 seconds" : DateWords.list(parts)
    }
}
