import Core
import JSON

/// How an API writes a time, in its records and in parameters.
package enum TimeFormat: String, CaseIterable, Sendable {
    /// Whole seconds since 1970.
    case epochSeconds = "epoch"
    /// Milliseconds since 1970.
    case epochMilliseconds = "epoch_ms"
    /// `2026-11-25T12:00:00Z` and its kin.
    case rfc3339

    /// The time that a JSON token says; nil where it says none.
    ///
    /// A number may stand in quotes, as many APIs write it.
    func instant(of token: ArraySlice<UInt8>) -> Instant? {
        var text: [UInt8] = []
        if token.first == UInt8(ascii: "\"") {
            JSONText.decodeString(token, into: &text)
        } else {
            text = Array(token)
        }
        let written = String(decoding: text, as: UTF8.self)
        switch self {
        case .rfc3339: return Instant(rfc3339: written)
        case .epochSeconds: return Self.instant(written, nanosecondsPerUnit: 1_000_000_000)
        case .epochMilliseconds: return Self.instant(written, nanosecondsPerUnit: 1_000_000)
        }
    }

    private static func instant(_ text: String, nanosecondsPerUnit: Int64) -> Instant? {
        guard let number = Int64(text), text.utf8.first != UInt8(ascii: "+") else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: nanosecondsPerUnit)
        return overflow ? nil : Instant(nanoseconds: product)
    }

    /// The latest time that can be written and is not after this one.
    func floor(_ instant: Instant) -> Instant {
        let rest = instant.nanoseconds % nanoseconds
        let towardsZero = instant.nanoseconds - rest
        guard rest < 0 else { return Instant(nanoseconds: towardsZero) }
        let (lower, isOutside) = towardsZero.subtractingReportingOverflow(nanoseconds)
        return Instant(nanoseconds: isOutside ? towardsZero : lower)
    }

    /// The earliest time that can be written and is not before this one.
    func ceiling(_ instant: Instant) -> Instant {
        let floor = floor(instant)
        guard floor < instant else { return floor }
        let (upper, isOutside) = floor.nanoseconds.addingReportingOverflow(nanoseconds)
        return isOutside ? floor : Instant(nanoseconds: upper)
    }

    /// A time that can be written, as it goes into a parameter.
    func text(_ instant: Instant) -> String {
        switch self {
        case .epochSeconds: return String(instant.seconds)
        case .epochMilliseconds: return String(instant.milliseconds)
        case .rfc3339:
            let isWhole = instant.nanoseconds % 1_000_000_000 == 0
            return instant.rfc3339(fractionDigits: isWhole ? 0 : 3)
        }
    }

    /// Nanoseconds; a fraction beyond milliseconds is more than APIs read.
    private var nanoseconds: Int64 { self == .epochSeconds ? 1_000_000_000 : 1_000_000 }

    /// The smallest step between two times that can be written.
    package var unit: Duration { .nanoseconds(nanoseconds) }
}
