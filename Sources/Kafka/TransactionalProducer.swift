package import Core
import Synchronization

/// How a commit went.
package struct CommitOutcome: Hashable, Sendable {
    /// From begin to the broker's answer.
    package var duration: Duration
    /// Close this producer and start a new one before the next transaction: a late answer of this one's commit could
    /// end the next transaction in its place (KAFKA-17754).
    package var mustRecycle: Bool
}

/// The one writer of an account: whoever initialises the same transactional id later fences this one (I3).
///
/// Calls are served one at a time on a thread of their own. After an error other than `unknownTopic` the producer must be
/// closed and replaced. `close()` must be called; a producer that is only dropped keeps its threads.
package final class TransactionalProducer: Sendable {
    let client: Client
    let settings: KafkaSettings
    let transactionalID: String
    let worker = SerialThread()
    let budget: Duration
    let abortable: Duration
    let onStep: @Sendable (TransactionStep) -> Void
    let condition = Locked(Condition())

    /// What the producer has been through; only the worker changes it.
    struct Condition: Sendable {
        var mustRecycle = false
        var isClosed = false
    }

    /// A producer that has not spoken to Kafka yet.
    ///
    /// `budget` is how long a commit with its abort may take in all. `onStep` is called between the
    /// calls of a transaction, on the producer's thread.
    ///
    /// A transaction that fails is aborted while it is younger than `abortable`, and otherwise left to the next
    /// producer's fence or to Kafka's timeout: the account may have another writer by then, whom an abort can shut out.
    /// librdkafka has nothing to end where the coordinator never heard of a transaction whose records timed out, and
    /// asks for a new epoch instead; Kafka ends the open transaction of the id for whoever asks, and compares epochs
    /// only then. The default is what a lease has left at least when a transaction begins.
    package init(
        settings: KafkaSettings,
        transactionalID: String,
        transactionTimeout: Duration = .seconds(15),
        budget: Duration = .seconds(30),
        abortable: Duration = .seconds(10),
        onStep: @escaping @Sendable (TransactionStep) -> Void = { _ in }
    ) throws(PublishError) {
        client = try Client(
            settings: settings,
            role: .producer(transactionalID: transactionalID, transactionTimeout: transactionTimeout)
        )
        self.settings = settings
        self.transactionalID = transactionalID
        self.budget = budget
        self.abortable = abortable
        self.onStep = onStep
    }

    /// Whether this producer must be replaced before the next transaction.
    package var mustRecycle: Bool { condition.withLock { $0.mustRecycle } }

    /// The fence: ends the open transaction of an earlier producer of the same id and shuts it out (I3).
    package func initTransactions(deadline: Duration) async throws(PublishError) {
        try await worker.run { [self] () throws(PublishError) in try initialize(deadline) }
    }

    /// Publishes the group in one transaction; returns when it is committed (I1).
    ///
    /// Not interrupted by cancellation: what was handed over is counted before a bookmark moves. `.retry` errors say that
    /// nothing of it is visible.
    package func commit(
        _ group: TransactionGroup,
        stateTopic: String,
        statePartition: Int32,
        versions: VersionsPlace? = nil,
        prefix: TopicPrefix? = nil,
        transaction: (run: String, number: Int)
    ) async throws(PublishError) -> CommitOutcome {
        let label = EventHeader.transactionValue(
            run: transaction.run,
            number: transaction.number,
            count: group.eventCount
        )
        return try await worker.run { [self] () throws(PublishError) in
            var attempt = TransactionAttempt(
                client: client,
                settings: settings,
                transactionalID: transactionalID,
                group: group,
                state: (topic: stateTopic, partition: statePartition),
                versions: versions,
                prefix: prefix,
                label: Array(label.utf8),
                budget: budget,
                abortable: abortable
            )
            try checkUsable()
            defer { condition.withLock { $0.mustRecycle = $0.mustRecycle || attempt.mustRecycle } }
            return try attempt.run(onStep)
        }
    }

    /// Ends it within some ten seconds, whatever the broker does; an open transaction is left to be fenced or to expire.
    package func close() async {
        await worker.run { [self] in
            let isFirst = condition.withLock { condition in
                defer {
                    condition.isClosed = true
                    condition.mustRecycle = true
                }
                return !condition.isClosed
            }
            guard isFirst, !client.shutDown() else { return }
            settings.onLog(
                KafkaSettings.LogLine(
                    level: 4,
                    facility: "CLOSE",
                    text: "the Kafka producer \(transactionalID) did not end in time and was left behind"
                )
            )
        }
        worker.stop()
    }

    private func checkUsable() throws(PublishError) {
        let condition = condition.withLock { $0 }
        if condition.isClosed {
            throw PublishError(.fatal, "the Kafka producer \(transactionalID) is closed")
        }
    }

    /// How long the broker may be away meanwhile: where it answers, the wait is for another's open transaction.
    private static let absence = Duration.seconds(20)

    private func initialize(_ deadline: Duration) throws(PublishError) {
        try checkUsable()
        let start = ContinuousClock.now
        var answered = start
        let attempt = "starting the producer \(transactionalID)"
        while true {
            let left = deadline - (ContinuousClock.now - start)
            // In slices, so that a refused login ends it at once and not at the deadline.
            guard let error = client.handle.initTransactions(min(max(left, .milliseconds(1)), .seconds(1)))
            else {
                return
            }
            switch ErrorClass(error) {
            case .retriable where left > .zero:
                if let last = client.monitor.lastError,
                    ErrorClass.publishCode(of: last.code) == .authentication
                {
                    throw giveUp(client.unreachable(attempt, settings: settings))
                }
                if case .success = client.handle.metadata(of: nil, limit: .seconds(1)) {
                    answered = ContinuousClock.now
                } else if ContinuousClock.now - answered >= Self.absence {
                    throw giveUp(client.unreachable(attempt, settings: settings))
                }
            case .retriable: throw giveUp(client.unreachable(attempt, settings: settings))
            case .fenced:
                throw giveUp(
                    PublishError(
                        .fenced,
                        "\(attempt): another producer of this id started at the same time (\(error.text))"
                    )
                )
            case .abortable, .fatal:
                let code = ErrorClass.publishCode(of: error.code) ?? .fatal
                let remedy = ErrorClass.remedy(for: code).map { "; \($0)" } ?? ""
                let subject = code == .badSetting ? "transaction.timeout.ms: " : ""
                throw giveUp(
                    PublishError(code, "\(attempt): \(subject)\(error.text) (\(error.name))\(remedy)")
                )
            }
        }
    }

    private func giveUp(_ error: PublishError) -> PublishError {
        condition.withLock { $0.mustRecycle = true }
        return error
    }
}
