/// A field of an expression: which numbers it takes, and their names.
package enum CronUnit: String, CaseIterable, Sendable {
    case second, minute, hour, day, month, weekday

    /// The numbers of a `*`.
    var bounds: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .day: 1...31
        case .month: 1...12
        case .weekday: 0...6
        }
    }

    /// The numbers that can be written: 7 is Sunday as well.
    var written: ClosedRange<Int> { self == .weekday ? 0...7 : bounds }

    /// What `H` chooses from: a day that every month has.
    var hashed: ClosedRange<Int> { self == .day ? 1...28 : bounds }

    /// How messages call it.
    var noun: String {
        switch self {
        case .day: "day of the month"
        case .weekday: "day of the week"
        default: rawValue
        }
    }

    /// The names for its numbers, from the first of its bounds on.
    var names: [String] {
        switch self {
        case .month:
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        default: []
        }
    }

    /// What may stand in it, for errors.
    var allowed: String {
        switch self {
        case .second, .minute: "0 to 59"
        case .hour: "0 to 23"
        case .day: "1 to 31, L, L-3, 15W or LW"
        case .month: "1 to 12 or jan to dec"
        case .weekday: "0 to 7 (0 and 7 are Sunday), sun to sat, fri#2 or 5L"
        }
    }

    /// Whether a range may run over the end: Friday to Monday, 22 to 4 o'clock.
    var wraps: Bool { self == .hour || self == .weekday }
}
