package import Core
import Events
import JSON
package import Kafka
import Synchronization

/// Looks for values in all that is published for accounts: in the newest state of each key, among the dead letters and in the
/// log of runs.
package struct PersonSearch: Sendable {
    /// Where a value is.
    package struct Match: Hashable, Sendable {
        package var topic: String
        /// Nil of a line of the log of runs.
        package var account: AccountName?
        package var stream: StreamName?
        /// What names the record within its stream.
        package var key: String
        /// The members that hold it.
        package var paths: [String]
    }

    private let finder: ValueFinder
    private let lines: RunLineEraser
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix
    private let isWanted: @Sendable (AccountName, StreamName?) -> Bool
    private let onTopic: @Sendable (String) -> Void

    /// A search for values in what is published of some streams; `onTopic` hears of each topic before it is read.
    package init(
        for values: [String],
        kafka: KafkaSettings,
        prefix: TopicPrefix,
        where isWanted: @escaping @Sendable (AccountName, StreamName?) -> Bool,
        onTopic: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        finder = ValueFinder(values)
        lines = RunLineEraser(KeyEraser(values.map { Array($0.utf8) }))
        self.kafka = kafka
        self.prefix = prefix
        self.isWanted = isWanted
        self.onTopic = onTopic
    }

    /// Everything that holds one of the values; of all that is read only that is kept (I7).
    package func run(_ accounts: [AccountName: [[UInt8]: [UInt8]]]) async throws -> [Match] {
        let newest = Locked<[String: [[UInt8]: Match]]>([:])
        let topics = try topics(accounts) + [prefix.deadTopic, prefix.runsTopic]
        _ = try await TopicSweep(kafka).run(topics, onTopic: onTopic) { topic, _, record in
            guard let key = record.key else { return }
            let match =
                switch topic {
                case prefix.deadTopic: letter(record)
                case prefix.runsTopic: line(record)
                default: match(of: record, in: topic)
                }
            // A later state takes an earlier one out, be it a delete.
            newest.withLock { $0[topic, default: [:]][key] = match }
        }
        let matches = newest.withLock { $0.values.flatMap(\.values) }
        return matches.sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }

    /// The topics that the accounts' streams and entities go to, or went to.
    private func topics(_ accounts: [AccountName: [[UInt8]: [UInt8]]]) throws -> [String] {
        var topics: Set<String> = []
        for (account, state) in accounts where isWanted(account, nil) {
            for key in state.keys {
                switch try StateKey(key) {
                case .topic(_, let topic)?: topics.insert(topic)
                case .bookmark(_, let stream)?:
                    let bookmark = try Bookmark(in: state, account: account, stream: stream)
                    topics.formUnion(bookmark?.fingerprint.topics ?? [])
                default: break
                }
            }
        }
        topics.remove(prefix.versionsTopic)
        return topics.sorted()
    }

    // MARK: What a record holds

    private func match(of record: TopicRecord, in topic: String) -> Match? {
        guard let value = record.value, let key = record.key,
            let source = record.source,
            let (account, stream) = Self.origin(source), isWanted(account, stream)
        else { return nil }
        let entity = RecordName.entityKey(of: [], stream: stream, account: account)
        let name =
            topic.hasPrefix(prefix.entityTopic("")) && key.starts(with: entity)
            ? Array(key.dropFirst(entity.count)) : RecordName.name(of: key, account: account)
        let text = String(decoding: name, as: UTF8.self)
        var paths = finder.paths(in: SchemaFrame.payload(of: value[...]))
        if finder.matches(text) { paths.insert("(key)", at: 0) }
        guard !paths.isEmpty else { return nil }
        return Match(topic: topic, account: account, stream: stream, key: text, paths: paths)
    }

    /// The account and the stream of `/stripe/acme/customers`.
    private static func origin(_ source: String) -> (AccountName, StreamName)? {
        let parts = source.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty,
            let account = try? AccountName(extractor: String(parts[1]), account: String(parts[2])),
            let stream = try? StreamName(String(parts[3]))
        else { return nil }
        return (account, stream)
    }

    private func letter(_ record: TopicRecord) -> Match? {
        guard let value = record.value,
            let letter = try? DeadLetter(value, id: String(decoding: record.key ?? [], as: UTF8.self)),
            isWanted(letter.account, letter.stream)
        else { return nil }
        let name = RecordName.name(of: letter.key, account: letter.account)
        let text = String(decoding: name, as: UTF8.self)
        var paths = finder.paths(in: letter.kept[...]).map { "record.\($0)" }
        if finder.matches(text) { paths.insert("(key)", at: 0) }
        guard !paths.isEmpty else { return nil }
        return Match(
            topic: prefix.deadTopic,
            account: letter.account,
            stream: letter.stream,
            key: text,
            paths: paths
        )
    }

    private func line(_ record: TopicRecord) -> Match? {
        guard let value = record.value, lines.names(value), let line = try? RunLine(value) else { return nil }
        return Match(
            topic: prefix.runsTopic,
            account: nil,
            stream: nil,
            key: "\(line.event.subject), \(line.at.rfc3339())",
            paths: []
        )
    }
}

extension PersonSearch.Match {
    fileprivate var order: [String] { [account?.text ?? "~", stream?.text ?? "", topic, key] }
}

extension RunLine.Event {
    /// What a line is about, for a reader.
    fileprivate var subject: String {
        switch self {
        case .started(let start): "the run \(start.run)"
        case .progress(let run, _), .log(let run, _): "the log of the run \(run)"
        case .ended(let finish): "the end of the run \(finish.run)"
        case .skipped(let schedule, _): "ticks of \(schedule)"
        case .audit(let entry): "the audit of \(entry.what)"
        case .answer(let answer): "the answer to \(answer.command)"
        case .backfill(let note): "the backfill \(note.backfill.id)"
        }
    }
}
