import Core
import Extraction
import Runs
import Testing

/// How a command ends, by how the streams of its run ended.
@Suite struct ExitCodeTests {
    enum End: Sendable {
        case success, cancelled, unavailable, misconfigured, refusedState, away, failed

        var outcome: StreamOutcome {
            var outcome = StreamOutcome(status: .failed)
            switch self {
            case .success: outcome.status = .success
            case .cancelled: outcome.status = .cancelled
            case .unavailable:
                outcome.status = .unavailable
                outcome.error = ExtractionError(.unavailable, "403")
            case .misconfigured: outcome.error = ExtractionError(.badBookmark, "does not fit")
            case .refusedState: outcome.error = StateError(.otherDefinition, "another definition")
            case .away: outcome.error = ExtractionError(.gaveUp, "no answer")
            case .failed: outcome.error = ExtractionError(.badPage, "no page")
            }
            return outcome
        }
    }

    private static let ends: [([End], Int32)] = [
        ([End.success, .success], 0),
        ([.success, .misconfigured], 5),
        ([.success, .unavailable], 5),
        ([.success, .cancelled], 5),
        ([.misconfigured], 2),
        ([.misconfigured, .refusedState], 2),
        ([.misconfigured, .cancelled], 2),
        ([.away, .away], 3),
        ([.away, .misconfigured], 1),
        ([.misconfigured, .failed], 1),
        ([.misconfigured, .unavailable], 1),
        ([.unavailable], 1),
        ([.failed], 1),
        ([.cancelled], 1),
    ]

    @Test(arguments: ends)
    func byStreams(ends: [End], code: Int32) {
        let streams = ends.enumerated().map { (name: "s\($0)", outcome: $1.outcome) }
        #expect(RunOutcome(streams: streams, transactions: 0, duration: .zero).exitCode == code)
    }
}
