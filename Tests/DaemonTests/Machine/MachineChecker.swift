import Core
import Daemon
import Scheduling
import Testing

/// Holds what happened against what had to: each nominal time ran once, or lies in one recorded range (I5).
struct MachineChecker {
    let world: MachineWorld

    /// All that is wrong with a schedule's ticks, and how many of them were looked at.
    func faults(of id: String) -> (faults: [String], ticks: Int) {
        guard let entry = world.files[id], let birth = world.births[id],
            let through = world.machine?.record(of: id)?.through
        else { return (["\(id) is not known"], 0) }
        let table = entry.schedule.timetable
        var ranges: [Instant: [MachineWorld.Line]] = [:]
        for line in world.log + world.unflushed {
            guard case .skipped(id, let range) = line.event else { continue }
            for tick in ticks(
                of: table,
                from: range.first.advanced(by: .nanoseconds(-1)),
                through: range.last
            ) {
                ranges[tick, default: []].append(line)
            }
        }
        let told = toldTicks
        var faults: [String] = []
        let all = ticks(of: table, from: birth, through: through)
        for tick in all {
            let trace = world.traces["\(id)@\(tick.rfc3339())"] ?? .init()
            let recorded = ranges[tick] ?? []
            let name = "\(id) \(tick.rfc3339())"
            if trace.runs.count > 1 { faults.append("\(name) ran as \(trace.runs.sorted())") }
            if trace.isRepeated { faults.append("\(name) was opened after its end") }
            if trace.runs.isEmpty, recorded.isEmpty, !told.contains("\(id)@\(tick.rfc3339())") {
                faults.append("\(name) is lost")
            }
            guard trace.runs.count + recorded.count > 1, trace.runs.count <= 1 else { continue }
            // What was recorded by a clock that ran ahead comes again when that is put right, and then it may run; so does
            // what was recorded of a time to come, for a daemon that starts before it.
            let isExcused = recorded.contains { line in
                world.putBacks.dropFirst(line.putBacks).contains { $0.to < tick }
                    || world.starts.dropFirst(line.starts).contains { $0 < tick }
            }
            guard !isExcused else { continue }
            faults.append("\(name) ran \(trace.runs.count) times and lies in \(recorded.count) ranges")
        }
        return (faults, all.count)
    }

    /// The ticks of runs whose end is told with its reason, be it before they had begun: a timeout counts from the order on.
    private var toldTicks: Set<String> {
        var ticks: [String: String] = [:]
        for order in world.orders {
            if case .tick(let tick) = order.origin { ticks[order.run] = tick.id }
        }
        return Set(
            (world.log + world.unflushed).compactMap { line in
                if case .finished(let run, _) = line.event { ticks[run] } else { nil }
            }
        )
    }

    private func ticks(of table: Timetable, from: Instant, through: Instant) -> [Instant] {
        var ticks: [Instant] = []
        var last = from
        while let tick = table.next(after: last), tick <= through {
            ticks.append(tick)
            last = tick
        }
        return ticks
    }
}
