package import Core
package import Scheduling

/// What the clocks of a zone show, minute by minute.
package struct LocalMinutes: Sendable {
    package var first: Int
    package var local: [Int] = []

    /// So many days from an instant on.
    package init(_ zone: Zone, from: Instant, days: Int) {
        first = Int(from.seconds) / 60
        local.reserveCapacity(days * 1440)
        for minute in first..<first + days * 1440 {
            local.append(minute + zone.offset(at: Int64(minute) * 60).seconds / 60)
        }
    }
}
