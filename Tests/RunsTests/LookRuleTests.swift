import Core
import Runs
import Testing

@Suite("A look never publishes an older state over a newer one")
struct LookRuleTests {
    private static let rule = LookRule(holdBack: .seconds(60), visibleWithin: .seconds(30))

    private static func time(_ seconds: Int) -> Instant { Instant(seconds: Int64(1000 + seconds)) }
    private static func hash(_ value: Int) -> ContentHash { ContentHash(high: 0, low: UInt64(value)) }
    private static func entry(_ seconds: Int, _ kind: LookRule.Entry.Kind = .update, snapshot: Int? = nil)
        -> LookRule.Entry
    {
        LookRule.Entry(time: time(seconds), kind: kind, snapshot: snapshot.map(hash))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var sight: LookRule.Sight = .content(LookRuleTests.hash(1))
        var entries: [LookRule.Entry]
        var published: Int?
        var verdict: LookRule.Verdict
    }

    /// All looks are asked for at second 100: the hold-back begins at 40.
    static let cases: [Case] = [
        Case(testDescription: "what was never published may go out", entries: [entry(99)], verdict: .settled),
        Case(
            testDescription: "an entry behind the publishing cannot be in it",
            entries: [entry(69)],
            published: 65,
            verdict: .settled
        ),
        Case(
            testDescription: "an entry before the publishing may be in it, and not in this look",
            entries: [entry(60), entry(69)],
            published: 65,
            verdict: .unsettled
        ),
        Case(
            testDescription: "no replica lags behind an entry older than the hold-back",
            entries: [entry(40), entry(69)],
            published: 65,
            verdict: .settled
        ),
        Case(
            testDescription: "an entry that is not listed yet may be in what was published",
            entries: [entry(90)],
            published: 85,
            verdict: .wait(.seconds(15))
        ),
        Case(
            testDescription: "a publishing that lies ahead by a clock's error is waited for within bounds",
            entries: [entry(90)],
            published: 500,
            verdict: .unsettled
        ),
        Case(
            testDescription: "the wait is bounded",
            entries: [],
            published: 500,
            verdict: .wait(.seconds(30))
        ),
        Case(
            testDescription: "the newest entry's own snapshot is not stale",
            entries: [entry(60, snapshot: 2), entry(69, snapshot: 1)],
            published: 65,
            verdict: .settled
        ),
        Case(
            testDescription: "an older entry's snapshot may be",
            entries: [entry(60, snapshot: 1), entry(64, snapshot: 2)],
            published: 65,
            verdict: .unsettled
        ),
        Case(
            testDescription: "entries of one second have no order, so neither's snapshot is the newest",
            entries: [entry(64, snapshot: 2), entry(64, snapshot: 1)],
            published: 65,
            verdict: .unsettled
        ),
        Case(
            testDescription: "what shows an object is not from before its creation",
            entries: [entry(60, .creation), entry(69)],
            published: 65,
            verdict: .settled
        ),
        Case(
            testDescription: "an object may be gone for a replica that does not have it yet",
            sight: .gone,
            entries: [entry(60, .creation)],
            published: 65,
            verdict: .unsettled
        ),
        Case(
            testDescription: "a deletion that is the newest entry and is seen is true",
            sight: .gone,
            entries: [entry(60), entry(64, .deletion)],
            published: 65,
            verdict: .settled
        ),
        Case(
            testDescription: "a deleted object that a lagging replica still shows waits",
            entries: [entry(64, .deletion)],
            published: 65,
            verdict: .unsettled
        ),
        Case(
            testDescription: "the snapshot of a deletion is the object as it was before",
            entries: [entry(64, .deletion, snapshot: 1)],
            published: 65,
            verdict: .unsettled
        ),
        Case(
            testDescription: "children have no snapshot",
            sight: .children,
            entries: [entry(60, snapshot: 1), entry(64, snapshot: 1)],
            published: 65,
            verdict: .unsettled
        ),
    ]

    @Test(arguments: cases)
    func verdict(_ example: Case) {
        let verdict = Self.rule.decide(
            example.sight,
            entries: example.entries,
            asked: Self.time(100),
            published: example.published.map(Self.time)
        )
        #expect(verdict == example.verdict)
    }

    @Test(arguments: [(39, true), (40, true), (41, false), (100, false)])
    func `an entry is done when its look came the hold-back after it`(entry: Int, isDone: Bool) {
        #expect(Self.rule.isDone(Self.time(entry), asked: Self.time(100)) == isDone)
    }

    /// Entries and answers may be dated as far as nanoseconds reach.
    @Test func farTimesAreTimes() {
        let (first, last) = (Instant(nanoseconds: .min), Instant(nanoseconds: .max))
        #expect(!Self.rule.isDone(last, asked: Self.time(100)))
        #expect(Self.rule.isDone(first, asked: Self.time(100)))
        #expect(Self.rule.isDone(first, asked: last))
        for (asked, published) in [(first, first), (first, last), (last, first), (last, last)] {
            let entries = [first, last].map { LookRule.Entry(time: $0, kind: .update) }
            let verdict = Self.rule.decide(
                .content(Self.hash(1)),
                entries: entries,
                asked: asked,
                published: published
            )
            // The entry of the last moment is younger than any hold-back, and open where it may be published already.
            #expect((verdict == .unsettled) == (published == last))
        }
    }
}
