package import Core

/// What the clocks' jumps do to the ticks of an expression in a while, by the table of Debian's cron.
package struct DaylightRow: Sendable, CustomStringConvertible {
    package var zone: String
    package var expression: String
    /// After the first, up to the second.
    package var from: Instant
    package var to: Instant
    /// What the clocks show at each tick, as `03:00 EDT`.
    package var ticks: [String]

    private init(_ zone: String, _ expression: String, _ from: String, _ to: String, _ ticks: [String]) {
        guard let from = Instant(rfc3339: from), let to = Instant(rfc3339: to) else {
            preconditionFailure("no instant: \(from) or \(to)")
        }
        self.zone = zone
        self.expression = expression
        self.from = from
        self.to = to
        self.ticks = ticks
    }

    private static func newYork(_ from: String, _ to: String, _ rows: [(String, [String])]) -> [Self] {
        rows.map { Self("America/New_York", $0, from, to, $1) }
    }

    package var description: String { "\(expression) in \(zone)" }

    package static let all = gap + overlap + oddZones

    /// In spring, in New York.
    package static let gap = newYork(
        "2016-03-13T04:59:59Z",
        "2016-03-13T08:59:59Z",
        [
            ("30 2 * * *", ["03:00 EDT"]),
            ("0 */2 * * *", ["00:00 EST", "04:00 EDT"]),
            ("30 0-23/2 * * *", ["00:30 EST", "03:00 EDT", "04:30 EDT"]),
            ("0-59/20 2 * * *", ["03:00 EDT"]),
            ("*/20 2 * * *", []),
            ("30 */2 * * *", ["00:30 EST", "04:30 EDT"]),
            ("0 1-5 * * *", ["01:00 EST", "03:00 EDT", "04:00 EDT"]),
            ("30 30 2 * * *", ["03:00 EDT"]),
            ("0 3 * * *", ["03:00 EDT"]),
            ("59 1 * * *", ["01:59 EST"]),
            ("0 2 8 3 *", []),
        ]
    )

    /// In autumn, in New York.
    package static let overlap = newYork(
        "2016-11-06T03:59:59Z",
        "2016-11-06T10:59:59Z",
        [
            ("30 1 * * *", ["01:30 EDT"]),
            ("*/20 1 * * *", ["01:00 EDT", "01:20 EDT", "01:40 EDT", "01:00 EST", "01:20 EST", "01:40 EST"]),
            ("0 1-5 * * *", ["01:00 EDT", "02:00 EST", "03:00 EST", "04:00 EST", "05:00 EST"]),
            (
                "0 * * * *",
                ["00:00 EDT", "01:00 EDT", "01:00 EST", "02:00 EST", "03:00 EST", "04:00 EST", "05:00 EST"]
            ),
            ("0 2 * * *", ["02:00 EST"]),
            ("59 0 * * *", ["00:59 EDT"]),
        ]
    )

    /// The zones that others get wrong: half an hour, two hours, at midnight, a whole day, and back by three hours.
    package static let oddZones: [Self] = [
        .init(
            "Australia/Lord_Howe",
            "15 2 * * *",
            "2026-10-03T12:00:00Z",
            "2026-10-04T12:00:00Z",
            ["02:30 +11"]
        ),
        .init(
            "Australia/Lord_Howe",
            "45 1 * * *",
            "2026-04-04T12:00:00Z",
            "2026-04-05T12:00:00Z",
            ["01:45 +11"]
        ),
        .init(
            "Antarctica/Troll",
            "30 1,2 * * *",
            "2026-03-28T12:00:00Z",
            "2026-03-29T12:00:00Z",
            ["03:00 +02"]
        ),
        .init("Asia/Beirut", "30 0 * * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", ["01:00 EEST"]),
        .init(
            "Asia/Beirut",
            "*/15 1 29 * *",
            "2026-03-28T12:00:00Z",
            "2026-03-29T12:00:00Z",
            ["01:00 EEST", "01:15 EEST", "01:30 EEST", "01:45 EEST"]
        ),
        .init("America/Havana", "0 0 * * *", "2026-03-07T12:00:00Z", "2026-03-08T12:00:00Z", ["01:00 CDT"]),
        .init("America/Santiago", "0 0 6 9 *", "2026-09-05T12:00:00Z", "2026-09-06T12:00:00Z", ["01:00 -03"]),
        .init(
            "America/Sao_Paulo",
            "0 0 * * *",
            "2018-11-03T12:00:00Z",
            "2018-11-04T12:00:00Z",
            ["01:00 -02"]
        ),
        .init(
            "Pacific/Apia",
            "0 12 * * *",
            "2011-12-29T12:00:00Z",
            "2011-12-31T12:00:00Z",
            ["12:00 -10", "12:00 +14"]
        ),
        .init("Asia/Pyongyang", "45 23 4 5 *", "2018-05-04T00:00:00Z", "2018-05-05T00:00:00Z", ["00:00 KST"]),
        .init(
            "Africa/Casablanca",
            "30 2 * * *",
            "2026-02-14T12:00:00Z",
            "2026-02-15T12:00:00Z",
            ["02:30 +01"]
        ),
        .init(
            "Africa/Casablanca",
            "30 2 * * *",
            "2026-03-21T12:00:00Z",
            "2026-03-22T12:00:00Z",
            ["03:00 +01"]
        ),
        .init(
            "Antarctica/Casey",
            "30 0 5 3 *",
            "2010-03-04T00:00:00Z",
            "2010-03-05T12:00:00Z",
            ["00:30 +11"]
        ),
    ]
}
