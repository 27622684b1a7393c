import Core
import Foundation
import Kafka
import ProcessSupport
import Testing

/// What a consumer sees of some topics, read on while things happen to their writer.
struct PublishedTopics {
    /// What is kept of a record: a long run has many.
    struct Seen {
        var key: String
        /// Its `sluice_txn`: run, number in the run, and how many records the transaction has.
        var transaction: String
    }

    private let reader: TopicReader
    private let topics: [String]
    private let isCommitted: Bool
    private var positions: [String: [Int64]] = [:]
    /// Every record, in order by partition, and so in order by key.
    private(set) var records: [String: [Seen]] = [:]
    /// The transactions that records were seen of, and how many of each.
    private(set) var transactions: [String: Int] = [:]

    /// A consumer of these topics, by default a read_committed one.
    init(_ topics: [String], committed: Bool = true) throws {
        reader = try TopicReader(settings: TestBroker.settings)
        self.topics = topics
        isCommitted = committed
    }

    /// Reads what there is by now; a topic that does not exist yet has nothing.
    mutating func readOn() async throws {
        for topic in topics {
            guard let ends = try? await reader.endOffsets(topic: topic) else { continue }
            for (partition, end) in ends.enumerated() {
                var before: Int64
                // As long as it gets on, however slowly. An open transaction holds the rest back until it is fenced:
                // read on next time.
                repeat {
                    before = positions[topic]?[partition] ?? 0
                    try await read(
                        topic,
                        partition,
                        of: ends.count,
                        upTo: end,
                        atMost: .seconds(isCommitted ? 2 : 10)
                    )
                } while (positions[topic]?[partition] ?? 0) > before
            }
        }
    }

    /// Reads what there is and what comes in this time, from topics of one partition each.
    mutating func follow(for duration: Duration) async throws {
        for topic in topics { try await read(topic, 0, of: 1, upTo: .max, atMost: duration / topics.count) }
    }

    private mutating func read(
        _ topic: String,
        _ partition: Int,
        of count: Int,
        upTo end: Int64,
        atMost limit: Duration
    ) async throws {
        var positions = positions[topic] ?? [Int64](repeating: 0, count: count)
        guard end > positions[partition] else { return }
        var found: [Seen] = []
        positions[partition] = try await reader.read(
            topic: topic,
            partition: Int32(partition),
            committed: isCommitted,
            from: positions[partition],
            upTo: end,
            deadline: limit,
            withHeaders: true
        ) { record in
            found.append(
                Seen(
                    key: String(decoding: record.key ?? [], as: UTF8.self),
                    transaction: record[header: "sluice_txn"] ?? "none"
                )
            )
        }
        records[topic, default: []] += found
        for record in found { transactions[record.transaction, default: 0] += 1 }
        self.positions[topic] = positions
    }

    /// Waits until more is visible, which only a live session can do; fails where the process ends first.
    mutating func grow(by process: SluiceProcess) async throws {
        let before = count
        while count == before {
            try await readOn()
            guard count == before, await process.waitForEnd(atMost: 0.05) else { continue }
            throw ListsFixture.Failure("ended with \(process.exitCode): \(process.standardError)")
        }
    }

    func close() async { await reader.close() }

    /// The keys of a topic, in the order of their partitions.
    func keys(_ topic: String) -> [String] { (records[topic] ?? []).map(\.key) }

    /// How many records there are in all.
    var count: Int { records.values.reduce(0) { $0 + $1.count } }

    /// The transactions whose records are fewer or more than their own count says.
    var tornTransactions: [String] {
        transactions.filter { label, count in
            label.split(separator: "/").last.map(String.init) != String(count)
        }
        .map { "\($0.key): \($0.value) records" }
    }
}
