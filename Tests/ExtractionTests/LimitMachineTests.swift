import Core
import ProcessSupport
import Testing

@testable import Extraction

/// Pacing on a virtual clock, against an API that counts.
@Suite struct LimitMachineTests {
    /// Whether no window of the period has more than the count, wherever it begins.
    private static func isKept(_ limit: RateLimit, _ times: [Duration]) -> Bool {
        times.indices.dropLast(limit.count).allSatisfy {
            times[$0 + limit.count] - times[$0] >= limit.period
        }
    }

    /// When the requests of some senders go, each of which has one under way at a time.
    private static func times(
        _ machine: inout LimitMachine,
        senders: Int,
        until end: Duration,
        latency: () -> Duration,
        answer: (Int, Duration) -> LimitReading? = { _, _ in nil }
    ) -> [Duration] {
        var ready = [Duration](repeating: .zero, count: senders)
        var answers: [(at: Duration, number: Int, reading: LimitReading)] = []
        var times: [Duration] = []
        while let sender = ready.indices.min(by: { ready[$0] < ready[$1] }), ready[sender] < end {
            let now = ready[sender]
            // At most one a sender: few enough to look at all.
            while let index = answers.indices.min(by: { answers[$0].at < answers[$1].at }),
                answers[index].at <= now
            {
                let answer = answers.remove(at: index)
                machine.answered(answer.number, answer.reading, at: answer.at)
            }
            let wait = machine.wait(at: now)
            guard wait == .zero else {
                ready[sender] = now + wait
                continue
            }
            let number = machine.sent(at: now)
            times.append(now)
            let arrival = now + latency()
            if let reading = answer(times.count, now) { answers.append((arrival, number, reading)) }
            ready[sender] = arrival
        }
        return times
    }

    @Test(
        arguments: [
            RateLimit(count: 1, period: .seconds(1)), RateLimit(count: 5, period: .seconds(1)),
            RateLimit(count: 20, period: .seconds(1)), RateLimit(count: 190, period: .seconds(10)),
            RateLimit(count: 10, period: .seconds(60)), RateLimit(count: 700, period: .seconds(60)),
        ],
        0..<20
    )
    func noWindowHasMoreThanTheLimitAndNearlyAllIsUsed(limit: RateLimit, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = LimitMachine(limit)
        let gap = limit.period / limit.count
        let periods = 12
        let times = Self.times(&machine, senders: 4, until: limit.period * periods) {
            gap * Double.random(in: 0...3, using: &random)
        }
        #expect(Self.isKept(limit, times))
        #expect(Double(times.count) >= 0.95 * Double(limit.count * periods))
    }

    @Test(arguments: 0..<20)
    func restGivesNoRightToABurst(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = LimitMachine(RateLimit(count: 20, period: .seconds(1)))
        var now = Duration.zero
        var times: [Duration] = []
        for _ in 0..<300 {
            if Int.random(in: 0..<10, using: &random) == 0 { now += .seconds(3) }
            now += machine.wait(at: now)
            _ = machine.sent(at: now)
            times.append(now)
        }
        #expect(Self.isKept(RateLimit(count: 20, period: .seconds(1)), times))
        // At most one follows another closer than the spacing.
        let close = zip(times, times.dropFirst()).filter { $1 - $0 < .milliseconds(35) }
        #expect(close.isEmpty)
    }

    /// A minute that begins anew at the API's own time, and others who use up a part of it.
    @Test(arguments: [10, 200, 700, 1500], 0..<8)
    func remainingIsNeverOverdrawn(allowed: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = LimitMachine(RateLimit(count: 700, period: .seconds(60)))
        let edge = Duration.milliseconds(Int.random(in: 0..<60_000, using: &random))
        let others = Int.random(in: 0...allowed / 4, using: &random)
        // By window: what was sent before the first whole one does not count.
        var used: [Int: Int] = [:]
        let windows = 2...5
        _ = Self.times(&machine, senders: max(4, allowed / 100), until: .seconds(420)) {
            .milliseconds(Int.random(in: 20...400, using: &random))
        } answer: { _, now in
            let window = Int((now + edge) / .seconds(60))
            used[window, default: others] += 1
            let left = Duration.seconds(60 * (window + 1)) - edge - now
            return LimitReading(
                limit: allowed,
                remaining: max(0, allowed - used[window, default: 0]),
                reset: .seconds(left.components.seconds)
            )
        }
        for window in windows {
            let own = used[window, default: 0] - others
            #expect(own + others <= allowed)
            #expect(Double(own) >= 0.95 * min(Double(allowed - others), 0.97 * Double(allowed)) - 1)
        }
    }

    @Test func refusalClosesTheLimitForAll() {
        var machine = LimitMachine(RateLimit(count: 20, period: .seconds(1)))
        _ = machine.sent(at: .zero)
        machine.refused(for: .seconds(37), at: .milliseconds(10))
        #expect(machine.wait(at: .seconds(1)) == .milliseconds(36_010))
        #expect(machine.wait(at: .milliseconds(37_010)) == .zero)
    }

    @Test func shareLeavesTheRestToOthers() {
        var machine = LimitMachine(RateLimit(count: 100, period: .seconds(10)), share: 50)
        let times = Self.times(&machine, senders: 2, until: .seconds(100)) { .zero }
        #expect((475...500).contains(times.count))
    }

