import Core
import JSON
import YAML

/// An account in a file of its own (`--config acme.yaml`).
///
///     extractor: stripe
///     account: acme
///     settings: {api_key: env:STRIPE_KEY}
///     streams: [charges, refunds]
///     connection: {ca_file: company-ca.pem}
///     kafka: {bootstrap: "broker:9092", set: {sasl.password: file:/run/secrets/kafka}}
///     topic_prefix: saas
///     topic_template: "<prefix>.<stream>"
package struct AccountFile: Hashable, Sendable {
    /// The path as it was given.
    package var path: String
    package var extractor: PlacedText?
    package var account: PlacedText?
    package var settings: [GivenSetting]
    /// Where the settings stand, or would.
    package var settingsPlace: SettingOrigin
    /// The streams to read; nil for the extractor's own choice.
    package var streams: [PlacedText]?
    /// How the API is reached, by the names of `ConnectionSettings`.
    package var connection: [GivenSetting]
    package var bootstrap: GivenSetting?
    package var kafka: [GivenSetting]
    package var topicPrefix: PlacedText?
    package var topicTemplate: PlacedText?

    /// The folder that relative paths in the file start from.
    package var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Reads the file at a path.
    package static func load(_ path: String) throws(ConfigurationError) -> AccountFile {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path, limit: YAMLDocument.maximumBytes)
        } catch let failure {
            throw ConfigurationError(.unreadableFile, "cannot read \(path): \(failure.reason)")
        }
        return try parse(bytes, path: path)
    }

    /// Reads a file's bytes; the path is for errors and for relative paths in it.
    package static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> AccountFile {
        do {
            return try AccountFile(YAMLDocument.parse(bytes, file: path), path: path)
        } catch let error {
            throw ConfigurationError(.badFile, error.description)
        }
    }

    private init(_ root: YAMLNode, path: String) throws(YAMLError) {
        try root.checkKeys([
            "extractor", "account", "settings", "streams", "connection", "kafka", "topic_prefix",
            "topic_template",
        ])
        self.path = path
        extractor = try Self.text(root["extractor"])
        account = try Self.text(root["account"])
        topicPrefix = try Self.text(root["topic_prefix"])
        topicTemplate = try Self.text(root["topic_template"])
        settings = try Self.given(root["settings"])
        settingsPlace = Self.place(of: root["settings"] ?? root)
        streams = try Self.names(root["streams"])
        try root["connection"]?.checkKeys(ConnectionSettings.names)
        connection = try Self.given(root["connection"])
        let section = root["kafka"]
        try section?.checkKeys(["bootstrap", "set"])
        kafka = try Self.given(section?["set"])
        bootstrap = nil
        if let node = section?["bootstrap"] {
            bootstrap = Self.setting("bootstrap.servers", .text(Secret(try node.string())), at: node)
        }
    }

    private static func place(of node: YAMLNode) -> SettingOrigin {
        .file(node.file, line: node.line, column: node.column)
    }

    private static func text(_ node: YAMLNode?) throws(YAMLError) -> PlacedText? {
        guard let node else { return nil }
        return PlacedText(try node.string(), at: place(of: node))
    }

    private static func names(_ node: YAMLNode?) throws(YAMLError) -> [PlacedText]? {
        guard let node else { return nil }
        var names: [PlacedText] = []
        for item in try node.sequence() {
            let name = try item.string()
            guard !names.contains(where: { $0.text == name }) else {
                throw item.fail("the stream \(name) stands here twice")
            }
            names.append(PlacedText(name, at: place(of: item)))
        }
        guard !names.isEmpty else {
            throw node.fail("streams names none; leave the key out to read them all")
        }
        return names
    }

    private static func given(_ node: YAMLNode?) throws(YAMLError) -> [GivenSetting] {
        var settings: [GivenSetting] = []
        for member in try node?.mapping() ?? [] {
            settings.append(setting(member.key, try value(member.value, of: member.key), at: member.value))
        }
        return settings
    }

    private static func setting(_ name: String, _ value: GivenValue, at node: YAMLNode) -> GivenSetting {
        GivenSetting(name: name, value: value, origin: place(of: node))
    }

    private static func value(_ node: YAMLNode, of name: String) throws(YAMLError) -> GivenValue {
        switch node.content {
        case .mapping: throw node.fail("\(name) needs a text, a number, true or false, or a list of texts")
        case .sequence(let items):
            var texts: [Secret] = []
            for item in items { texts.append(Secret(try item.string())) }
            return .list(texts)
        case .scalar(let written, _):
            switch node.scalar {
            case .bool(let value): return .typed(.bool(value), written: written)
            case .number(let number): return .typed(.number(number), written: written)
            case .text(let text): return .text(Secret(text))
            case .null, nil: throw node.fail("\(name) has no value; give it one or remove the line")
            }
        }
    }
}
