import JSON

/// What a bookmark depends on in a stream's definition, written out so that a mismatch can say what differs.
package struct Fingerprint: Hashable, Sendable {
    /// The paths of the key's parts.
    package var key: [String]
    /// The path of the version field, nil where the content is the version.
    package var version: String?
    /// How the stream is read, in a few words that change when a kept token would mean something else.
    package var progress: String
    package var topic: String

    /// A fingerprint.
    package init(key: [String], version: String?, progress: String, topic: String) {
        self.key = key
        self.version = version
        self.progress = progress
        self.topic = topic
    }

    init(_ document: StateDocument) throws(StateError) {
        var document = document
        key = try document.texts("key")
        version = try document.optionalText("version")
        progress = try document.text("progress")
        topic = try document.text("topic")
        try document.finish()
    }

    var json: JSONValue {
        .object([
            .init(name: "key", value: .array(key.map(JSONValue.string))),
            .init(name: "version", value: version.map(JSONValue.string) ?? .null),
            .init(name: "progress", value: .string(progress)),
            .init(name: "topic", value: .string(topic)),
        ])
    }

    /// What differs between a bookmark's fingerprint and the definition's, in words; nil where nothing does.
    package func difference(from recorded: Fingerprint) -> String? {
        var differences: [String] = []
        if recorded.key != key {
            differences.append("the key was \(Self.text(recorded.key)), is \(Self.text(key))")
        }
        if recorded.version != version {
            differences.append("the version was \(Self.text(recorded.version)), is \(Self.text(version))")
        }
        if recorded.progress != progress {
            differences.append("the progress was \"\(recorded.progress)\", is \"\(progress)\"")
        }
        if recorded.topic != topic { differences.append("the topic was \(recorded.topic), is \(topic)") }
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }

    private static func text(_ key: [String]) -> String { "[" + key.joined(separator: ", ") + "]" }
    private static func text(_ version: String?) -> String { version ?? "the content" }
}
