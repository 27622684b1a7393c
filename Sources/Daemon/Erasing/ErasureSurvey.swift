package import Core
import Extraction
package import Kafka
package import Runs

/// Finds out where records of some keys are: in which topics, remembered as what, and among which dead letters.
///
/// Of all streams at once: whatever is read is read once.
package struct ErasureSurvey: Sendable {
    private let account: AccountName
    private let erased: [StateChange.ErasedKeys]
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix
    private let shape: AccountShape
    private let onTopic: @Sendable (String) -> Void

    /// A survey of keys of an account that is published like this; `onTopic` hears of each topic before it is read.
    package init(
        _ erased: [StateChange.ErasedKeys],
        of account: AccountName,
        kafka: KafkaSettings,
        prefix: TopicPrefix,
        shape: AccountShape,
        onTopic: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.account = account
        self.erased = erased
        self.kafka = kafka
        self.prefix = prefix
        self.shape = shape
        self.onTopic = onTopic
    }

    /// What a survey found.
    package struct Result: Sendable {
        package var erasure: Erasure
        package var holdings: Erasure.Holdings
        /// Values that stand in a partition which their key does not lead to any more, by topic.
        package var strays: [String: Int]
        /// The kinds of state records that name a key.
        package var state: [String]
        /// Whether the log of runs names one of the keys of which nothing else is known.
        package var isNamedByLog = false
        /// What is there of each key, in their order.
        package var found: [Erasure.Found] { erasure.found(holdings) }
    }

    /// What is there of each stream's keys, in their order; nothing is needed but that topics can be read.
    package func run(_ state: [[UInt8]: [UInt8]]) async throws -> [Result] {
        let parts = try erased.map { try part($0, state) }
        var keys: [StreamName: Set<[UInt8]>] = [:]
        var parents: [StreamName: Set<[UInt8]>] = [:]
        for part in parts {
            keys[part.stream.name, default: []].formUnion(part.names.flatMap { part.stream.keys(of: $0) })
            for child in part.children { parents[child.name, default: []].formUnion(part.names) }
        }
        let memory = try await VersionsScan(kafka, prefix: prefix).run(account, keys: keys, parents: parents)
        return try await results(parts, state, memory, readsAll: true)
    }

    /// The same by what a session remembers: topics are read for what is not remembered alone.
    package func run(_ state: [[UInt8]: [UInt8]], _ versions: any VersionStore) async throws -> [Result] {
        try await results(try erased.map { try part($0, state) }, state, versions, readsAll: false)
    }

    /// One stream's keys, before anything is read.
    private struct Part {
        var stream: ErasedStream
        var children: [ErasedStream]
        var names: [[UInt8]]
        var forgets: Bool
    }

    private func part(_ erased: StateChange.ErasedKeys, _ state: [[UInt8]: [UInt8]]) throws -> Part {
        let stream = try stream(erased.stream, state)
        let names = try erased.keys.map { key throws(StateError) in
            guard let name = stream.recordName(key) else {
                throw StateError(
                    .unknownKey,
                    "the keys of \(account) \(erased.stream) have \(stream.parts) parts, and one that was given does not: write it "
                        + "as a JSON array, as it stands in the topic"
                )
            }
            return name
        }
        return Part(
            stream: stream,
            children: try childStreams(of: erased.stream, state).map { try self.stream($0, state) },
            names: names,
            forgets: erased.forgets
        )
    }

    private func results(
        _ parts: [Part],
        _ state: [[UInt8]: [UInt8]],
        _ memory: any VersionStore,
        readsAll: Bool
    ) async throws -> [Result] {
        let letters = try await DeadScan(kafka, prefix: prefix).run().filter { $0.account == account }
        let erasures = try parts.map { part in
            try Erasure(
                part.names,
                of: part.stream,
                children: part.children,
                forgets: part.forgets,
                versions: memory,
                letters: letters
            )
        }
        var places: [KeyScan.Place] = []
        for erasure in erasures {
            places += (readsAll ? erasure.places : erasure.unknownPlaces).map {
                KeyScan.Place(topic: $0.key, keys: $0.value)
            }
            places += erasure.doubtfulPlaces.map {
                KeyScan.Place(topic: $0.topic, keys: $0.keys, source: $0.source)
            }
        }
        let counted = try await KeyScan(kafka).run(places, onTopic: onTopic)
        let others = Set(erasures.flatMap(\.places.keys)).subtracting(counted.keys)
        let there = try await existing(others)
        var results: [Result] = []
        for erasure in erasures {
            var holdings = Dictionary(there.map { ($0, [[UInt8]: Erasure.Seen]()) }) { first, _ in first }
            var strays: [String: Int] = [:]
            let keys = erasure.keysInTopics
            for (topic, found) in counted {
                let own = found.counts.filter { keys.contains($0.key) }
                holdings[topic] = own.mapValues { .init(records: $0.records, values: $0.values) }
                let stray = own.count { key, count in
                    count.values > 0
                        && count.partitions != [Murmur2.partition(of: key, among: found.partitions)]
                }
                if stray > 0 { strays[topic] = stray }
            }
            results.append(try await result(erasure, holdings, strays, state))
        }
        return results
    }

    /// Which of some topics are there.
    private func existing(_ topics: Set<String>) async throws -> [String] {
        guard !topics.isEmpty else { return [] }
        return try await closing(try TopicReader(settings: kafka), by: { await $0.close() }) { reader in
            var found: [String] = []
            for topic in topics.sorted() where try await reader.endOffsets(ifThere: topic) != nil {
                found.append(topic)
            }
            return found
        }
    }

    private func result(
        _ erasure: Erasure,
        _ holdings: Erasure.Holdings,
        _ strays: [String: Int],
        _ state: [[UInt8]: [UInt8]]
    ) async throws -> Result {
        let eraser = KeyEraser(erasure.keys)
        let naming = state.filter { eraser.names(String(decoding: $0.value, as: UTF8.self)) }.keys
        var result = Result(
            erasure: erasure,
            holdings: holdings,
            strays: strays,
            state: try naming.compactMap { try StateKey($0)?.words }.sorted()
        )
        let unknown = result.found.filter { !$0.isKnown }.map(\.name)
        if !unknown.isEmpty {
            let log = try await LogErasure(.runs, kafka, prefix: prefix, keys: Set(unknown)).look()
            result.isNamedByLog = (log?.replaced ?? 0) > 0
        }
        return result
    }

    private func stream(_ name: StreamName, _ state: [[UInt8]: [UInt8]]) throws -> ErasedStream {
        try ErasedStream(
            name,
            of: account,
            definition: shape.stream(named: name),
            state: state,
            template: shape.template,
            envelope: shape.envelope,
            prefix: prefix
        )
    }

    /// The streams of the children of the records, as the definition has them, or had when they were read last.
    private func childStreams(of parent: StreamName, _ state: [[UInt8]: [UInt8]]) throws -> [StreamName] {
        var names: Set<StreamName> = []
        for stream in shape.definition.streams where stream.parent?.name == parent.text {
            names.insert(try StreamName(stream.name))
        }
        for stream in try Bookmark.bookmarked(in: state) {
            let bookmark = try Bookmark(in: state, account: account, stream: stream)
            if bookmark?.fingerprint.parent == parent.text { names.insert(stream) }
        }
        return names.sorted()
    }
}

extension StateKey {
    /// What a record with this key is, for a reader.
    fileprivate var words: String {
        switch self {
        case .bookmark(_, let stream): "the bookmark of \(stream)"
        case .backfill(_, let id, let stream): "the place of the backfill \(id) in \(stream)"
        case .schedule(_, let id): "the record of the schedule \(id)"
        case .schema(_, let stream): "what is known of the schema of \(stream)"
        case .catalog(_, let stream): "what the catalogue was told of \(stream)"
        case .session: "the record of the session"
        case .topic(_, let topic): "the length of \(topic)"
        case .credential: "the credential"
        case .layout: "the layout"
        }
    }
}
