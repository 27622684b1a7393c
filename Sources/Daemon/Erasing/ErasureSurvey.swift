package import Core
import Extraction
package import Kafka
package import Runs

/// Finds out where records of some keys are: in which topics, remembered as what, and among which dead letters.
package struct ErasureSurvey: Sendable {
    private let account: AccountName
    private let erased: StateChange.ErasedKeys
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix
    private let shape: AccountShape
    private let onTopic: @Sendable (String) -> Void

    /// A survey of keys of an account that is published like this; `onTopic` hears of each topic before it is read.
    package init(
        _ erased: StateChange.ErasedKeys,
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

    /// What is there; without a store of what is remembered, the topic of versions is read.
    package func run(_ state: [[UInt8]: [UInt8]], _ versions: (any VersionStore)? = nil) async throws
        -> Result
    {
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
        let children = try childStreams(state).map { try self.stream($0, state) }
        let memory: any VersionStore =
            if let versions {
                versions
            } else {
                try await VersionsScan(kafka, prefix: prefix).run(
                    account,
                    keys: Set(names.flatMap { stream.keys(of: $0) }),
                    of: stream.name,
                    parents: Set(names),
                    in: Set(children.map(\.name))
                )
            }
        let letters = try await DeadScan(kafka, prefix: prefix).run().filter { $0.account == account }
        let erasure = try Erasure(
            names,
            of: stream,
            children: children,
            forgets: erased.forgets,
            versions: memory,
            letters: letters
        )
        var result = try await result(erasure, state)
        let unknown = result.found.filter { !$0.isKnown }.map(\.name)
        if !unknown.isEmpty {
            let log = try await LogErasure(.runs, kafka, prefix: prefix, keys: Set(unknown)).look()
            result.isNamedByLog = (log?.replaced ?? 0) > 0
        }
        return result
    }

    private func result(_ erasure: Erasure, _ state: [[UInt8]: [UInt8]]) async throws -> Result {
        let places =
            erasure.places.map { KeyScan.Place(topic: $0.key, keys: $0.value) }
            + erasure.doubtfulPlaces.map { KeyScan.Place(topic: $0.topic, keys: $0.keys, source: $0.source) }
        let counted = try await KeyScan(kafka).run(places, onTopic: onTopic)
        var holdings: Erasure.Holdings = [:]
        var strays: [String: Int] = [:]
        for (topic, found) in counted {
            holdings[topic] = found.counts.mapValues { .init(records: $0.records, values: $0.values) }
            let stray = found.counts.count { key, count in
                count.values > 0
                    && count.partitions != [Murmur2.partition(of: key, among: found.partitions)]
            }
            if stray > 0 { strays[topic] = stray }
        }
        let eraser = KeyEraser(erasure.keys)
        let naming = state.filter { eraser.names(String(decoding: $0.value, as: UTF8.self)) }.keys
        return Result(
            erasure: erasure,
            holdings: holdings,
            strays: strays,
            state: try naming.compactMap { try StateKey($0)?.words }.sorted()
        )
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
    private func childStreams(_ state: [[UInt8]: [UInt8]]) throws -> [StreamName] {
        var names: Set<StreamName> = []
        for stream in shape.definition.streams where stream.parent?.name == erased.stream.text {
            names.insert(try StreamName(stream.name))
        }
        for stream in try Bookmark.bookmarked(in: state) {
            let bookmark = try Bookmark(in: state, account: account, stream: stream)
            if bookmark?.fingerprint.parent == erased.stream.text { names.insert(stream) }
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
        case .session: "the record of the session"
        case .topic(_, let topic): "the length of \(topic)"
        case .credential: "the credential"
        case .layout: "the layout"
        }
    }
}
