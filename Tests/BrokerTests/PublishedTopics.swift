import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// What a read_committed consumer sees of some topics, read on while things happen to their writer.
struct PublishedTopics {
    private let reader: TopicReader
    private let topics: [String]
    private var positions: [String: [Int64]] = [:]
    /// Every record, in order by partition, and so in order by key.
    private(set) var records: [String: [TopicRecord]] = [:]

    init(_ topics: [String]) throws {
        reader = try TopicReader(settings: TestBroker.settings)
        self.topics = topics
    }

    /// Reads what was committed since; a topic that does not exist yet has nothing.
    mutating func readOn(committed: Bool = true) async throws {
        for topic in topics {
            guard let ends = try? await reader.endOffsets(topic: topic) else { continue }
            var positions = positions[topic] ?? [Int64](repeating: 0, count: ends.count)
            for (partition, end) in ends.enumerated() where end > positions[partition] {
                var found: [TopicRecord] = []
                positions[partition] = try await reader.read(
                    topic: topic,
                    partition: Int32(partition),
                    committed: committed,
                    from: positions[partition],
                    upTo: end,
                    // An open transaction holds the rest back until it is fenced: read on next time.
                    deadline: committed ? .seconds(2) : .seconds(10),
                    withHeaders: true
                ) { found.append($0) }
                records[topic, default: []] += found
            }
            self.positions[topic] = positions
        }
    }

    /// Waits until more is visible, which only a live session can do; fails where the process ends first.
    mutating func grow(by process: SluiceProcess) async throws {
        let before = count
        while count == before {
            try await readOn()
            guard count == before, await process.waitForEnd(atMost: 0.05) else { continue }
            throw SyncFixture.Failure("ended with \(process.exitCode): \(process.standardError)")
        }
    }

    func close() async { await reader.close() }

    /// How many records were read.
    var count: Int { records.values.reduce(0) { $0 + $1.count } }

    /// The keys of a topic, in the order of their partitions.
    func keys(_ topic: String) -> [String] {
        (records[topic] ?? []).map { String(decoding: $0.key ?? [], as: UTF8.self) }
    }

    /// The transactions whose records are fewer or more than their own count says.
    var tornTransactions: [String] {
        var counts: [String: Int] = [:]
        for record in records.values.joined() {
            counts[record[header: "sluice_txn"] ?? "none", default: 0] += 1
        }
        return counts.filter { label, count in
            label.split(separator: "/").last.map(String.init) != String(count)
        }
        .map { "\($0.key): \($0.value) records" }
    }
}
