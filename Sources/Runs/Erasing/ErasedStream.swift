package import Core
import Events
package import Extraction
import JSON

/// Where the records of a stream may have been published, and under which keys.
package struct ErasedStream: Sendable {
    /// A topic that the stream's records go to, or went to.
    package struct Topic: Hashable, Sendable {
        package var name: String
        /// Whether it does not name the account, so that every key does.
        package var isAccountInKey: Bool
    }

    package let account: AccountName
    package let name: StreamName
    package let envelope: Envelope
    /// How many parts the key of a record has.
    package let parts: Int
    package let topics: [Topic]
    package let entityTopics: [String]
    /// Topics of the account that may hold records of this stream from the time before another template: only what says that it
    /// is of the stream is.
    package let otherTopics: [String]

    /// A stream as its account's state and its definition have it, where there is one of them.
    package init(
        _ name: StreamName,
        of account: AccountName,
        definition: StreamDefinition?,
        state: [[UInt8]: [UInt8]],
        template: TopicTemplate,
        envelope: Envelope,
        prefix: TopicPrefix
    ) throws {
        self.account = account
        self.name = name
        self.envelope = envelope
        var topics = [
            Topic(
                name: try template.topic(prefix: prefix, account: account, stream: name),
                isAccountInKey: !template.namesAccount
            )
        ]
        var entities = Set(definition?.entities.map { prefix.entityTopic($0.entity.name) } ?? [])
        var parts = definition?.key.count
        if let fingerprint = try Bookmark(in: state, account: account, stream: name)?.fingerprint {
            let isAccountInKey = fingerprint.isAccountInKey
            parts = parts ?? fingerprint.key.count - (isAccountInKey ? 1 : 0)
            let named = fingerprint.topics
            let topic = Topic(name: named.first ?? fingerprint.topic, isAccountInKey: isAccountInKey)
            if !topics.contains(topic) { topics.append(topic) }
            entities.formUnion(named.dropFirst())
        }
        self.parts = max(1, parts ?? 1)
        let kept = try Self.keptTopics(of: account, state).filter { $0 != prefix.versionsTopic }
        // An entity's key names the stream: in any of its topics it is no other record's.
        let isEntity: (String) -> Bool = { $0.hasPrefix(prefix.entityTopic("")) }
        entities.formUnion(kept.filter(isEntity))
        entityTopics = entities.sorted()
        self.topics = topics
        let own = Set(topics.map(\.name))
        otherTopics = kept.filter { !isEntity($0) && !own.contains($0) }.sorted()
    }

    private static func keptTopics(of account: AccountName, _ state: [[UInt8]: [UInt8]]) throws(StateError)
        -> Set<String>
    {
        var topics: Set<String> = []
        for key in state.keys {
            if case .topic(account, let topic)? = try StateKey(key) { topics.insert(topic) }
        }
        return topics
    }

    /// What events of the stream say of where they come from.
    package var source: String { "/\(account)/\(name)" }

    /// The record's name in a key as somebody writes it: as the service has it, or as it stands in a topic; nil where it can be
    /// none of this stream's.
    package func recordName(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return nil }
        if RecordName.isInKey(account, bytes) { return recordName(inArray: bytes, dropping: 1) }
        return parts == 1 ? bytes : recordName(inArray: bytes, dropping: 0)
    }

    private func recordName(inArray bytes: [UInt8], dropping count: Int) -> [UInt8]? {
        guard case .array(let elements)? = try? JSONValue.parse(bytes), elements.count == parts + count else {
            return nil
        }
        guard parts == 1, let part = elements.last else {
            return JSONValue.array(Array(elements.dropFirst(count))).bytes()
        }
        return part.text.map { Array($0.utf8) } ?? part.bytes()
    }

    /// Under which keys a record may have been published where the account stands in keys, and where it does not.
    package func keys(of name: [UInt8], isAccountInKey: Bool) -> [[UInt8]] {
        isAccountInKey ? RecordName.keys(of: name, with: account, parts: parts) : [name]
    }

    /// All of them.
    package func keys(of name: [UInt8]) -> [[UInt8]] {
        keys(of: name, isAccountInKey: false) + keys(of: name, isAccountInKey: true)
    }

    /// Where a record may be whose name is known, by topic; of other topics it must be looked for there.
    package func places(of name: [UInt8]) -> [(topic: String, keys: [[UInt8]])] {
        let entity = RecordName.entityKey(of: name, stream: self.name, account: account)
        return topics.map { ($0.name, keys(of: name, isAccountInKey: $0.isAccountInKey)) }
            + entityTopics.map { ($0, [entity]) }
    }
}
