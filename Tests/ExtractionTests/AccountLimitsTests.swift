import Core
import Expressions
import ProcessSupport
import Testing

@testable import Extraction

/// Requests that count against two limits at once, beside many that count against one of them.
@Suite struct AccountLimitsTests {
    private struct Sender {
        var own: String?
        var ready: Duration = .zero
        var place: AccountLimits.Place?
    }

    private static func limits(_ rates: [(name: String, rate: RateLimit)]) throws -> AccountLimits {
        AccountLimits(
            limits: try rates.map { limit in
                let definition = LimitDefinition(
                    name: limit.name,
                    rate: try Template(parsing: "1/s"),
                    share: nil,
                    headers: []
                )
                return (definition, limit.rate, 100)
            }
        )
    }

    /// When the requests of some senders go, each of which has one under way at a time.
    private static func times(
        _ limits: inout AccountLimits,
        _ senders: [Sender],
        until end: Duration,
        latency: () -> Duration
    ) -> [(own: String?, at: Duration)] {
        var senders = senders
        var times: [(own: String?, at: Duration)] = []
        while let next = senders.indices.min(by: { senders[$0].ready < senders[$1].ready }),
            senders[next].ready < end
        {
            let now = senders[next].ready
            let place = senders[next].place ?? limits.arrive(senders[next].own)
            switch limits.take(place, at: now, wall: Instant(seconds: 0)) {
            case .go:
                limits.leave(place)
                senders[next].place = nil
                times.append((senders[next].own, now))
                senders[next].ready = now + latency()
            case .wait(let wait):
                senders[next].place = place
                senders[next].ready = now + wait
            case .spent: return times
            }
        }
        return times
    }

    private static func isKept(_ limit: RateLimit, _ times: [Duration]) -> Bool {
        times.indices.dropLast(limit.count).allSatisfy {
            times[$0 + limit.count] - times[$0] >= limit.period
        }
    }

    @Test(
        arguments: [
            (RateLimit(count: 171, period: .seconds(10)), RateLimit(count: 4, period: .seconds(1))),
            (RateLimit(count: 700, period: .seconds(60)), RateLimit(count: 10, period: .seconds(60))),
            (RateLimit(count: 200, period: .seconds(60)), RateLimit(count: 100, period: .seconds(60))),
        ],
        0..<10
    )
    func bothAreUsedAndKept(limits: (RateLimit, RateLimit), seed: UInt64) throws {
        let (account, narrow) = limits
        var random = SeededGenerator(seed: seed)
        var machine = try Self.limits([("default", account), ("narrow", narrow)])
        let end = Duration.seconds(300)
        let times = Self.times(
            &machine,
            [Sender(own: "narrow"), Sender(own: "narrow")] + [Sender](repeating: Sender(), count: 4),
            until: end
        ) {
            account.period / account.count * Double.random(in: 0.5...2.5, using: &random)
        }
        let own = times.filter { $0.own != nil }.map(\.at)
        #expect(Self.isKept(account, times.map(\.at)))
        #expect(Self.isKept(narrow, own))
        #expect(Double(times.count) >= 0.95 * Double(account.count) * (end / account.period))
        #expect(Double(own.count) >= 0.95 * Double(narrow.count) * (end / narrow.period))
    }

    /// Whose time is about to come goes first, and holds nobody up once it is gone.
    @Test func laterOneStandsBack() throws {
        var limits = try Self.limits([
            ("default", RateLimit(count: 10, period: .seconds(1))),
            ("narrow", RateLimit(count: 1, period: .seconds(1))),
        ])
        let wall = Instant(seconds: 0)
        let first = limits.arrive("narrow")
        guard case .go = limits.take(first, at: .zero, wall: wall) else {
            Issue.record("nothing is in its way")
            return
        }
        let second = limits.arrive("narrow")
        #expect(wait(limits.take(second, at: .zero, wall: wall)) == 1030)
        let other = limits.arrive(nil)
        // There is room for one before it, and then not.
        guard case .go = limits.take(other, at: .milliseconds(900), wall: wall) else {
            Issue.record("it would be open again in time")
            return
        }
        let late = limits.arrive(nil)
        #expect(wait(limits.take(late, at: .milliseconds(1010), wall: wall)) == 20)
        limits.leave(second)
        guard case .go = limits.take(late, at: .milliseconds(1010), wall: wall) else {
            Issue.record("nobody is before it any more")
            return
        }
    }

