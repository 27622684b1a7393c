import Core
import YAML

/// What the file of a daemon says, unread and unchecked but for its form (`sluice serve --config sluice.yaml`).
///
///     kafka: {bootstrap: "broker:9092", set: {sasl.password: file:/run/secrets/kafka}}
///     topic_prefix: retail
///     schedules: schedules
///     extractors: [extractors, /usr/share/sluice/extractors]
///     listen: 127.0.0.1:8600
///     token: file:/run/secrets/sluice-token
///     pools: {default: 16, crm: 4}
///     drain: 25s
///     state_key: file:/run/secrets/sluice-state-key
///     cache_folder: /var/cache/sluice
///     lock_folder: /var/lib/sluice/locks
///     privacy: privacy.yaml
///     registry: {url: "https://registry:8081", user: sluice, password: env:REGISTRY_PASSWORD}
///     alerts: {webhook: env:ALERT_URL, secret: file:/run/secrets/alerts, topic: true, repeat: 4h}
package struct DaemonFile: Sendable {
    private static let names = [
        "kafka", "topic_prefix", "schedules", "extractors", "listen", "token", "pools", "drain", "state_key",
        "cache_folder", "lock_folder", "privacy", "registry", "alerts",
    ]
    private static let alertNames = ["webhook", "secret", "topic", "repeat", "quota_margin"]
    /// How other programs, and the files of accounts, call some of them.
    private static let synonyms = [
        "bootstrap": "kafka", "brokers": "kafka", "prefix": "topic_prefix", "port": "listen",
        "bind": "listen",
        "address": "listen", "shutdown_timeout": "drain", "to": "kafka and topic_prefix, here at the top",
    ]

    /// The path as it was given.
    package var path: String
    /// By the names of `DaemonSettings`: `listen`, `pools.crm`, `alerts.webhook`.
    var settings: [GivenSetting]
    var kafka: KafkaSection
    /// The keys that seal what the state keeps of credentials: the first seals, a second one still opens.
    var stateKeys: [GivenSetting]
    /// What is wrong with its form, told together with what is wrong with its values.
    var faults: FileFaults
    /// The keys that a misspelt one may stand for: they are not missing as well.
    var meant: Set<String>

    /// The folder that relative paths in the file start from.
    package var folder: String { FileBytes.folder(of: path) }

    /// Reads the file at a path.
    package static func load(_ path: String) throws(ConfigurationError) -> DaemonFile {
        try parse(try FileBytes.load(path, limit: YAMLDocument.maximumBytes), path: path)
    }

    /// Reads a file's bytes; throws where they are no mapping of YAML, which has nothing else to say.
    package static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> DaemonFile {
        do {
            let root = try YAMLDocument.parse(bytes, file: path)
            return DaemonFile(root, members: try root.mapping(), path: path)
        } catch let error {
            throw ConfigurationError(.badFile, error.description)
        }
    }

    private init(_ root: YAMLNode, members: [YAMLMember], path: String) {
        self.path = path
        var faults = FileFaults()
        meant = []
        for member in members where !Self.names.contains(member.key) {
            guard let name = Self.synonyms[member.key] else {
                if let near = NearestName.of(member.key, among: Self.names) { meant.insert(near) }
                continue
            }
            faults.note([member.fail("unknown key \(member.key); write \(name)")])
            meant.formUnion(Self.names.filter { name.contains($0) })
        }
        faults.note(root.unknownKeys(Self.names + Self.synonyms.keys))
        let before = faults.count
        kafka = KafkaSection(root["kafka"], &faults)
        if faults.count > before { meant.insert("kafka") }
        settings = Self.texts(
            [
                "topic_prefix", "schedules", "listen", "token", "drain", "cache_folder", "lock_folder",
                "privacy",
            ],
            of: root,
            "",
            &faults
        )
        if let extractors = root["extractors"] { settings += Self.folders(extractors, &faults) }
        stateKeys = faults.take(else: []) { () throws(YAMLError) in
            try AccountFile.stateKeys(root["state_key"])
        }
        if let pools = root["pools"] {
            let members = faults.take(else: []) { () throws(YAMLError) in try pools.mapping() }
            settings += Self.texts(members.map(\.key), of: pools, "pools.", &faults)
        }
        settings += RegistrySettings.settings(of: root["registry"], &faults)
        if let alerts = root["alerts"] {
            faults.take(else: ()) { () throws(YAMLError) in _ = try alerts.mapping() }
            faults.note(alerts.unknownKeys(Self.alertNames))
            settings += Self.texts(Self.alertNames, of: alerts, "alerts.", &faults)
        }
        self.faults = faults
    }

    /// A list of folders as one text, as the flag has them.
    private static func folders(_ node: YAMLNode, _ faults: inout FileFaults) -> [GivenSetting] {
        var parts: [YAMLNode] = [node]
        if case .sequence(let items) = node.content { parts = items }
        let texts = parts.compactMap { faults.text($0)?.text }
        guard texts.count == parts.count else { return [] }
        return [GivenSetting("extractors", .text(Secret(texts.joined(separator: ":"))), at: node)]
    }

    private static func texts(
        _ names: [String],
        of root: YAMLNode,
        _ prefix: String,
        _ faults: inout FileFaults
    ) -> [GivenSetting] {
        names.compactMap { name in
            guard let node = root[name], let text = faults.text(node)?.text else { return nil }
            return GivenSetting(prefix + name, .text(Secret(text)), at: node)
        }
    }
}
