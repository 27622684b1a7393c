import Foundation
import JSON
import Kafka

/// What a reader of an account's streams has seen, checked event by event (I1).
struct EventHistory {
    /// One of a stream, as JSON text; the value of a delete is nil.
    struct Event {
        var stream: String
        var key: String
        var id: String
        /// Its `sluice_txn`.
        var transaction: String
        var value: String?
    }

    /// Its id came before, or it says of its key what was said last.
    private(set) var violations: [String] = []
    /// What there is by now, by stream and key.
    private(set) var view: [String: [String: String]] = [:]
    private(set) var count = 0
    private(set) var deletes = 0
    /// How many events were seen of each transaction.
    private(set) var transactions: [String: Int] = [:]
    private var ids: Set<String> = []

    /// Takes the next event of its stream, in the order of its key.
    mutating func take(_ event: Event) {
        count += 1
        if event.value == nil { deletes += 1 }
        transactions[event.transaction, default: 0] += 1
        if !ids.insert("\(event.stream) \(event.id)").inserted {
            violations.append("the id \(event.id) came twice in \(event.stream)")
        }
        if event.value == view[event.stream]?[event.key] {
            violations.append("\(event.stream) \(event.key) came twice in succession: \(event)")
        }
        view[event.stream, default: [:]][event.key] = event.value
    }

    /// The transactions of which fewer or more events were seen than they have.
    var torn: [String] {
        transactions.filter { label, count in
            label.split(separator: "/").last.map(String.init) != String(count)
        }
        .map { "\($0.key): \($0.value) events" }
    }

    /// Where what was seen last is not so.
    func differences(from truth: [String: [String: String]]) -> [String] {
        var found: [String] = []
        for stream in Set(view.keys).union(truth.keys).sorted() {
            let (seen, real) = (view[stream] ?? [:], truth[stream] ?? [:])
            for key in Set(seen.keys).union(real.keys).sorted() where seen[key] != real[key] {
                found.append(
                    "\(stream) \(key) is \(real[key] ?? "gone"), and was seen as \(seen[key] ?? "gone")"
                )
            }
        }
        return found
    }
}

extension EventHistory {
    /// Every event of the topics of some streams that a consumer sees, by default a read_committed one.
    init(topics: [(stream: String, topic: String)], committed: Bool = true) async throws {
        self.init()
        for (stream, topic) in topics {
            for record in try await TestBroker.records(of: topic, committed: committed).joined() {
                take(
                    Event(
                        stream: stream,
                        key: String(decoding: record.key ?? [], as: UTF8.self),
                        id: record[header: "ce_id"] ?? "none",
                        transaction: record[header: "sluice_txn"] ?? "none",
                        value: try record.value.map { try JSONValue.parse($0).compactText }
                    )
                )
            }
        }
    }

    /// Every event in a folder, as far as its state says that they are committed; none where there is no state yet.
    init(folder: String) throws {
        self.init()
        guard let state = FileManager.default.contents(atPath: "\(folder)/.sluice/state.json") else { return }
        for file in try JSONValue.parse(Array(state))["files"]?.elements ?? [] {
            guard let stream = file["stream"]?.text, let length = file["length"]?.int else { continue }
            let bytes = FileManager.default.contents(atPath: "\(folder)/\(stream).jsonl") ?? Data()
            guard bytes.count >= length else {
                violations.append("\(stream) has \(bytes.count) bytes, \(length) were committed")
                continue
            }
            for line in bytes.prefix(length).split(separator: UInt8(ascii: "\n")) {
                let event = try JSONValue.parse(Array(line))
                let value = event["value"]
                take(
                    Event(
                        stream: stream,
                        key: event["key"]?.text ?? "none",
                        id: event["headers"]?["ce_id"]?.text ?? "none",
                        transaction: event["headers"]?["sluice_txn"]?.text ?? "none",
                        value: value == .null ? nil : value?.compactText
                    )
                )
            }
        }
    }
}
