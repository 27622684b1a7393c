import Core
import ProcessSupport
import Scheduling
import Testing

@Suite struct WakeQueueTests {
    @Test func isAsASortedList() {
        var random = SeededGenerator(seed: 7)
        var queue = WakeQueue<Int>()
        var list: [Int: Int64] = [:]
        for _ in 0..<5000 {
            let id = Int.random(in: 0..<200, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                queue.set(id, nil)
                list[id] = nil
            case 1:
                let now = Int64.random(in: 0..<1000, using: &random)
                let due = list.filter { $0.value <= now }.min { ($0.value, $0.key) < ($1.value, $1.key) }
                #expect(queue.popDue(Instant(seconds: now)) == due?.key)
                if let due { list[due.key] = nil }
            default:
                let time = Int64.random(in: 0..<1000, using: &random)
                queue.set(id, Instant(seconds: time))
                list[id] = time
            }
            #expect(queue.next?.seconds == list.values.min())
            #expect(queue.count == list.count)
        }
    }

    @Test("S9 ten thousand schedules at the full hour, each woken once, in one order")
    func s9TenThousandAtOnce() throws {
        var machines: [String: ScheduleMachine] = [:]
        var queue = WakeQueue<String>()
        let start = at("2026-05-04T12:30:00Z")
        let table = Timetable([try TimeRule(parsing: "0 * * * *", name: "x")], zone: .utc)
        for number in 0..<10_000 {
            let schedule = Schedule(id: "s\(number)", timetable: table)
            let machine = ScheduleMachine(schedule, at: start)
            machines[schedule.id] = machine
            queue.set(schedule.id, machine.wakeTime())
        }
        let hour = at("2026-05-04T13:00:00Z")
        #expect(queue.next == hour)
        var starts = 0
        while let id = queue.popDue(hour) {
            let actions = machines[id]?.handle(.wake(.steady), at: hour) ?? []
            starts += actions.count
            queue.set(id, machines[id]?.wakeTime())
        }
        #expect(starts == 10_000)
        #expect(queue.next == at("2026-05-04T14:00:00Z"))
    }
}
