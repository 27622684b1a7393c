import Core
import Cryptography
import Kafka

/// What a topic's records say when the last one of each key counts, as compaction would leave them.
struct TopicContent: Sendable {
    /// All records that were read, deletes included.
    private(set) var records = 0
    /// Those without a value.
    private(set) var deletes = 0
    private var values: [[UInt8]: [UInt8]] = [:]

    /// The keys that have a value.
    var keys: Int { values.count }

    mutating func take(_ record: TopicRecord) {
        records += 1
        let key = record.key ?? []
        if let value = record.value {
            values[key] = Digest.sha256(value)
        } else {
            deletes += 1
            values[key] = nil
        }
    }

    /// How many keys differ from what should be there: missing, of another value, or there without cause.
    func differences(from truth: some Sequence<(key: String, record: [UInt8])>) -> Int {
        var found = 0
        var differing = 0
        for (key, record) in truth {
            guard let value = values[Array(key.utf8)] else {
                differing += 1
                continue
            }
            found += 1
            if value != Digest.sha256(record) { differing += 1 }
        }
        return differing + keys - found
    }
}
