package import Core
import Synchronization

/// Reads what is committed of an account's memory of some keys, and of those whose parents they are, without any session.
package struct VersionsScan: Sendable {
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix

    /// All that is remembered of an account may have to be read.
    private static let patience = Duration.seconds(3600)

    /// A scan of an installation's memory.
    package init(_ kafka: KafkaSettings, prefix: TopicPrefix) {
        self.kafka = kafka
        self.prefix = prefix
    }

    /// What is remembered of keys by stream, and in other streams of the children of parents; nothing else is held (I7).
    package func run(
        _ account: AccountName,
        keys: [StreamName: Set<[UInt8]>],
        parents: [StreamName: Set<[UInt8]>]
    ) async throws -> MemoryVersions {
        let memory = MemoryVersions()
        var records = VersionRecordReader(account: account)
        var failure: StateError?
        let topic = prefix.versionsTopic
        func take(_ record: TopicRecord) throws(StateError) {
            guard let key = record.key,
                let change = try records.change(key: key, value: record.value),
                case .version(let name, let version) = change.change
            else { return }
            if keys[change.stream]?.contains(name) == true { return memory.apply([change]) }
            guard let parents = parents[change.stream] else { return }
            let isChild = version?.parent.map { parents.contains($0) } ?? false
            // One that went to another parent, or is forgotten, is not held any more.
            memory.apply([isChild ? change : VersionChange(change.stream, .version(key: name, nil))])
        }
        try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
            guard let ends = try await reader.endOffsets(ifThere: topic) else { return }
            let partition = account.statePartition(of: ends.count)
            try await reader.readWhole(
                topic: topic,
                partition: partition,
                upTo: ends[Int(partition)],
                deadline: Self.patience
            ) { record in
                guard failure == nil else { return }
                do throws(StateError) { try take(record) } catch { failure = error }
            }
        }
        if let failure { throw failure }
        return memory
    }
}
