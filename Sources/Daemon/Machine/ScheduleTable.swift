/// The schedules by id, each in a place of its own.
///
/// A kilobyte each, ten thousand would be moved whenever a table of them grows, and copied whenever one changes while
/// somebody looks at a copy of the machine. Here a copy shares what has not changed since.
struct ScheduleTable: Sendable {
    private final class Place: Sendable {
        let schedule: FollowedSchedule
        init(_ schedule: FollowedSchedule) { self.schedule = schedule }
    }

    private var places: [String: Place] = [:]

    init() {}

    /// The schedule of an id; nil where there is none.
    subscript(id: String) -> FollowedSchedule? {
        get { places[id]?.schedule }
        set { places[id] = newValue.map(Place.init) }
    }

    /// In no order.
    var ids: some Collection<String> { places.keys }
    /// In no order.
    var all: some Collection<FollowedSchedule> { places.values.lazy.map(\.schedule) }
}
