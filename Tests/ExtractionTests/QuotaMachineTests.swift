import Core
import ProcessSupport
import Testing

@testable import Extraction

@Suite struct QuotaMachineTests {
    private static let start = Instant(seconds: 1_760_000_000)

    /// Whatever is sent by whomever: the reserve is never touched by us.
    @Test(arguments: [1, 10, 100, 999, 5000], 0..<10)
    func reserveIsNeverTouched(daily: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let reserve = Int.random(in: 1...50, using: &random)
        var machine = QuotaMachine(daily: nil, reserve: reserve)
        var left = daily
        var sent = 0
        // The first answer tells the quota.
        machine.sent()
        left -= 1
        machine.answered(LimitReading(limit: daily, remaining: left), at: Self.start)
        while machine.refusal(at: Self.start) == nil {
            machine.sent()
            left -= 1
            sent += 1
            #expect(left * 100 >= daily * reserve)
            if Int.random(in: 0..<5, using: &random) == 0 { left = max(0, left - 1) }
            machine.answered(LimitReading(limit: daily, remaining: left), at: Self.start)
        }
        #expect(sent < daily)
        let spent = machine.refusal(at: Self.start)
        #expect(spent?.limit == daily)
        #expect((spent?.remaining ?? 0) - 1 < spent?.reserve ?? 0)
    }

    @Test func whatIsUnderWayCounts() {
        var machine = QuotaMachine(daily: 20, reserve: 10)
        for _ in 0..<18 {
            #expect(machine.refusal(at: Self.start) == nil)
            machine.sent()
        }
        #expect(machine.refusal(at: Self.start) == QuotaMachine.Spent(remaining: 2, limit: 20, reserve: 2))
        // An answer that was given before the others arrived.
        machine.answered(LimitReading(remaining: 19), at: Self.start)
        #expect(machine.refusal(at: Self.start)?.remaining == 2)
    }

    @Test(
        arguments: [
            ("UTC", "2025-10-09T08:53:20Z", "2025-10-10T00:00:00Z"),
            ("+02:00", "2025-10-09T08:53:20Z", "2025-10-09T22:00:00Z"),
            ("+02:00", "2025-10-09T22:00:00Z", "2025-10-10T22:00:00Z"),
            ("-05:00", "2025-10-09T04:59:59Z", "2025-10-09T05:00:00Z"),
            ("-05:00", "1969-12-31T23:00:00Z", "1970-01-01T05:00:00Z"),
        ]
    )
    func midnightBeginsAnew(zone: String, now: String, midnight: String) throws {
        let now = try #require(Instant(rfc3339: now))
        let midnight = try #require(Instant(rfc3339: midnight))
        let offset = try #require(DayOffset(zone))
        #expect(offset.midnight(after: now) == midnight)
        var machine = QuotaMachine(daily: 2, reserve: 50, zone: offset)
        #expect(machine.refusal(at: now) == nil)
        machine.sent()
        #expect(machine.refusal(at: now)?.resets == midnight)
        #expect(machine.refusal(at: midnight) == nil)
    }

    @Test(arguments: ["", "CET", "+2:00", "+02:60", "+15:00", "02:00", "+0200"])
    func zoneThatIsNoneIsRefused(text: String) { #expect(DayOffset(text) == nil) }

    @Test(
        arguments: [
            ([("Sforce-Limit-Info", "api-usage=18/5000; per-app-api-usage=17/250(appName=sluice)")], 4982),
            ([("Sforce-Limit-Info", "api-usage=5001/5000")], 0),
            ([("Sforce-Limit-Info", "api-usage=x/5")], nil),
            ([], nil),
        ] as [([(String, String)], Int?)]
    )
    func usageIsRead(headers: [(String, String)], remaining: Int?) {
        let quota = QuotaDefinition(
            usage: HeaderField(header: "Sforce-Limit-Info", field: "api-usage"),
            reserve: 10,
            reset: .rolling
        )
        let response = HTTPResponse(
            status: 200,
            headers: headers.map { (name: $0.0, value: $0.1) },
            body: []
        )
        #expect(quota.reading(of: response, now: Self.start)?.remaining == remaining)
    }
}
