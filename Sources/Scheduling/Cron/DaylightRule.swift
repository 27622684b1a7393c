/// What becomes of a fixed time where the clocks jump (§ "Clock changes" of the guide to schedules).
///
/// Expressions whose minute or hour begins with `*` follow the wall clock under every rule.
package enum DaylightRule: String, CaseIterable, Sendable {
    /// Debian's: a skipped time runs at the first moment after the gap, a repeated one in its first pass.
    case cron
    /// A skipped time does not run; a repeated one runs in its first pass.
    case skip
    /// A skipped time runs after the gap; a repeated one runs in both passes.
    case both
}
