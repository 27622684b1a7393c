import Scheduling

/// What is shown of a schedule and changes with its file alone: worked out once, since a view is of ten thousand of them.
struct ScheduleCaption: Sendable {
    /// When, as numbers.
    var expression: String
    /// When, in words.
    var words: String
    var zone: String
    var policies: [ScheduleView.Policy]

    init(_ entry: ScheduleEntry) {
        let timetable = entry.schedule.timetable
        expression = timetable.rules.map(\.text).joined(separator: ", ")
        words = timetable.words
        zone = timetable.zone.name
        policies = entry.policies
    }
}
