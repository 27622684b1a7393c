import Core
import Synchronization

/// Reads all partitions of a topic at once, committed, each up to its end; `close()` must be called.
final class PartitionsReading: Sendable {
    /// What is not read up to its end yet.
    struct Behind: Sendable {
        var partitions: [Int32]
        /// Whether anything came since the last time.
        var hasMoved: Bool
    }

    private let settings: KafkaSettings
    private let topic: String
    private let ends: [Int64]
    private let withHeaders: Bool
    private let client: Client
    private let worker = SerialThread()
    private let positions: Locked<[Int64]>
    private let handle: Locked<PartitionsHandle?> = Locked(nil)

    init(settings: KafkaSettings, topic: String, ends: [Int64], withHeaders: Bool = false)
        throws(PublishError)
    {
        self.withHeaders = withHeaders
        self.settings = settings
        self.topic = topic
        self.ends = ends
        positions = Locked([Int64](repeating: 0, count: ends.count))
        client = try Client(settings: settings, role: .reader(committed: true))
    }

    private var behind: [Int32] {
        positions.withLock { positions in
            ends.indices.filter { positions[$0] < ends[$0] }.map(Int32.init)
        }
    }

    /// Gives `each` what lies before the ends with its partition, until all are reached, or nothing came for so long.
    func readOn(standstill: Duration, each: (Int32, TopicRecord) -> Void) async throws(PublishError) -> Behind
    {
        var lastProgress = ContinuousClock.now
        var hasMoved = false
        while true {
            let behind = behind
            let isStill = ContinuousClock.now - lastProgress > standstill
            guard !behind.isEmpty, !isStill, !Task.isCancelled else {
                return Behind(partitions: behind, hasMoved: hasMoved)
            }
            let batches = try await worker.run { [self] () throws(PublishError) in try next(behind) }
            for (partition, batch) in batches {
                let end = ends[Int(partition)]
                for record in batch.records where record.offset < end { each(partition, record) }
                guard let reached = batch.position else { continue }
                let moved = positions.withLock { positions in
                    let before = positions[Int(partition)]
                    positions[Int(partition)] = max(before, reached)
                    return reached > before
                }
                if moved {
                    lastProgress = ContinuousClock.now
                    hasMoved = true
                }
            }
        }
    }

    private func next(_ behind: [Int32]) throws(PublishError) -> [Int32: FetchedBatch] {
        let attempt = "reading \(topic)"
        let reading: PartitionsHandle
        if let started = handle.withLock({ $0 }) {
            reading = started
        } else {
            switch client.handle.startReading(topic, behind) {
            case .success(let started): reading = started
            case .failure(let error): throw PublishError(.fatal, "\(attempt): \(error.text) (\(error.name))")
            }
            handle.withLock { $0 = reading }
        }
        let (batches, error) = reading.next(limit: .milliseconds(200), withHeaders: withHeaders)
        if let error, !ErrorClass.isConnection(error.code), !ErrorClass.isLeaderMoving(error.code) {
            throw PublishError(
                ErrorClass.publishCode(of: error.code) ?? .fatal,
                "\(attempt): \(error.text) (\(error.name)); grant the principal Describe and Read on it if it may not"
            )
        }
        return batches
    }

    func close() async {
        await worker.run { [self] in
            let started = handle.withLock { handle in
                defer { handle = nil }
                return handle
            }
            started?.stop()
            _ = client.shutDown(atMost: .seconds(5))
        }
        worker.stop()
    }
}
