extension Instant {
    /// The text of RFC 3339 in UTC (`2026-03-01T12:00:00Z`), cut, not rounded, to the digits of the fraction.
    package func rfc3339(fractionDigits: Int = 0) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(30)
        appendRFC3339(fractionDigits: fractionDigits, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends what `rfc3339(fractionDigits:)` gives.
    package func appendRFC3339(fractionDigits: Int = 0, to text: inout [UInt8]) {
        precondition((0...9).contains(fractionDigits), "an instant has nanoseconds: 0 to 9 digits")
        let seconds = Int(self.seconds)
        let secondOfDay = ((seconds % 86_400) + 86_400) % 86_400
        let date = CivilDate(daysSinceEpoch: (seconds - secondOfDay) / 86_400)
        Self.appendPair(date.year / 100, to: &text)
        Self.appendPair(date.year % 100, to: &text)
        text.append(UInt8(ascii: "-"))
        Self.appendPair(date.month, to: &text)
        text.append(UInt8(ascii: "-"))
        Self.appendPair(date.day, to: &text)
        text.append(UInt8(ascii: "T"))
        Self.appendPair(secondOfDay / 3600, to: &text)
        text.append(UInt8(ascii: ":"))
        Self.appendPair(secondOfDay / 60 % 60, to: &text)
        text.append(UInt8(ascii: ":"))
        Self.appendPair(secondOfDay % 60, to: &text)
        if fractionDigits > 0 {
            text.append(UInt8(ascii: "."))
            var fraction = Int((nanoseconds % 1_000_000_000 + 1_000_000_000) % 1_000_000_000)
            for _ in 0..<fractionDigits {
                text.append(UInt8(ascii: "0") + UInt8(fraction / 100_000_000))
                fraction = fraction % 100_000_000 * 10
            }
        }
        text.append(UInt8(ascii: "Z"))
    }

    /// Reads RFC 3339, and what APIs send beside it: a space or a small `t`, `+0000` without its colon.
    ///
    /// Nil where the text is something else, names a day or time that does not exist, or lies outside the range.
    /// Digits after the ninth of the fraction are dropped; a leap second counts as the first second after it.
    package init?(rfc3339 text: String) {
        var scanner = DigitScanner(text)
        guard let year = scanner.digits(4), scanner.take("-"),
            let month = scanner.digits(2), scanner.take("-"),
            let day = scanner.digits(2), let date = CivilDate(year: year, month: month, day: day),
            scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let hour = scanner.digits(2), hour <= 23, scanner.take(":"),
            let minute = scanner.digits(2), minute <= 59, scanner.take(":"),
            let second = scanner.digits(2), second <= 60,
            let fraction = scanner.fraction(),
            let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
        // Below zero the product may leave the range although the sum with the fraction does not: take the
        // fraction from the next second instead.
        let borrowed = seconds < 0 && fraction > 0
        let (product, overflow) = Int64(borrowed ? seconds + 1 : seconds)
            .multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return nil }
        let (sum, outside) = product.addingReportingOverflow(
            Int64(borrowed ? fraction - 1_000_000_000 : fraction)
        )
        guard !outside else { return nil }
        self.init(nanoseconds: sum)
    }

    /// Two digits.
    private static func appendPair(_ value: Int, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "0") + UInt8(value / 10))
        text.append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}

/// Reads fixed-width numbers from left to right.
private struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Nanoseconds after an optional point; nil for a point without a digit.
    mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        var value = 0
        var count = 0
        while let digit = digit() {
            if count < 9 { value = value * 10 + digit }
            count += 1
        }
        guard count > 0 else { return nil }
        while count < 9 {
            value *= 10
            count += 1
        }
        return value
    }

    /// Seconds east of Greenwich.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isWest = take("-")
        guard isWest || take("+"), let hours = digits(2), hours <= 23 else { return nil }
        _ = take(":")
        guard let minutes = digits(2), minutes <= 59 else { return nil }
        return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
            return nil
        }
        rest.removeFirst()
        return Int(byte - UInt8(ascii: "0"))
    }
}
