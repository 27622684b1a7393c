import Core
import ProcessSupport
import Runs
import Testing

@Suite("A look never publishes an older state over a newer one")
struct LookRuleTests {
    private static let rule = LookRule(holdBack: .seconds(60))

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
        /// All entries up to here are listed.
        var complete = 70
        var published: Int?
        var content: Int?
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
            verdict: .wait(.seconds(45))
        ),
        Case(
            testDescription: "and so it may where the window ended before",
            entries: [entry(20)],
            complete: 30,
            published: 50,
            verdict: .wait(.seconds(10))
        ),
        Case(
            testDescription: "no replica lags behind what was published the hold-back before",
            entries: [entry(20)],
            complete: 30,
            published: 40,
            verdict: .settled
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
            verdict: .wait(.seconds(60))
        ),
        Case(
            testDescription: "the newest entry's own snapshot is not stale",
            entries: [entry(60, snapshot: 2), entry(69, snapshot: 1)],
            published: 65,
            verdict: .settled
        ),
        Case(
            testDescription:
                "the newest entry's snapshot may be older than what one tells that is not listed yet",
            entries: [entry(80, snapshot: 1)],
            published: 85,
            content: 2,
            verdict: .unsettled
        ),
        Case(
            testDescription: "however old that entry is",
            entries: [entry(20, snapshot: 1)],
            published: 85,
            content: 2,
            verdict: .wait(.seconds(45))
        ),
        Case(
            testDescription: "it is newer than a publishing before it",
            entries: [entry(86, snapshot: 1)],
            published: 85,
            content: 2,
            verdict: .settled
        ),
        Case(
            testDescription: "and than what an older entry tells",
            entries: [entry(79, snapshot: 2), entry(80, snapshot: 1)],
            published: 85,
            content: 2,
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
            complete: Self.time(example.complete),
            published: example.published.map {
                .init(seen: Self.time($0), content: example.content.map(Self.hash))
            }
        )
        #expect(verdict == example.verdict)
    }

    @Test(arguments: [(39, true), (40, true), (41, false), (100, false)])
    func `an entry is done when its look came the hold-back after it`(entry: Int, isDone: Bool) {
        #expect(Self.rule.isDone(Self.time(entry), asked: Self.time(100)) == isDone)
    }

    /// An account of a single object: its changes, each listed up to 30 s late, and replicas that lag up to 60 s.
    ///
    /// Whatever is published, by looks at random moments, is never older than what was published before.
    @Test(arguments: 0..<200) func neverBackwards(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        // Number n is the object's content from the n-th of these times on.
        var times = [0]
        var listed = [0]
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            times.append(times.last.map { $0 + Int.random(in: 1...40, using: &random) } ?? 0)
            listed.append((times.last ?? 0) + Int.random(in: 0...30, using: &random))
        }
        func content(at time: Int) -> Int { times.lastIndex { $0 <= time } ?? 0 }
        func shown(at time: Int) -> Int {
            content(at: max(0, time - Int.random(in: 0...60, using: &random)))
        }
        let hasSnapshots = Bool.random(using: &random)
        var published: (number: Int, seen: Int)?
        var now = 0
        while now < (times.last ?? 0) + 200 {
            now += Int.random(in: 1...25, using: &random)
            let read = now
            let entries = times.indices.filter { listed[$0] <= read }.map {
                Self.entry(times[$0], $0 == 0 ? .creation : .update, snapshot: hasSnapshots ? $0 : nil)
            }
            func verdict(_ sight: Int) -> LookRule.Verdict {
                Self.rule.decide(
                    .content(Self.hash(sight)),
                    entries: entries,
                    asked: Self.time(now),
                    complete: Self.time(read - 30),
                    published: published.map {
                        .init(seen: Self.time($0.seen), content: Self.hash($0.number))
                    }
                )
            }
            // A look may come long after the window was read.
            now += Int.random(in: 0...20, using: &random)
            var sight = shown(at: now)
            var decision = verdict(sight)
            if case .wait(let rest) = decision {
                now += Int(rest.components.seconds)
                sight = shown(at: now)
                decision = verdict(sight)
            }
            guard decision == .settled, sight != published?.number else { continue }
            #expect(sight > published?.number ?? -1)
            published = (sight, now)
        }
        #expect(published?.number == times.count - 1)
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
                complete: asked,
                published: .init(seen: published)
            )
            // The entry of the last moment is younger than any hold-back, and open where it may be published already.
            #expect((verdict == .unsettled) == (published == last))
        }
    }
}
