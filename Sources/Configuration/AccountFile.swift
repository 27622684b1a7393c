import Core
import YAML

/// An account in a file: alone (`--config acme.yaml`), or as a schedule with where its events go.
///
///     extractor: stripe
///     account: acme
///     settings: {api_key: env:STRIPE_KEY}
///     streams: [charges, refunds]
///     state_key: file:/run/secrets/sluice-state-key
///     owner: payments@shop.example
///     connection: {ca_file: company-ca.pem}
///     privacy: privacy.yaml
///     to:
///       kafka: {bootstrap: "broker:9092", set: {sasl.password: file:/run/secrets/kafka}}
///       topic_prefix: saas
///       topic_template: "<prefix>.<stream>"
///       envelope: structured
///       entities: beside       # or {mode: beside, join_keys: {Customer: [email, phone]}}
///       registry: {url: "https://registry:8081", user: sluice, password: env:REGISTRY_PASSWORD}
///
/// `kafka` may be the brokers alone, and stands with the topics' keys at the top as well; `to: {folder: DIR}` is no
/// Kafka at all.
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
    /// The keys that seal what the state keeps of a credential: the first seals, a second one still opens.
    package var stateKeys: [GivenSetting]
    package var bootstrap: GivenSetting?
    package var kafka: [GivenSetting]
    package var topicPrefix: PlacedText?
    package var topicTemplate: PlacedText?
    /// How the events stand in their records: `binary`, `structured` or `plain`.
    package var envelope: PlacedText?
    /// Whether records go out as entities: `none`, `beside` or `instead`.
    package var entities: PlacedText?
    /// The schema registry, by the names of `DaemonSettings`.
    var registry: [GivenSetting]
    /// By which keys they are found in other services, where that is not by the extractor's own.
    package var joinKeys: JoinKeyChoice?
    /// The folder that events go to in Kafka's place.
    package var destinationFolder: PlacedText?
    /// What becomes of records that are not as their schema says, in place of what the extractor says.
    package var onDrift: DriftChoice?
    /// How many records of a stream a run goes past that cannot be published.
    package var deadLetters: PlacedText?
    /// Whose the data is, for the catalogue.
    package var stewardship: Stewardship
    /// The path of the policy for personal fields, as it is written.
    var privacy: PlacedText?
    /// When it runs; `sluice sync` runs at once whatever it says.
    package var schedule: ScheduleKeys?

    /// What the schedule is known by: the file's name without its ending.
    package var name: String { Self.name(of: path) }

    /// The same of a path.
    package static func name(of path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".yaml", ".yml"] where last.hasSuffix(ending) {
            return String(last.dropLast(ending.count))
        }
        return last
    }

    /// The folder that relative paths in the file start from.
    package var folder: String { FileBytes.folder(of: path) }

    /// The path of the policy for personal fields, from where the command runs.
    package var privacyPath: PlacedText? { privacy.map { PlacedText(path($0.text), at: $0.origin) } }

    /// A path that the file names, from where the command runs.
    package func path(_ text: String) -> String { SecretReader.path(text, in: folder) }

    /// Reads the file at a path.
    package static func load(_ path: String) throws(ConfigurationError) -> AccountFile {
        try parse(try FileBytes.load(path, limit: YAMLDocument.maximumBytes), path: path)
    }

    /// Reads a file's bytes; the path is for errors and for relative paths in it.
    package static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> AccountFile {
        try FileFaults.read(bytes, path: path) { AccountFile($0, path: path, &$1) }
    }

    private init(_ root: YAMLNode, path: String, _ faults: inout FileFaults) {
        schedule = ScheduleKeys(root, name: Self.name(of: path), &faults)
        faults.note(
            root.unknownKeys(
                [
                    "extractor", "account", "settings", "streams", "connection", "state_key", "to",
                    "on_drift", "dead_letters", "envelope", "privacy",
                ] + Stewardship.names + Self.kafkaKeys + ScheduleKeys.names + ScheduleKeys.synonyms.keys
            )
        )
        self.path = path
        extractor = faults.text(root["extractor"])
        account = faults.text(root["account"])
        settings = GivenSetting.members(of: root["settings"], &faults)
        settingsPlace = SettingOrigin(of: root["settings"] ?? root)
        streams = Self.names(root["streams"], &faults)
        faults.note(root["connection"]?.unknownKeys(ConnectionSettings.names) ?? [])
        connection = GivenSetting.members(of: root["connection"], &faults)
        stateKeys = faults.take(else: []) { () throws(YAMLError) in try Self.stateKeys(root["state_key"]) }
        onDrift = DriftChoice(root["on_drift"], &faults)
        deadLetters = faults.text(root["dead_letters"])
        stewardship = Stewardship(root, &faults)
        privacy = faults.text(root["privacy"])
        let place = Self.destination(root, &faults)
        topicPrefix = faults.text(place["topic_prefix"])
        topicTemplate = faults.text(place["topic_template"])
        envelope = faults.text(place["envelope"])
        (entities, joinKeys) = Self.entities(place["entities"], &faults)
        registry = RegistrySettings.settings(of: place["registry"], &faults)
        destinationFolder = faults.text(place["folder"])
        let section = KafkaSection(place["kafka"], &faults)
        kafka = section.settings
        bootstrap = section.bootstrap
    }

    private static let kafkaKeys = ["kafka", "topic_prefix", "topic_template", "entities", "registry"]
    /// The mapping that says where the events go: `to`, or the root where there is no such key.
    private static func destination(_ root: YAMLNode, _ faults: inout FileFaults) -> YAMLNode {
        guard let to = root["to"] else { return root }
        for name in kafkaKeys + ["envelope"] {
            guard let node = root[name] else { continue }
            faults.note([
                node.fail("\(name) stands beside to, which says where the events go; move it there")
            ])
        }
        faults.take(else: ()) { () throws(YAMLError) in _ = try to.mapping() }
        faults.note(to.unknownKeys(["folder", "envelope"] + kafkaKeys))
        if to["folder"] != nil, let other = kafkaKeys.lazy.compactMap({ to[$0] }).first {
            faults.note([
                other.fail("the events go to a folder or to Kafka, not to both; remove one of them")
            ])
        }
        return to
    }

    /// The word alone, or `{mode: WORD, join_keys: …}`.
    private static func entities(_ node: YAMLNode?, _ faults: inout FileFaults) -> (
        PlacedText?, JoinKeyChoice?
    ) {
        guard let node, node.isMapping else { return (faults.text(node), nil) }
        faults.note(node.unknownKeys(["mode", "join_keys"]))
        if node["mode"] == nil {
            faults.note([node.fail("entities has no mode: add mode: beside, or instead")])
        }
        return (faults.text(node["mode"]), JoinKeyChoice(node["join_keys"], &faults))
    }

    private static func names(_ node: YAMLNode?, _ faults: inout FileFaults) -> [PlacedText]? {
        guard let node else { return nil }
        let items = faults.take(else: nil) { () throws(YAMLError) in try node.sequence() }
        guard let items else { return nil }
        if items.isEmpty {
            faults.note([node.fail("streams names none; leave the key out to read them all")])
        }
        var names: [PlacedText] = []
        for item in items {
            guard let name = faults.text(item) else { continue }
            if names.contains(where: { $0.text == name.text }) {
                faults.note([item.fail("the stream \(name.text) stands here twice")])
            } else {
                names.append(name)
            }
        }
        return names
    }

    static func stateKeys(_ node: YAMLNode?) throws(YAMLError) -> [GivenSetting] {
        guard let node else { return [] }
        guard case .sequence(let items) = node.content else {
            return [GivenSetting("state_key", .text(Secret(try node.string())), at: node)]
        }
        guard (1...2).contains(items.count) else {
            throw node.fail("state_key has one key, or two while it is changed: [NEW, OLD]")
        }
        var keys: [GivenSetting] = []
        for item in items {
            keys.append(GivenSetting("state_key", .text(Secret(try item.string())), at: item))
        }
        return keys
    }
}
