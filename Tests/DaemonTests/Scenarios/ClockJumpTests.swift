import Core
import Daemon
import ScheduleSupport
import Scheduling
import Testing

/// The clocks' own jumps, through the daemon's loop.
@Suite struct ClockJumpTests {
    @Test(
        "S3 where the clocks jump, the loop runs what Debian's cron would",
        arguments: DaylightRow.all
    )
    func s3TheClocksJump(row: DaylightRow) throws {
        let zone = try zones.zone(row.zone)
        var world = try world(row.expression, zone: zone, at: row.from)
        world.run(for: row.to.since(row.from))
        let shown = world.nominals().map {
            "\(zone.local($0).timeText) \(zone.offset(at: $0.seconds).abbreviation)"
        }
        #expect(shown == row.ticks)
        #expect(world.skips() == [])
        #expect(zip(world.orderTimes, world.nominals()).allSatisfy { $0 == $1 })
    }

    /// Expressions around the hours in which clocks jump: fixed, with stars, of days, and over many hours.
    private static let expressions = [
        "30 2 * * *", "0 2 * * *", "0 3 * * *", "59 1 * * *", "30 1 * * *", "0 1 * * *", "15 1 * * *",
        "0 0 * * *", "30 0 * * *", "15 0 * * *", "45 23 * * *", "0 12 * * *", "59 23 * * *",
        "0 4 * * *",
        "0 */2 * * *", "30 */2 * * *", "30 0-23/2 * * *", "0 1-23/2 * * *", "0-59/20 2 * * *",
        "0-59/20 0 * * *",
        "*/20 2 * * *", "*/20 1 * * *", "*/20 0 * * *", "*/15 1 */2 * *", "*/15 0 * * *", "0 * * * *",
        "30 * * * *",
        "0 1-5 * * *", "0 0-3 * * *", "0,30 0-3 * * *", "*/30 * * * *", "10-50/20 1-2 * * *",
        "0 2 * * 0",
        "30 2 1-31 * 0", "0 0 1 * *", "30 23 * * 6",
    ]
    /// Sixteen zones, and from when on two of their jumps are looked at.
    private static let jumps = [
        ("America/New_York", 2016), ("Europe/Berlin", 2026), ("Europe/London", 2026),
        ("Australia/Lord_Howe", 2026),
        ("Antarctica/Troll", 2026), ("Asia/Beirut", 2026), ("America/Havana", 2026),
        ("America/Santiago", 2026),
        ("America/Sao_Paulo", 2018), ("Pacific/Apia", 2011), ("Asia/Pyongyang", 2015),
        ("Africa/Casablanca", 2026),
        ("Asia/Tehran", 2021), ("Pacific/Chatham", 2026), ("Africa/Cairo", 2026),
        ("America/Asuncion", 2020),
    ]

    @Test(
        "S3 gaps and overlaps of sixteen zones: the loop runs what a scan of every minute does",
        arguments: jumps
    )
    func s3TheTable(name: String, year: Int) throws {
        let zone = try zones.zone(name)
        var second = at("\(year)-01-01T00:00:00Z").seconds
        for _ in 0..<2 {
            // Pyongyang changed its clocks twice, three years apart; others every year.
            let change = try #require(zone.transition(after: second)).at
            second = change
            let clock = LocalMinutes(zone, from: Instant(seconds: (change / 3600 - 26) * 3600), days: 2)
            var runner = TickRunner(at: Instant(seconds: Int64(clock.first) * 60 - 1))
            for text in Self.expressions {
                runner.add(try entry(text, id: text, account: "stripe/acme", zone: zone))
            }
            runner.run(to: Instant(seconds: Int64(clock.first + clock.local.count) * 60 - 1))
            for text in Self.expressions {
                let expected = Twin(text).minutes(clock)
                let found = (runner.nominals[text] ?? []).map { Int($0.seconds / 60) }
                #expect(
                    found == expected,
                    "\(text) in \(name) around \(Instant(seconds: change).rfc3339())"
                )
            }
            #expect(runner.skipped.isEmpty)
            #expect(runner.delays.values.allSatisfy { $0 == .zero })
        }
    }
}
