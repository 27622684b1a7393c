import Core

/// A time that very many versions are compared with, as they are written.
struct VersionBound {
    let time: Instant
    let format: VersionFormat
    /// The time as a version in UTC, to the second.
    private let text: [UInt8]

    init(time: Instant, format: VersionFormat) {
        self.time = time
        self.format = format
        var text: [UInt8] = []
        switch format {
        case .number: break
        case .rfc3339: time.appendRFC3339(fractionDigits: 0, to: &text)
        case .epochSeconds, .epochMilliseconds: format.append(time, to: &text)
        }
        self.text = text
    }

    /// Whether a version can be told to be no time before this one from its text alone; false where it must be read.
    ///
    /// What is no time at all is none before it either.
    func isCertainlyBefore(_ version: Span<UInt8>) -> Bool {
        switch format {
        case .number: return true
        case .rfc3339:
            // Of two in UTC the text has the order of the times, down to the second; of others it has none.
            guard version.count >= text.count, version[version.count - 1] == UInt8(ascii: "Z") else {
                return false
            }
            return isLess(version, text.count - 1)
        case .epochSeconds, .epochMilliseconds:
            // Of two positive numbers as long as each other.
            guard version.count == text.count, version[0] != UInt8(ascii: "-"), text[0] != UInt8(ascii: "-")
            else {
                return false
            }
            return isLess(version, text.count)
        }
    }

    /// Whether the text is less than a version's, in its first bytes.
    private func isLess(_ version: Span<UInt8>, _ count: Int) -> Bool {
        for index in 0..<count where version[index] != text[index] {
            return Self.isDigit(version[index]) && Self.isDigit(text[index]) && text[index] < version[index]
        }
        return false
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
