import Core
import ScheduleSupport
import Scheduling
import Testing

@testable import Daemon

/// Schedules of which a copy shares what has not changed.
struct ScheduleTableTests {
    @Test func `a copy keeps what it had while the other one changes`() throws {
        var table = ScheduleTable()
        for id in ["a", "b"] {
            table[id] = FollowedSchedule(try entry(id: id), nil, [], at: Instant(seconds: 0))
        }
        let copy = table
        table["a"]?.commands.append("1")
        table["b"] = nil
        table["c"]?.isRemoved = true
        #expect(table["a"]?.commands == ["1"])
        #expect(copy["a"]?.commands == [])
        #expect(table.ids.sorted() == ["a"])
        #expect(copy.ids.sorted() == ["a", "b"])
        #expect(copy.all.map(\.entry.schedule.id).sorted() == ["a", "b"])
    }
}
