import Core
import Kafka
import Synchronization

/// Reads the event topics on from where it stands, as any read_committed consumer would.
final class TopicTail: Sendable {
    /// An event that was read, as far as a screen shows it.
    struct Seen: Sendable {
        var stream: String
        var key: String
        /// The size of its value; nil for a delete.
        var bytes: Int?
        /// What `sluice_txn` says: the run, the transaction, and how many records it had.
        var transaction: String
    }

    private static let patience = Duration.seconds(10)

    private let reader: TopicReader
    private let streams: [DemoStream]
    /// By topic.
    private let contents = Locked<[String: TopicContent]>([:])
    private let positions = Locked<[String: Int64]>([:])

    /// A tail that has read nothing; `close` must be called.
    init(_ broker: DemoBroker) throws {
        reader = try TopicReader(settings: broker.settings)
        streams = broker.streams
    }

    func close() async { await reader.close() }

    /// What the topic of a stream said so far.
    func content(of stream: DemoStream) -> TopicContent {
        contents.withLock { $0[stream.topic] } ?? TopicContent()
    }

    /// Reads all topics up to their ends of now; gives the last events of them, at most `limit`, newest last.
    func readOn(last limit: Int) async throws -> [Seen] {
        var last: [(time: Int64, seen: Seen)] = []
        for stream in streams {
            let ends = try await reader.endOffsets(topic: stream.topic)
            var partition = 0
            while partition < ends.count {
                last += try await read(stream, Int32(partition), upTo: ends[partition], last: limit)
                partition += 1
            }
        }
        return last.sorted { $0.time < $1.time }.suffix(limit).map(\.seen)
    }

    private func read(
        _ stream: DemoStream,
        _ partition: Int32,
        upTo end: Int64,
        last limit: Int
    ) async throws -> [(time: Int64, seen: Seen)] {
        let place = "\(stream.topic)/\(partition)"
        let start = positions.withLock { $0[place] }
        guard end > start ?? 0 else { return [] }
        var content = content(of: stream)
        var last: [(time: Int64, seen: Seen)] = []
        let reached = try await reader.read(
            topic: stream.topic,
            partition: partition,
            committed: true,
            // Not nil: where a partition begins would be asked for first, which takes half a second each.
            from: start ?? 0,
            upTo: end,
            deadline: Self.patience,
            withHeaders: true
        ) { record in
            content.take(record)
            guard record.offset >= end - Int64(limit) else { return }
            let seen = Seen(
                stream: stream.name.text,
                key: String(decoding: record.key ?? [], as: UTF8.self),
                bytes: record.value?.count,
                transaction: record[header: "sluice_txn"] ?? ""
            )
            last.append((record.timestamp, seen))
        }
        guard reached == end else {
            throw DemoError("\(place) of the embedded Kafka ends at \(end), and was read to \(reached) only")
        }
        let taken = content
        contents.withLock { $0[stream.topic] = taken }
        positions.withLock { $0[place] = end }
        return last
    }
}
