import Foundation
import JSON
import Kafka
import ProcessSupport

/// A read_committed consumer that shares no code with sluice or its Kafka library: kafka-python, in a process of its own.
struct IndependentConsumer {
    /// What it found in a topic.
    struct Topic {
        /// The end of each partition, markers of transactions counted.
        var ends: [Int]
        var records: [(key: String, value: JSONValue)]

        var keys: [String] { records.map(\.key) }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Everything in these topics, from the first offset on.
    static func read(_ topics: [String]) async throws -> [String: Topic] {
        let bootstrap = try TestBroker.settings.bootstrap
        let process = try SluiceProcess(
            program: LocalStripe.python,
            ["\(LocalStripe.programs)/consume.py", bootstrap] + topics
        )
        guard await process.waitForEnd(atMost: 120), process.exitCode == 0 else {
            await process.killNow()
            throw Failure(description: "consume.py: \(process.standardError)")
        }
        var found: [String: Topic] = [:]
        for line in process.standardOutput.split(separator: "\n") {
            let topic = try JSONValue.parse(Array(line.utf8))
            found[topic["topic"]?.text ?? ""] = Topic(
                ends: (topic["ends"]?.elements ?? []).compactMap(\.int),
                records: (topic["records"]?.elements ?? []).compactMap { record in
                    guard let key = record["key"]?.text, let value = record["value"] else { return nil }
                    return (key, value)
                }
            )
        }
        return found
    }
}
