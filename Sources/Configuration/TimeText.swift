package import Core

/// A time as people write it on a command line.
package enum TimeText {
    /// What is understood, for errors.
    package static let forms = "a date (2026-11-25), a time (2026-11-25T12:00:00Z) or seconds since 1970"

    /// The time that a text says: RFC 3339, a day (which begins in UTC), or seconds since 1970; nil for none.
    package static func instant(_ text: String) -> Instant? {
        if let instant = Instant(rfc3339: text) { return instant }
        if let day = Instant(rfc3339: "\(text)T00:00:00Z") { return day }
        guard let seconds = Int64(text), text.utf8.first != UInt8(ascii: "+") else { return nil }
        let instant = Instant(seconds: seconds)
        // What lies outside of the range was clamped to it.
        return instant.seconds == seconds ? instant : nil
    }
}
