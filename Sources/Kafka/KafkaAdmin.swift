package import Core

/// A topic as the broker describes it.
package struct TopicDescription: Hashable, Sendable {
    package var partitions: Int
    /// The smallest over its partitions.
    package var replication: Int
    /// Settings, the broker's defaults included; empty where the principal may not read them.
    package var configuration: [String: String]

    /// Whether compaction keeps the last record of each key.
    package var isCompacted: Bool { configuration["cleanup.policy"]?.contains("compact") ?? false }

    /// The words of a cleanup policy, which have no order.
    package static func words(_ policy: String) -> Set<Substring> { Set(policy.split(separator: ",")) }

    /// The largest batch that the topic takes.
    package var maximumMessageBytes: Int? { configuration["max.message.bytes"].flatMap { Int($0) } }
}

/// Looks at topics and creates them; `close()` must be called.
package final class KafkaAdmin: Sendable {
    private let settings: KafkaSettings
    private let client: Client
    private let worker = SerialThread()
    /// How long one question to the broker may take.
    private let patience: Duration

    /// An admin client that has not spoken to Kafka yet.
    package init(settings: KafkaSettings, patience: Duration = .seconds(30)) throws(PublishError) {
        self.settings = settings
        self.patience = patience
        client = try Client(settings: settings, role: .admin)
    }

    /// A topic's description, or nil when there is none of that name; without its settings where they are not wanted.
    package func describeTopic(
        _ topic: String,
        withSettings: Bool = true
    ) async throws(PublishError) -> TopicDescription? {
        try await worker.run { [self] () throws(PublishError) in
            let replicas: [Int]
            switch ask({ client.handle.metadata(of: topic, limit: $0) }) {
            case .success(let found): replicas = found.replicas
            case .failure(let error) where ErrorClass.publishCode(of: error.code) == .unknownTopic: return nil
            case .failure(let error): throw failure("describing the topic \(topic)", error)
            }
            return TopicDescription(
                partitions: replicas.count,
                replication: replicas.min() ?? 0,
                configuration: withSettings ? try configuration(of: topic) : [:]
            )
        }
    }

    private func configuration(of topic: String) throws(PublishError) -> [String: String] {
        switch client.handle.topicSettings(topic, limit: min(patience, .seconds(10))) {
        case .success(let found): return found
        // DescribeConfigs is a right of its own, and what depends on it can do without.
        case .failure(let error) where ErrorClass.publishCode(of: error.code) == .notAuthorized: return [:]
        case .failure(let error): throw failure("describing the settings of the topic \(topic)", error)
        }
    }

    private static let patienceWithNewTopics = Duration.seconds(60)

    /// Creates a topic and waits until it is known; one that exists already is left as it is.
    package func create(
        topic: String,
        partitions: Int,
        replication: Int,
        configuration: [(String, String)]
    ) async throws(PublishError) {
        try await worker.run { [self] () throws(PublishError) in
            let error = client.handle.createTopic(
                topic,
                partitions: partitions,
                replication: replication,
                configuration: configuration,
                limit: min(patience, .seconds(20))
            )
            if let error, error.code != ErrorNumber.topicAlreadyExists {
                var thrown = failure("creating the topic \(topic)", error)
                if !ErrorClass.isConnection(error.code) {
                    let command = Self.createCommand(
                        topic,
                        settings: settings,
                        partitions: partitions,
                        replication: replication,
                        configuration: configuration
                    )
                    thrown.message += "; somebody who may can create it: \(command)"
                }
                throw thrown
            }
            let begun = ContinuousClock.now
            while case .failure(let error) = client.handle.metadata(
                of: topic,
                limit: min(patience, .seconds(5))
            ) {
                // A broker that answers is not away: busy with many topics it takes its time to know a new one.
                let limit =
                    ErrorClass.isConnection(error.code) ? patience : max(patience, Self.patienceWithNewTopics)
                if ContinuousClock.now - begun > limit {
                    throw failure("waiting for the new topic \(topic)", error)
                }
                Latch.pause(.milliseconds(50))
            }
        }
    }

    /// How many brokers the cluster has.
    package func brokerCount() async throws(PublishError) -> Int {
        try await worker.run { [self] () throws(PublishError) in
            switch ask({ client.handle.metadata(of: nil, limit: $0) }) {
            case .success(let found): return found.brokers
            case .failure(let error): throw failure("counting the brokers", error)
            }
        }
    }

    /// Ends the client within some seconds.
    package func close() async {
        await worker.run { [self] in _ = client.shutDown(atMost: .seconds(5)) }
        worker.stop()
    }

    /// The command that creates a topic, to paste; without partitions, with the broker's defaults.
    package static func createCommand(
        _ topic: String,
        settings: KafkaSettings,
        partitions: Int? = nil,
        replication: Int? = nil,
        configuration: [(String, String)] = []
    ) -> String {
        var command = "kafka-topics --bootstrap-server \(settings.bootstrap) --create --topic \(topic)"
        if let partitions { command += " --partitions \(partitions)" }
        if let replication { command += " --replication-factor \(replication)" }
        for (name, value) in configuration { command += " --config \(name)=\(value)" }
        return command
    }

    private func ask<Value>(_ question: (Duration) -> Result<Value, ClientError>) -> Result<
        Value, ClientError
    > {
        let begun = ContinuousClock.now
        while true {
            // The last question ends with the patience, not seconds after it.
            let left = patience - (ContinuousClock.now - begun)
            let answer = question(max(.milliseconds(100), min(left, .seconds(5))))
            guard case .failure(let error) = answer,
                ErrorClass.isConnection(error.code) || ErrorClass.isLeaderMoving(error.code),
                ErrorClass.publishCode(of: client.monitor.lastError?.code ?? 0) != .authentication,
                ContinuousClock.now - begun < patience
            else { return answer }
            Latch.pause(.milliseconds(50))
        }
    }

    private func failure(_ attempt: String, _ error: ClientError) -> PublishError {
        if ErrorClass.isConnection(error.code) { return client.unreachable(attempt, settings: settings) }
        let code = ErrorClass.publishCode(of: error.code) ?? .fatal
        return PublishError(code, "\(attempt): \(error.text) (\(error.name))")
    }
}
