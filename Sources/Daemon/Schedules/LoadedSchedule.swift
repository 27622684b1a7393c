package import Configuration
package import Core
import Scheduling

/// A schedule as its file says it, checked.
///
/// A class, since it never changes and is large: of ten thousand in a table a value would be moved and copied with it.
package final class LoadedSchedule: Sendable {
    /// With the account's declaration in it, wherever that stands.
    package let file: AccountFile
    package let entry: ScheduleEntry
    /// Where the events of its account go.
    package let topics: AccountTopics
    /// The streams that the file names; nil for the extractor's own choice.
    package let streams: [String]?

    init(file: AccountFile, entry: ScheduleEntry, topics: AccountTopics, streams: [String]?) {
        self.file = file
        self.entry = entry
        self.topics = topics
        self.streams = streams
    }

    package var id: String { entry.schedule.id }
    package var account: AccountName { entry.account }

    /// Whether both mean the same, so that nothing changes by the other.
    package func isSame(as other: LoadedSchedule) -> Bool {
        file == other.file && entry.schedule.timetable.zone == other.entry.schedule.timetable.zone
    }
}

/// What a folder of schedules holds.
package struct LoadedFolder: Sendable {
    /// By id.
    package var schedules: [LoadedSchedule] = []
    /// The files that are wrong.
    package var faults: [DaemonView.FileFault] = []
    /// The ids of schedules whose files are there and wrong: they run on as they were.
    package var faultyIDs: Set<String> = []

    /// An empty one.
    package init() {}
}