    /// In whole milliseconds; nil where it may go.
    private func wait(_ turn: AccountLimits.Turn) -> Int? {
        guard case .wait(let wait) = turn else { return nil }
        return Int(wait / .milliseconds(1))
    }

    /// A task that does not come back when its time has come is not waited for.
    @Test func nobodyIsWaitedForWhoDoesNotCome() throws {
        var limits = try Self.limits([
            ("default", RateLimit(count: 10, period: .seconds(1))),
            ("narrow", RateLimit(count: 1, period: .seconds(1))),
        ])
        let wall = Instant(seconds: 0)
        _ = limits.take(limits.arrive("narrow"), at: .zero, wall: wall)
        _ = limits.take(limits.arrive("narrow"), at: .zero, wall: wall)
        let other = limits.arrive(nil)
        #expect(limits.take(other, at: .milliseconds(1035), wall: wall) == .wait(.milliseconds(1)))
        guard case .go = limits.take(other, at: .milliseconds(1051), wall: wall) else {
            Issue.record("it was to come 20 ms ago")
            return
        }
    }

    private static func quota(_ text: String, daily: Int? = 100) throws -> AccountLimits {
        let headers =
            text.isEmpty
            ? QuotaDefinition(reserve: 10, reset: .rolling)
            : QuotaDefinition(usage: HeaderField(header: text), reserve: 10, reset: .rolling)
        let machine = QuotaMachine(daily: daily, reserve: 10, zone: DayOffset("UTC"))
        return AccountLimits(quota: (machine, headers))
    }

    private static func ask(_ limits: inout AccountLimits, _ answer: HTTPResponse, at wall: Instant) -> Bool {
        let place = limits.arrive(nil)
        defer { limits.leave(place) }
        guard case .go(let ticket) = limits.take(place, at: .zero, wall: wall) else { return false }
        limits.answered(ticket, answer, at: .zero, wall: wall)
        return true
    }

    /// What nobody but we count goes on over sessions, for as long as the day lasts.
    @Test func aDayIsCountedOverSessions() throws {
        let noon = Instant(seconds: 1_760_011_200)
        let midnight = Instant(seconds: 1_760_054_400)
        let answer = HTTPResponse(status: 200, headers: [], body: [])
        var first = try Self.quota("")
        for _ in 0..<60 { #expect(Self.ask(&first, answer, at: noon)) }
        let standing = try #require(first.standing(at: .zero, wall: noon).quota)
        #expect(standing == QuotaStanding(limit: 100, remaining: 40, reserve: 10, resets: midnight))
        #expect(!standing.isNear(margin: 29) && standing.isNear(margin: 30))
        var second = try Self.quota("")
        second.resume(standing, at: noon.advanced(by: .seconds(60)))
        for _ in 0..<30 { #expect(Self.ask(&second, answer, at: noon)) }
        #expect(!Self.ask(&second, answer, at: noon))
        // Of a greater quota what was used is used.
        var greater = try Self.quota("", daily: 200)
        greater.resume(standing, at: noon)
        #expect(greater.standing(at: .zero, wall: noon).quota?.remaining == 140)
        var next = try Self.quota("")
        next.resume(standing, at: midnight)
        #expect(next.standing(at: .zero, wall: midnight).quota?.remaining == 100)
        #expect(first.standing(at: .zero, wall: midnight).quota?.remaining == 100)
    }

    /// What answers say is waited for, and believed before what was said to another session.
    @Test func aDayThatIsToldIsNotCounted() throws {
        let now = Instant(seconds: 1_760_011_200)
        var limits = try Self.quota("X-Usage")
        limits.resume(
            QuotaStanding(limit: 100, remaining: 0, reserve: 10, resets: now.advanced(by: .seconds(60))),
            at: now
        )
        #expect(limits.standing(at: .zero, wall: now).quota == nil)
        let answer = HTTPResponse(status: 200, headers: [("X-Usage", "30/500")], body: [])
        #expect(Self.ask(&limits, answer, at: now))
        let quota = try #require(limits.standing(at: .zero, wall: now).quota)
        #expect((quota.limit, quota.remaining, quota.reserve) == (500, 470, 50))
    }
}
