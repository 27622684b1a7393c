package import Core
import Events

/// Decides what is to be committed so that nothing is left of the records of some keys: in topics, in what is remembered, and
/// among the dead letters.
///
/// A key's tombstones, what is remembered of it and its children's commit together, and can be given again: what is erased
/// already stays so.
package struct Erasure: Sendable {
    /// What a topic holds of a key.
    package struct Seen: Hashable, Sendable {
        /// Records, deletes among them.
        package var records: Int
        /// Those with a value, older states among them.
        package var values: Int

        /// So many records.
        package init(records: Int, values: Int) {
            self.records = records
            self.values = values
        }
    }

    /// What the topics hold of keys: by topic, those that are there, and by key.
    package typealias Holdings = [String: [[UInt8]: Seen]]

    /// One record that is to be erased: one that was named, or a child of it.
    struct Record {
        var stream: ErasedStream
        var name: [UInt8]
        /// Which of the named ones it is, or is a child of.
        var root: Int
        var isChild: Bool
        /// Under each key that is known of it.
        var remembered: [(key: [UInt8], version: RememberedVersion)]
    }

    /// The names of the records, as the service has them.
    package let names: [[UInt8]]
    private let stream: ErasedStream
    private let forgets: Bool
    private var records: [Record] = []
    /// Letters with the named record that each belongs to.
    private var letters: [(letter: DeadLetter, root: Int)] = []

    /// Looks at what is remembered of the names of a stream, and of their children in others; `letters` are the account's.
    package init(
        _ names: [[UInt8]],
        of stream: ErasedStream,
        children: [ErasedStream],
        forgets: Bool,
        versions: any VersionStore,
        letters: [DeadLetter]
    ) throws(StateError) {
        self.names = names
        self.stream = stream
        self.forgets = forgets
        for (root, name) in names.enumerated() {
            for child in children {
                let found = try versions.children(of: name, stream: child.name)
                let byName = Dictionary(grouping: found) {
                    RecordName.name(of: $0.key, account: stream.account)
                }
                for (name, found) in byName.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                    records.append(
                        Record(stream: child, name: name, root: root, isChild: true, remembered: found)
                    )
                }
            }
            let keys = stream.keys(of: name)
            let known = try versions.versions(of: keys, stream: stream.name)
            let remembered = zip(keys, known).compactMap { key, known in known.map { (key, $0) } }
            // Last: as long as it is remembered, its children are to be found.
            records.append(
                Record(stream: stream, name: name, root: root, isChild: false, remembered: remembered)
            )
        }
        self.letters = belonging(letters, children)
    }

    private func belonging(_ letters: [DeadLetter], _ children: [ErasedStream]) -> [(DeadLetter, Int)] {
        let roots = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        var ofRecords: [StreamName: [[UInt8]: Int]] = [:]
        for record in records { ofRecords[record.stream.name, default: [:]][record.name] = record.root }
        let childNames = Set(children.map(\.name))
        return letters.compactMap { letter in
            guard letter.account == stream.account else { return nil }
            let name = RecordName.name(of: letter.key, account: letter.account)
            if let root = ofRecords[letter.stream]?[name] { return (letter, root) }
            guard childNames.contains(letter.stream), let parent = letter.parent, let root = roots[parent]
            else { return nil }
            return (letter, root)
        }
    }

    // MARK: Where to look

    /// The keys by the topics that may hold them.
    package var places: [String: Set<[UInt8]>] { Self.places(of: records) }

    /// The same of records of which nothing is remembered: only their topics tell whether there are any.
    package var unknownPlaces: [String: Set<[UInt8]>] {
        let lettered = Set(letters.map(\.root))
        return Self.places(of: records.filter { $0.remembered.isEmpty && !lettered.contains($0.root) })
    }

    private static func places(of records: [Record]) -> [String: Set<[UInt8]>] {
        var places: [String: Set<[UInt8]>] = [:]
        for record in records {
            for (topic, keys) in record.stream.places(of: record.name) {
                places[topic, default: []].formUnion(keys)
            }
        }
        return places
    }

    /// All keys that records in topics may have.
    package var keysInTopics: Set<[UInt8]> {
        Set(
            records.flatMap { record in
                record.stream.keys(of: record.name) + record.stream.places(of: record.name).flatMap(\.keys)
            }
        )
    }

    /// The same of topics in which only what says that it is of the stream is.
    package var doubtfulPlaces: [(topic: String, source: String, keys: Set<[UInt8]>)] {
        var places: [String: (source: String, keys: Set<[UInt8]>)] = [:]
        for record in records {
            for topic in record.stream.otherTopics {
                let id = "\(record.stream.name)|\(topic)"
                places[id, default: (record.stream.source, [])].keys.formUnion(
                    record.stream.keys(of: record.name)
                )
            }
        }
        return places.sorted { $0.key < $1.key }.map { id, place in
            (String(id.drop { $0 != "|" }.dropFirst()), place.source, place.keys)
        }
    }

    // MARK: What there is

    /// What is there of a named record.
    package struct Found: Hashable, Sendable {
        package var name: [UInt8]
        /// Topics that hold it, or its children, with how many values.
        package var topics: [String: Int] = [:]
        /// Keys of it and of its children of which something is remembered that is not erased yet.
        package var remembered = 0
        package var children = 0
        package var letters = 0
        /// The deletes that are published for it and its children.
        package var deletes = 0
        /// Whether anything was ever known of it.
        package var isKnown = false
    }

    /// What is there of each named record, in their order.
    package func found(_ holdings: Holdings) -> [Found] {
        var found = names.map { Found(name: $0) }
        for record in records {
            for (topic, key) in keys(of: record, in: holdings) {
                found[record.root].deletes += 1
                guard let seen = holdings[topic]?[key], seen.records > 0 else { continue }
                found[record.root].isKnown = true
                if seen.values > 0 { found[record.root].topics[topic, default: 0] += seen.values }
            }
            if record.isChild { found[record.root].children += 1 }
            if !record.remembered.isEmpty { found[record.root].isKnown = true }
            found[record.root].remembered += record.remembered.count { !$0.version.isErased }
        }
        for (_, root) in letters {
            found[root].letters += 1
            found[root].isKnown = true
        }
        return found
    }

    /// All keys under which something of them may be written anywhere.
    package var keys: Set<[UInt8]> {
        Set(records.flatMap { record in [record.name] + record.stream.keys(of: record.name) })
    }

    private func keys(of record: Record, in holdings: Holdings) -> [(topic: String, key: [UInt8])] {
        var keys: [(String, [UInt8])] = []
        for (topic, wanted) in record.stream.places(of: record.name) where holdings[topic] != nil {
            keys += wanted.map { (topic, $0) }
        }
        for topic in record.stream.otherTopics {
            // Only what was found there is this stream's.
            for key in record.stream.keys(of: record.name) where holdings[topic]?[key] != nil {
                keys.append((topic, key))
            }
        }
        return keys
    }

    // MARK: What is committed

    /// So many events go into one transaction (I7).
    private static let eventsAtOnce = 2000

    /// What is committed, in transactions of their own; `holdings` says which topics are there.
    package func groups(_ holdings: Holdings, now: Instant) -> [TransactionGroup] {
        var groups: [TransactionGroup] = []
        var pages = TombstonePages(now: now)
        var group = TransactionGroup(pages: [], state: [])
        func close() {
            group.pages = pages.take()
            guard !group.pages.isEmpty || !group.versions.isEmpty || !group.settled.isEmpty else { return }
            groups.append(group)
            group = TransactionGroup(pages: [], state: [])
        }
        for record in records {
            for (topic, key) in keys(of: record, in: holdings) {
                pages.add(key, to: topic, of: record.stream)
            }
            for (key, version) in record.remembered {
                let left = forgets ? nil : version.erased
                guard left != version else { continue }
                group.versions.append(VersionChange(record.stream.name, .version(key: key, left)))
            }
            if pages.count >= Self.eventsAtOnce { close() }
        }
        for (letter, _) in letters {
            group.settled.append(letter)
            if group.settled.count >= Self.eventsAtOnce { close() }
        }
        close()
        return groups
    }
}
