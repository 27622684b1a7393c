package import Core
import Synchronization

/// Looks at a Kafka without changing anything: who is there, what they can do, what may be seen; `close()` must be
/// called.
package final class KafkaCheckup: Sendable {
    private let settings: KafkaSettings
    private let admin: KafkaAdmin
    private let found: Found

    /// What the library's log says meanwhile.
    private final class Found: Sendable {
        private let kept = Locked(BrokerAbilities())

        var abilities: BrokerAbilities { kept.withLock { $0 } }

        func note(_ line: String) { kept.withLock { $0.note(line) } }
    }

    /// A client that has not spoken to Kafka yet.
    ///
    /// Patience is how long one question may take.
    package init(settings: KafkaSettings, patience: Duration = .seconds(10)) throws(PublishError) {
        self.settings = settings
        let found = Found()
        self.found = found
        var heard = settings
        let onLog = settings.onLog
        // The one place where the library tells what brokers answer to is its log of features.
        heard.overrides.removeAll { $0.0 == "debug" || $0.0 == "log_level" }
        heard.overrides.append(("debug", "feature"))
        heard.onLog = { line in
            found.note(line.text)
            if line.level < 7 { onLog(line) }
        }
        admin = try KafkaAdmin(settings: heard, patience: patience)
    }

    /// How many brokers there are.
    package func brokerCount() async throws(PublishError) -> Int { try await admin.brokerCount() }

    /// What they can do, once one of them has answered.
    package var abilities: BrokerAbilities { found.abilities }

    /// A topic's description, or nil where there is none of that name.
    package func describe(_ topic: String) async throws(PublishError) -> TopicDescription? {
        try await admin.describeTopic(topic)
    }

    /// The host of the daemon that lives; nil where its place is free.
    package func daemonHost(of prefix: TopicPrefix) async throws -> String? {
        try await GroupMember.holder(settings, prefix: prefix, patience: .seconds(10))
    }

    /// Asks for a transactional id that nobody else uses, as an account's session does for its own.
    package func fence(_ prefix: TopicPrefix, deadline: Duration = .seconds(15)) async throws(PublishError) {
        let producer = try TransactionalProducer(
            settings: settings,
            transactionalID: prefix.checkupTransactionalID
        )
        do throws(PublishError) {
            try await producer.initTransactions(deadline: deadline)
        } catch {
            await producer.close()
            throw error
        }
        await producer.close()
    }

    /// Ends the client within some seconds.
    package func close() async { await admin.close() }
}
