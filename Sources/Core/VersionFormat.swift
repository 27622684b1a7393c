/// How a stream's declared version field is written: it decides its order and whether it is a time.
package enum VersionFormat: String, CaseIterable, Sendable {
    /// Whole seconds since 1970.
    case epochSeconds = "epoch"
    /// Milliseconds since 1970.
    case epochMilliseconds = "epoch_ms"
    /// `2026-11-25T12:00:00Z` and its kin.
    case rfc3339
    /// A number that grows, and is no time.
    case number
}
