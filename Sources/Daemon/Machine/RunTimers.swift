import Core
import Scheduling

/// Times that the wall clock does not move: timeouts, and the pauses between attempts.
struct RunTimers: Sendable {
    private var queue = WakeQueue<String>()

    /// The earliest, on the monotonic clock.
    var next: Duration? { queue.next.map { $0.since(Self.zero) } }

    private static let zero = Instant(nanoseconds: 0)

    mutating func set(_ run: String, _ time: Duration?) {
        queue.set(run, time.map { Self.zero.advanced(by: $0) })
    }

    mutating func popDue(_ monotonic: Duration) -> String? {
        queue.popDue(Self.zero.advanced(by: monotonic))
    }
}
