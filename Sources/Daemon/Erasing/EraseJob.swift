package import Core
package import Kafka
import Runs

/// Erases the records of some keys, in the session of their account.
package struct EraseJob: AccountJob {
    private let request: StateRequest
    private let erased: StateChange.ErasedKeys
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix
    private let survey: ErasureSurvey

    /// A job that a change of state asks for.
    package init(
        _ request: StateRequest,
        _ erased: StateChange.ErasedKeys,
        kafka: KafkaSettings,
        prefix: TopicPrefix,
        shape: AccountShape
    ) {
        self.request = request
        self.erased = erased
        self.kafka = kafka
        self.prefix = prefix
        survey = ErasureSurvey(
            [erased],
            of: request.account,
            kafka: kafka,
            prefix: prefix,
            shape: shape
        )
    }

    /// Cut short, it is done again and finds what is left: what is erased already stays so.
    package func run(
        in session: AccountSession,
        at now: Instant,
        add: ([EventTopic]) async throws -> Void,
        before: @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState {
        guard let result = try await survey.run(session.state, session.versions).first else {
            preconditionFailure("one stream's keys give one result")
        }
        let changed = try ErasureWords(request.account, erased).changed(result)
        let last = try await before(changed)
        for group in result.erasure.groups(result.holdings, now: now) {
            try await session.commit(group, tries: Self.tries)
            CrashPoint.hit(.afterStateChange)
        }
        // Behind the records: a line that cannot be written must not keep them.
        try await LogErasure(.runs, kafka, prefix: prefix, keys: result.erasure.keys).run(at: now)
        CrashPoint.hit(.afterErasedLines)
        if !last.isEmpty {
            try await session.commit(TransactionGroup(pages: [], state: last), tries: Self.tries)
        }
        return changed
    }

    /// So often a transaction is tried that Kafka took back.
    private static let tries = 5
}
