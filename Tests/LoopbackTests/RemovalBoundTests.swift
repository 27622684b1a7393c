import Kafka
import Testing

/// Until when the bytes of what was deleted are on the brokers' disks.
@Suite("Until when deleted bytes are on disks")
struct RemovalBoundTests {
    private static let day = 86_400_000

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var settings: [String: String]
        var end: RemovalBound.End
    }

    private static func days(_ count: Int) -> RemovalBound.End { .within(.seconds(count * 86_400)) }

    static let cases = [
        Case(
            testDescription: "compacted at a time that is set",
            settings: [
                "cleanup.policy": "compact", "max.compaction.lag.ms": "\(20 * day)",
                "min.compaction.lag.ms": "\(7 * day)", "segment.ms": "\(7 * day)",
            ],
            end: days(20)
        ),
        Case(
            testDescription: "a newest segment that is closed late and must rest is the later one",
            settings: [
                "cleanup.policy": "compact", "max.compaction.lag.ms": "\(8 * day)",
                "min.compaction.lag.ms": "\(7 * day)", "segment.ms": "\(7 * day)",
            ],
            end: days(14)
        ),
        Case(
            testDescription: "compacted whenever there is enough",
            settings: ["cleanup.policy": "compact", "max.compaction.lag.ms": "9223372036854775807"],
            end: .uncertain(setting: "max.compaction.lag.ms=1728000000")
        ),
        Case(
            testDescription: "which must not be less than what must rest",
            settings: ["cleanup.policy": "compact", "min.compaction.lag.ms": "\(30 * day)"],
            end: .uncertain(setting: "max.compaction.lag.ms=\(30 * day)")
        ),
        Case(
            testDescription: "kept for a time",
            settings: ["cleanup.policy": "delete", "retention.ms": "\(90 * day)", "segment.ms": "\(day)"],
            end: days(91)
        ),
        Case(
            testDescription: "kept for ever",
            settings: ["cleanup.policy": "delete", "retention.ms": "-1"],
            end: .uncertain(setting: "retention.ms=\(90 * day)")
        ),
        Case(
            testDescription: "both: the sooner one",
            settings: [
                "cleanup.policy": "compact,delete", "max.compaction.lag.ms": "\(20 * day)",
                "retention.ms": "\(90 * day)", "segment.ms": "\(day)",
            ],
            end: days(20)
        ),
        Case(testDescription: "settings that may not be seen", settings: [:], end: .unknown),
    ]

    @Test(arguments: cases)
    func end(_ test: Case) { #expect(RemovalBound(test.settings).end == test.end) }

    @Test(
        "what is made here has a bound",
        arguments: [
            TopicLayout.events, .state, .versions, .dead, .runs, .commands, .alerts,
        ]
    )
    func layouts(_ layout: TopicLayout) {
        let settings = Dictionary(layout.configuration) { first, _ in first }
        guard case .within(let duration) = RemovalBound(settings).end else {
            return #expect(Bool(false), "\(settings)")
        }
        #expect(duration <= .seconds(91 * 86_400))
    }
}