    @Test func nothingLeftWithoutAResetWaitsForAWholePeriod() {
        var machine = LimitMachine(RateLimit(count: 100, period: .seconds(10)))
        let number = machine.sent(at: .zero)
        machine.answered(number, LimitReading(limit: 190, remaining: 0), at: .seconds(1))
        #expect(machine.wait(at: .seconds(2)) == .seconds(9))
        #expect(machine.wait(at: .seconds(11)) == .zero)
    }

    @Test func headersRaiseAndLowerTheLimit() {
        var machine = LimitMachine(RateLimit(count: 60, period: .seconds(60)))
        let number = machine.sent(at: .zero)
        #expect(machine.wait(at: .zero) > .seconds(1))
        machine.answered(number, LimitReading(limit: 600), at: .zero)
        #expect(machine.wait(at: .zero) < .milliseconds(104))
        machine.answered(number, LimitReading(limit: 6, period: .seconds(120)), at: .zero)
        #expect(machine.wait(at: .zero) > .seconds(20))
        machine.answered(number, LimitReading(limit: 0), at: .zero)
        #expect(machine.wait(at: .zero) > .seconds(20))
    }

    @Test(
        arguments: [
            ("20/s", RateLimit(count: 20, period: .seconds(1))),
            ("190/10s", RateLimit(count: 190, period: .seconds(10))),
            ("700/min", RateLimit(count: 700, period: .seconds(60))),
            ("1/h", RateLimit(count: 1, period: .seconds(3600))), ("0/s", nil), ("-1/s", nil), ("x/s", nil),
            ("1/d", nil), ("1/0s", nil), ("1/-1s", nil), ("1/10", nil),
            ("1", nil), ("1/s/s", nil), ("", nil), ("1.5/s", nil), ("2000000/s", nil),
        ] as [(String, RateLimit?)]
    )
    func limitsAreRead(text: String, limit: RateLimit?) {
        #expect(RateLimit(text) == limit)
    }
}

/// What the headers of real APIs say.
@Suite struct LimitReadingTests {
    private static let now = Instant(seconds: 1_706_745_000)
    private static let plain = LimitHeaders(
        limit: HeaderField(header: "X-Rate-Limit"),
        remaining: HeaderField(header: "X-Rate-Limit-Remaining")
    )
    private static let draft = LimitHeaders(
        limit: HeaderField(header: "ratelimit-limit"),
        remaining: HeaderField(header: "ratelimit-remaining"),
        reset: ResetField(field: HeaderField(header: "ratelimit-reset"), format: .seconds)
    )
    private static let bucket = LimitHeaders(
        limit: HeaderField(header: "zendesk-ratelimit-incremental-exports", field: "total"),
        remaining: HeaderField(header: "zendesk-ratelimit-incremental-exports", field: "remaining"),
        reset: ResetField(
            field: HeaderField(header: "zendesk-ratelimit-incremental-exports", field: "resets"),
            format: .seconds
        )
    )
    private static let hubspot = LimitHeaders(
        limit: HeaderField(header: "X-HubSpot-RateLimit-Max"),
        remaining: HeaderField(header: "X-HubSpot-RateLimit-Remaining"),
        intervalMilliseconds: HeaderField(header: "X-HubSpot-RateLimit-Interval-Milliseconds")
    )
    private static let servicenow = LimitHeaders(
        limit: HeaderField(header: "X-RateLimit-Limit"),
        reset: ResetField(field: HeaderField(header: "X-RateLimit-Reset"), format: .epoch)
    )

    @Test(
        arguments: [
            (
                [plain], [("X-Rate-Limit", "700"), ("X-Rate-Limit-Remaining", "699")],
                LimitReading(limit: 700, remaining: 699)
            ),
            (
                [draft, plain],
                [("ratelimit-limit", "700"), ("ratelimit-remaining", "699"), ("ratelimit-reset", "41")],
                LimitReading(limit: 700, remaining: 699, reset: .seconds(41))
            ),
            (
                [draft, plain], [("x-rate-limit", "200"), ("x-rate-limit-remaining", " 3 ")],
                LimitReading(limit: 200, remaining: 3)
            ),
            (
                [bucket], [("zendesk-ratelimit-incremental-exports", "total=10; remaining=9; resets=2")],
                LimitReading(limit: 10, remaining: 9, reset: .seconds(2))
            ),
            (
                [hubspot],
                [
                    ("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"),
                    ("X-HubSpot-RateLimit-Max", "100"),
                    ("X-HubSpot-RateLimit-Remaining", "97"),
                ],
                LimitReading(limit: 100, remaining: 97, period: .seconds(10))
            ),
            (
                [servicenow], [("X-RateLimit-Limit", "100"), ("X-RateLimit-Reset", "1706745600")],
                LimitReading(limit: 100, reset: .seconds(600))
            ),
            ([plain, draft], [("X-Rate-Limit", "many")], nil),
            ([plain], [("X-Rate-Limit", "-5")], nil),
            ([plain], [], nil),
        ] as [([LimitHeaders], [(String, String)], LimitReading?)]
    )
    func familiesAreRead(families: [LimitHeaders], headers: [(String, String)], reading: LimitReading?) {
        let response = HTTPResponse(
            status: 200,
            headers: headers.map { (name: $0.0, value: $0.1) },
            body: []
        )
        #expect(LimitReading(families, in: response, now: Self.now) == reading)
    }
}
