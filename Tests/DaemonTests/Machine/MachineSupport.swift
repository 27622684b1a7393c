import Core
import Daemon
import Foundation
import Scheduling

/// An instant by its text.
func at(_ text: String) -> Instant {
    guard let instant = Instant(rfc3339: text) else { preconditionFailure("no instant: \(text)") }
    return instant
}

/// Times of the day in UTC, `12:00`.
func times(_ instants: some Sequence<Instant>) -> [String] {
    instants.map { LocalTime(seconds: $0.seconds).timeText }
}

/// The machine's own database of zones.
let zones = ZoneDatabase()

func account(_ text: String = "stripe/acme") -> AccountName {
    do { return try AccountName(text) } catch { preconditionFailure("\(error)") }
}

/// A schedule of one expression in UTC.
func entry(
    _ text: String = "0 * * * *",
    id: String = "crm",
    account name: String? = nil,
    zone: Zone = .utc,
    policy: TickPolicy = TickPolicy(),
    exclusions: Exclusions = .none,
    streams: Set<String>? = nil,
    pool: String = ScheduleEntry.usualPool,
    priority: Int = 0,
    timeout: Duration? = nil,
    retries: ScheduleEntry.Retries? = nil,
    freshWithin: Duration? = nil
) throws -> ScheduleEntry {
    ScheduleEntry(
        schedule: Schedule(
            id: id,
            timetable: Timetable([try TimeRule(parsing: text, name: id)], zone: zone),
            exclusions: exclusions,
            policy: policy
        ),
        account: account(name ?? "stripe/\(id)"),
        streams: streams,
        pool: pool,
        priority: priority,
        timeout: timeout,
        retries: retries,
        freshWithin: freshWithin
    )
}

/// A number of the environment.
func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
}

extension SkippedTicks {
    /// `overlap 12:00-13:00 2`.
    var short: String {
        let (first, last) = (times([first])[0], times([last])[0])
        return "\(reason.code) " + (count == 1 ? first : "\(first)-\(last) \(count)")
    }
}

/// A daemon that follows one schedule of an expression, from a time on.
func world(_ text: String, zone: Zone = .utc, policy: TickPolicy = TickPolicy(), at now: Instant) throws
    -> MachineWorld
{
    MachineWorld.following(try entry(text, zone: zone, policy: policy), from: now)
}

extension MachineWorld {
    /// The daemon dies, and another one begins.
    mutating func restart() {
        kill()
        start()
    }

    /// A daemon that follows schedules, from a time on.
    static func following(_ entries: ScheduleEntry..., from now: Instant) -> MachineWorld {
        var world = MachineWorld(at: now)
        for entry in entries { world.write(entry) }
        world.start()
        return world
    }

    /// The nominal times of the orders of a schedule.
    func nominals(_ id: String = "crm") -> [Instant] {
        orders.compactMap { order in
            if case .tick(let tick) = order.origin, tick.schedule == id { tick.nominal } else { nil }
        }
    }

    /// `overlap 12:00-13:00 2` of each range of a schedule.
    func skips(_ id: String = "crm") -> [String] {
        (log + unflushed).compactMap { line in
            if case .skipped(id, let range) = line.event { range.short } else { nil }
        }
    }

    /// How the machine shows a schedule.
    func standing(_ id: String = "crm") -> ScheduleStanding? { machine?.view(of: id, at: wall, count: 3) }
}
