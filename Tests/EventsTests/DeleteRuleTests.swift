import Core
import Events
import ProcessSupport
import Testing

@Suite("Deletes that have a version of their own, and keys that may be forgotten")
struct DeleteRuleTests {
    private static let now = Instant(seconds: 1_000_000)
    private static let seen = Instant(seconds: 999_000)

    private static func hash(_ content: Int) -> ContentHash { ContentHash(high: 7, low: UInt64(content)) }

    private static func said(
        _ kind: EventKind,
        _ version: Int?,
        content: Int? = nil,
        forgotten: VersionRule.Forgotten? = nil
    ) -> VersionRule.Said {
        VersionRule.Said(
            kind: kind,
            version: version.map { ArraySlice(String($0).utf8) },
            content: content.map(hash),
            seen: seen,
            read: 1,
            forgotten: forgotten
        )
    }

    private static func known(_ version: Int, content: Int = 1, count: Int = 1, deleted: Bool = false)
        -> RememberedVersion
    {
        RememberedVersion(
            version: Array(String(version).utf8),
            content: hash(content),
            count: count,
            isDeleted: deleted,
            seen: seen,
            read: 1
        )
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var said: VersionRule.Said
        var known: RememberedVersion?
        var verdict: VersionRule.Verdict
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a newer delete is the first change under its version",
            said: said(.delete, 12, content: 2),
            known: known(11, count: 3),
            verdict: .publish(known(12, count: 1, deleted: true))
        ),
        Case(
            testDescription: "a delete under the version that was published is its next change",
            said: said(.delete, 11, content: 2),
            known: known(11, count: 3),
            verdict: .publish(known(11, count: 4, deleted: true))
        ),
        Case(
            testDescription: "a delete that is older than what was published was overtaken",
            said: said(.delete, 10, content: 2),
            known: known(11),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "a delete that is told again is nothing",
            said: said(.delete, 12, content: 2),
            known: known(12, deleted: true),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "a newer word of a delete moves what older records are compared with",
            said: said(.delete, 14, content: 2),
            known: known(12, deleted: true),
            verdict: .skip(known(14, deleted: true))
        ),
        Case(
            testDescription: "what was never published is not deleted",
            said: said(.delete, 12, content: 2),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "unless it may have been published and forgotten",
            said: said(.delete, 12, content: 2, forgotten: .init()),
            verdict: .publish(known(12, content: 2, deleted: true))
        ),
        Case(
            testDescription: "a delete from before what is forgotten was told",
            said: said(.delete, 9, content: 2, forgotten: .init(publishedBefore: Instant(seconds: 10))),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "a delete that stands in no record tells nothing of an unknown key",
            said: said(.delete, 12, forgotten: .init()),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "an unknown record from before what is forgotten was published",
            said: said(.upsert, 9, content: 2, forgotten: .init(publishedBefore: Instant(seconds: 10))),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "one that is not older is new",
            said: said(.upsert, 10, content: 2, forgotten: .init(publishedBefore: Instant(seconds: 10))),
            verdict: .publish(known(10, content: 2))
        ),
        Case(
            testDescription: "where only deletes may be of forgotten keys, every unknown record is new",
            said: said(.upsert, 9, content: 2, forgotten: .init()),
            verdict: .publish(known(9, content: 2))
        ),
        Case(
            testDescription: "a key that is remembered is compared, however old it is",
            said: said(.upsert, 9, content: 2, forgotten: .init(publishedBefore: Instant(seconds: 10))),
            known: known(8),
            verdict: .publish(known(9, content: 2))
        ),
    ]

    @Test(arguments: cases)
    func verdict(_ example: Case) {
        let rule = VersionRule(format: .epochSeconds, now: Self.now)
        #expect(rule.decide(example.said, remembered: example.known) == example.verdict)
    }

    /// A key that changes, is deleted and comes back, told repeatedly and late, and forgotten as a bookmark passes it.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `whatever comes, each change at most once, in order, and the last at the end`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rule = VersionRule(format: .epochSeconds, now: Self.now)
        var remembered: RememberedVersion?
        var forgotten = 0
        var published: [Int] = []
        var ids: Set<String> = []
        // Of each version whether it is a delete; two in succession never are.
        var history: [Bool] = [false]
        for _ in 0..<120 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                history.append(history.last == false && Int.random(in: 0..<3, using: &random) == 0)
            }
            // Nothing is told from before what is forgotten, as no window reaches so far.
            let version = Int.random(
                in: max(forgotten, history.count - 6)...history.count - 1,
                using: &random
            )
            let bound = Instant(seconds: Int64(forgotten))
            let said = Self.said(
                history[version] ? .delete : .upsert,
                version,
                content: version,
                forgotten: forgotten > 0 ? .init(publishedBefore: bound) : nil
            )
            switch rule.decide(said, remembered: remembered) {
            case .publish(let next):
                published.append(version)
                #expect(ids.insert("\(version):\(next.count)").inserted)
                remembered = next
            case .skip(let next): remembered = next ?? remembered
            }
            // A bookmark passes a version only once it was read.
            if Int.random(in: 0..<10, using: &random) == 0, let last = published.last, last > forgotten {
                forgotten = last
                if remembered?.isPassed(by: Instant(seconds: Int64(last)), format: .epochSeconds) == true {
                    remembered = nil
                }
            }
        }
        for (earlier, later) in zip(published, published.dropFirst()) { #expect(earlier < later) }
    }
}
