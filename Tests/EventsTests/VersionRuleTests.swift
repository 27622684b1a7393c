import Core
import Events
import ProcessSupport
import Testing

@Suite("What is remembered decides what is published")
struct VersionRuleTests {
    private static let now = Instant(seconds: 1_000_000)
    private static let seen = Instant(seconds: 999_000)

    private static func hash(_ content: Int) -> ContentHash { ContentHash(high: 7, low: UInt64(content)) }

    private static func said(
        _ kind: EventKind = .upsert,
        version: String? = nil,
        content: Int = 0,
        read: Int = 1,
        parent: String? = nil,
        isAnew: Bool = false
    ) -> VersionRule.Said {
        VersionRule.Said(
            kind: kind,
            version: version.map { ArraySlice($0.utf8) },
            content: kind == .upsert ? hash(content) : nil,
            seen: seen,
            read: read,
            parent: parent.map { Array($0.utf8) },
            isAnew: isAnew
        )
    }

    private static func known(
        version: String? = nil,
        content: Int = 0,
        count: Int = 1,
        deleted: Bool = false,
        read: Int = 1,
        parent: String? = nil
    ) -> RememberedVersion {
        RememberedVersion(
            version: version.map { Array($0.utf8) },
            content: hash(content),
            count: count,
            isDeleted: deleted,
            seen: seen,
            read: read,
            parent: parent.map { Array($0.utf8) }
        )
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var format: VersionFormat?
        var said: VersionRule.Said
        var known: RememberedVersion?
        var verdict: VersionRule.Verdict
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a key that is new goes out",
            said: said(content: 1),
            verdict: .publish(known(content: 1))
        ),
        Case(
            testDescription: "equal content never goes out",
            said: said(content: 1),
            known: known(content: 1),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "the state that was erased does not come back in the overlap",
            format: .number,
            said: said(version: "5", content: 1),
            known: known(version: "5", content: 1).erased,
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "nor does an older one",
            format: .number,
            said: said(version: "4", content: 2, read: 2),
            known: known(version: "5", content: 1).erased,
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "a newer one goes out as any that is new",
            format: .number,
            said: said(version: "6", content: 2),
            known: known(version: "5", content: 1).erased,
            verdict: .publish(known(version: "6", content: 2))
        ),
        Case(
            testDescription:
                "what a later full read still has the service still has: it goes out under another id",
            format: .number,
            said: said(version: "5", content: 1, read: 2),
            known: known(version: "5", content: 1).erased,
            verdict: .publish(known(version: "5", content: 1, count: 3, read: 2))
        ),
        Case(
            testDescription: "where versions have no order, what is read is new",
            said: said(content: 1),
            known: known(content: 1).erased,
            verdict: .publish(known(content: 1, count: 3))
        ),
        Case(
            testDescription: "what is erased is deleted already",
            said: said(.delete),
            known: known(content: 1).erased,
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "equal content in a later full read moves the read",
            said: said(content: 1, read: 2),
            known: known(content: 1),
            verdict: .skip(known(content: 1, read: 2))
        ),
        Case(
            testDescription: "other content is the key's second change",
            said: said(content: 2),
            known: known(content: 1),
            verdict: .publish(known(content: 2, count: 2))
        ),
        Case(
            testDescription:
                "content that was there before is the key's third change, under an id of its own",
            said: said(content: 1),
            known: known(content: 2, count: 2),
            verdict: .publish(known(content: 1, count: 3))
        ),
        Case(
            testDescription: "what its topic lost goes out again under the id that it had",
            said: said(content: 1, read: 2, isAnew: true),
            known: known(content: 1, count: 3),
            verdict: .publish(known(content: 1, count: 3, read: 2))
        ),
        Case(
            testDescription: "but once only",
            said: said(content: 1, read: 2, isAnew: true),
            known: known(content: 1, count: 3, read: 2),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "what its topic lost goes out though an older version is said than was lost",
            format: .epochSeconds,
            said: said(version: "10", content: 2, read: 2, isAnew: true),
            known: known(version: "11", content: 1),
            verdict: .publish(known(version: "10", content: 2, count: 2, read: 2))
        ),
        Case(
            testDescription: "an older version of what went out in this reading of all does not",
            format: .epochSeconds,
            said: said(version: "10", content: 2, read: 2, isAnew: true),
            known: known(version: "11", content: 1, read: 2),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "an older version never goes out",
            format: .epochSeconds,
            said: said(version: "10", content: 2),
            known: known(version: "11", content: 1),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "an older version in a later full read is there all the same",
            format: .epochSeconds,
            said: said(version: "10", content: 2, read: 2),
            known: known(version: "11", content: 1),
            verdict: .skip(known(version: "11", content: 1, read: 2))
        ),
        Case(
            testDescription: "a newer version with equal content only moves the version",
            format: .epochSeconds,
            said: said(version: "12", content: 1),
            known: known(version: "11", content: 1),
            verdict: .skip(known(version: "12", content: 1, count: 0))
        ),
        Case(
            testDescription: "the first change under a moved version counts from one",
            format: .epochSeconds,
            said: said(version: "12", content: 2),
            known: known(version: "12", content: 1, count: 0),
            verdict: .publish(known(version: "12", content: 2, count: 1))
        ),
        Case(
            testDescription: "other content under the same version is its second change",
            format: .epochSeconds,
            said: said(version: "11", content: 2),
            known: known(version: "11", content: 1),
            verdict: .publish(known(version: "11", content: 2, count: 2))
        ),
        Case(
            testDescription: "a newer version counts from one",
            format: .number,
            said: said(version: "12", content: 2),
            known: known(version: "11", content: 1, count: 5),
            verdict: .publish(known(version: "12", content: 2, count: 1))
        ),
        Case(
            testDescription: "a mistyped year does not hide its correction",
            format: .rfc3339,
            said: said(version: "1970-01-10T00:00:00Z", content: 2),
            known: known(version: "2970-01-10T00:00:00Z", content: 1),
            verdict: .publish(known(version: "1970-01-10T00:00:00Z", content: 2, count: 2))
        ),
        Case(
            testDescription: "nor does a mistyped year that is near enough to be counted",
            format: .rfc3339,
            said: said(version: "1970-01-10T00:00:00Z", content: 2),
            known: known(version: "2070-01-10T00:00:00Z", content: 1),
            verdict: .publish(known(version: "1970-01-10T00:00:00Z", content: 2, count: 2))
        ),
        Case(
            testDescription: "a version of a second after now gives no order",
            format: .epochSeconds,
            said: said(version: "1000000", content: 2),
            known: known(version: "1000001", content: 1),
            verdict: .publish(known(version: "1000000", content: 2, count: 2))
        ),
        Case(
            testDescription: "a version of now does",
            format: .epochMilliseconds,
            said: said(version: "999999999", content: 2),
            known: known(version: "1000000000", content: 1),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "a version that cannot be read gives no order",
            format: .epochSeconds,
            said: said(version: "soon", content: 2),
            known: known(version: "11", content: 1),
            verdict: .publish(known(version: "soon", content: 2, count: 2))
        ),
        Case(
            testDescription: "a record without its version goes by its content",
            format: .epochSeconds,
            said: said(content: 2),
            known: known(version: "11", content: 1),
            verdict: .publish(known(content: 2, count: 2))
        ),
        Case(
            testDescription: "a delete is a change of what was published last",
            said: said(.delete),
            known: known(content: 1, count: 3),
            verdict: .publish(known(content: 1, count: 4, deleted: true))
        ),
        Case(
            testDescription: "a child is deleted by its absence from the parent that it has",
            said: said(.delete, parent: "p1"),
            known: known(content: 1, parent: "p1"),
            verdict: .publish(known(content: 1, count: 2, deleted: true, parent: "p1"))
        ),
        Case(
            testDescription: "a child that went to another parent is not deleted as the old one's",
            said: said(.delete, parent: "p1"),
            known: known(content: 1, parent: "p2"),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "a child that went to another parent as it was is remembered as that one's",
            said: said(content: 1, parent: "p2"),
            known: known(content: 1, parent: "p1"),
            verdict: .skip(known(content: 1, parent: "p2"))
        ),
        Case(
            testDescription: "a child is deleted by what says so without a parent",
            said: said(.delete),
            known: known(content: 1, parent: "p2"),
            verdict: .publish(known(content: 1, count: 2, deleted: true, parent: "p2"))
        ),
        Case(
            testDescription: "what was never published is not deleted",
            said: said(.delete),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "a deleted key is not deleted again",
            said: said(.delete),
            known: known(deleted: true),
            verdict: .skip(nil)
        ),
        Case(
            testDescription: "what comes back is new, though it is equal to what was",
            said: said(content: 1),
            known: known(content: 1, count: 2, deleted: true),
            verdict: .publish(known(content: 1, count: 3))
        ),
        Case(
            testDescription: "an older version of a deleted key waits",
            format: .epochSeconds,
            said: said(version: "10", content: 2),
            known: known(version: "11", content: 1, deleted: true),
            verdict: .skip(nil)
        ),
    ]

    @Test(arguments: cases)
    func verdict(_ example: Case) {
        let rule = VersionRule(format: example.format, now: Self.now)
        #expect(rule.decide(example.said, remembered: example.known) == example.verdict)
    }

    /// A key whose versions come in any order, repeated and stale, against what a reader may conclude from them.
    @Test(arguments: 0..<200)
    func `whatever comes, no older over newer, nothing twice, the newest at the end`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rule = VersionRule(format: .number, now: Self.now)
        var remembered: RememberedVersion?
        var published: [(version: Int, content: ContentHash)] = []
        var ids: Set<String> = []
        var newest = 0
        for _ in 0..<100 {
            let version = Int.random(in: 1...12, using: &random)
            newest = max(newest, version)
            // Each version has one content; some share it.
            let said = Self.said(version: String(version), content: version / 2)
            switch rule.decide(said, remembered: remembered) {
            case .publish(let next):
                published.append((version, next.content))
                #expect(ids.insert("\(version):\(next.count)").inserted)
                remembered = next
            case .skip(let next): remembered = next ?? remembered
            }
        }
        for (earlier, later) in zip(published, published.dropFirst()) {
            #expect(earlier.version < later.version)
            #expect(earlier.content != later.content)
        }
        #expect(published.last?.content == Self.hash(newest / 2))
    }
}
