import Core
import Daemon
import ProcessSupport
import ScheduleSupport
import Scheduling
import Testing

/// Random schedules of all kinds through the daemon's machine, held against a scan minute by minute.
@Suite struct MachineTwinTests {
    /// `SLUICE_SCHEDULE_YEARS=10` runs ten years of 200 schedules; without it, days around the jumps of the clocks.
    private static let years = setting("SLUICE_SCHEDULE_YEARS")
    /// In each of the 20 zones.
    private static let schedules = years == nil ? 3 : 10

    @Test(
        "S3 S17 what the timetable says is what the daemon runs, tick by tick, and what it shows as the next",
        arguments: Twin.zones
    )
    func s17EveryTickOfTheScanRunsOnce(name: String) throws {
        let zone = try zones.zone(name)
        var random = SeededGenerator(seed: UInt64(setting("SLUICE_SEED") ?? 1) &+ StableHash.of(name))
        for clock in Self.clocks(of: zone) {
            var twins: [MixedTwin] = []
            var entries: [ScheduleEntry] = []
            var runner = TickRunner(at: Instant(seconds: Int64(clock.first) * 60 - 1))
            while twins.count < Self.schedules {
                guard let twin = try Self.twin("s\(twins.count)", zone, &random) else { continue }
                let id = twin.schedule.id
                entries.append(ScheduleEntry(schedule: twin.schedule, account: account("stripe/\(id)")))
                runner.add(entries[twins.count])
                twins.append(twin)
            }
            let shown = run(
                &runner,
                to: Instant(seconds: Int64(clock.first + clock.local.count - 1) * 60)
            )
            for entry in entries { runner.settle(entry) }
            for twin in twins { check(twin, clock, runner, shown, name) }
        }
    }

    /// A random one; nil where its days never come.
    private static func twin(_ id: String, _ zone: Zone, _ random: inout SeededGenerator) throws -> MixedTwin?
    {
        do {
            return try MixedTwin(id: id, zone: zone, using: &random)
        } catch {
            guard error.code == .neverRuns else { throw error }
            return nil
        }
    }

    /// Runs to an end, and gives what was shown last as the next tick of each.
    private func run(_ runner: inout TickRunner, to end: Instant) -> [String: Instant] {
        var shown: [String: Instant] = [:]
        var looks = 0
        runner.run(to: end) { runner in
            looks += 1
            guard looks % (Self.years == nil ? 97 : 9973) == 0 else { return }
            // Nothing of what was shown a moment ago has been passed over, and all of it is to come.
            for view in runner.machine.views(at: runner.now.advanced(by: .seconds(-1)), count: 3) {
                let next = view.next.map(\.nominal)
                #expect(next == next.sorted() && Set(next).count == next.count)
                if let first = view.next.first {
                    #expect(first.due >= runner.now, "\(view.id)")
                    shown[view.id] = first.skip == nil && first.deferral == nil ? first.nominal : nil
                }
            }
        }
        return shown
    }

    private func check(
        _ twin: MixedTwin,
        _ clock: LocalMinutes,
        _ runner: TickRunner,
        _ shown: [String: Instant],
        _ zone: String
    ) {
        let id = twin.schedule.id
        // At the last minute a delay may not be over.
        let last = clock.first + clock.local.count - 1 - (twin.schedule.policy.jitter > 0 ? 16 : 0)
        let (run, left) = twin.minutes(clock)
        // And each of the others has its reason.
        #expect(runner.skipped[id] ?? 0 == left.count, "\(twin.text) in \(zone)")
        let expected = run.filter { $0 < last }
        let found = (runner.nominals[id] ?? []).map { Int($0.seconds / 60) }.filter { $0 < last }
        if found != expected {
            let place = zip(found, expected).prefix { $0 == $1 }.count
            let (there, scanned) = (found.dropFirst(place).first, expected.dropFirst(place).first)
            Issue.record(
                "\(twin.text) in \(zone): the daemon ran \(Self.text(there)), the scan has \(Self.text(scanned))"
            )
        }
        let delay = runner.delays[id] ?? .zero
        #expect(
            delay < .seconds(max(1, twin.schedule.policy.jitter)) || !twin.schedule.exclusions.isEmpty,
            "\(twin.text)"
        )
        if let next = shown[id], Int(next.seconds / 60) < last {
            #expect(found.contains(Int(next.seconds / 60)), "\(twin.text) in \(zone)")
        }
    }

    private static func text(_ minute: Int?) -> String {
        minute.map { Instant(seconds: Int64($0) * 60).rfc3339() } ?? "nothing"
    }

    private static func clocks(of zone: Zone) -> [LocalMinutes] {
        let start = at("2026-01-01T00:00:00Z")
        if let years { return [LocalMinutes(zone, from: start, days: years * 365 + years / 4)] }
        var clocks: [LocalMinutes] = []
        var second = start.seconds
        for _ in 0..<2 {
            let change = zone.transition(after: second)?.at ?? second + 100 * 86_400
            clocks.append(
                LocalMinutes(zone, from: Instant(seconds: change / 86_400 * 86_400 - 86_400), days: 3)
            )
            second = change
        }
        return clocks
    }
}
