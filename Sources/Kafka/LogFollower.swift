import Core
import Synchronization

/// Reads a log from an offset on as it grows; `close()` must be called.
final class LogFollower: Sendable {
    private let settings: KafkaSettings
    private let topic: String
    private let client: Client
    private let worker = SerialThread()
    private let partition: Locked<PartitionHandle?>
    private let start: Int64

    init(settings: KafkaSettings, topic: String, from start: Int64) throws(PublishError) {
        self.settings = settings
        self.topic = topic
        self.start = start
        client = try Client(settings: settings, role: .follower)
        partition = Locked(nil)
    }

    /// The next lines; none where none came for a moment.
    func next() async throws(PublishError) -> [TopicRecord] {
        try await worker.run { [self] () throws(PublishError) in
            let handle: PartitionHandle
            if let started = partition.withLock({ $0 }) {
                handle = started
            } else {
                switch client.handle.startReading(topic, 0, from: start) {
                case .success(let started): handle = started
                case .failure(let error): throw failure(error)
                }
                partition.withLock { $0 = handle }
            }
            let batch = handle.next(limit: .milliseconds(200), withHeaders: false)
            // The library goes on by itself once the broker is back.
            if let error = batch.error, !isTransient(error) { throw failure(error) }
            return batch.records
        }
    }

    private func isTransient(_ error: ClientError) -> Bool {
        ErrorClass.isConnection(error.code) || ErrorClass.isLeaderMoving(error.code)
    }

    private func failure(_ error: ClientError) -> PublishError {
        let attempt = "following \(topic)"
        switch ErrorClass.publishCode(of: error.code) {
        case .unknownTopic?:
            return PublishError(.unknownTopic, "\(attempt): the topic does not exist any more")
        case .notAuthorized?:
            return PublishError(
                .notAuthorized,
                "\(attempt): \(error.text); grant the principal Describe and Read on it"
            )
        default: break
        }
        return PublishError(.fatal, "\(attempt): \(error.text) (\(error.name))")
    }

    func close() async {
        await worker.run { [self] in
            let started = partition.withLock { partition in
                defer { partition = nil }
                return partition
            }
            started?.stop()
            guard !client.shutDown(atMost: .seconds(5)) else { return }
            settings.onLog(
                KafkaSettings.LogLine(
                    level: 4,
                    facility: "CLOSE",
                    text: "a Kafka reader did not end in time and was left behind"
                )
            )
        }
        worker.stop()
    }
}
