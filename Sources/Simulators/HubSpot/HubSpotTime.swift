import Core

/// Times as the API writes and reads them.
enum HubSpotTime {
    /// As `2025-01-27T19:53:15.581Z`.
    static func text(_ milliseconds: Int) -> String {
        Instant(milliseconds: milliseconds).rfc3339(fractionDigits: 3)
    }

    /// As `2024-01-31`.
    static func date(_ milliseconds: Int) -> String {
        String(text(milliseconds / HubSpotWorld.day * HubSpotWorld.day).prefix(10))
    }

    /// The milliseconds of a time or a date, or of their number as text; nil for anything else.
    static func milliseconds(_ text: String) -> Int? {
        if let number = Int(text) { return number }
        if text.utf8.count == 10 { return Instant(rfc3339: text + "T00:00:00Z")?.milliseconds }
        return Instant(rfc3339: text)?.milliseconds
    }
}
