import Core

/// How to reach Kafka: the brokers, and librdkafka's own settings by their names.
package struct KafkaClientSettings: Sendable {
    /// The brokers, `host:port` with commas.
    package var bootstrap: String
    /// The other settings, sorted by name, secrets revealed: for librdkafka, and never for a log.
    package var overrides: [(String, String)]
    /// Where each value came from, `bootstrap.servers` included.
    package var origins: [String: SettingOrigin]

    /// The secret values, for a `Redaction`.
    package var secrets: [String] { overrides.filter { Self.isSecret($0.0) }.map(\.1) }

    /// What the environment's variables begin with: `SLUICE_KAFKA_SASL_PASSWORD` is `sasl.password`.
    package static let environmentPrefix = "SLUICE_KAFKA_"

    /// Settings that exactly-once rests on: what sluice says of them holds.
    private static let reserved: Set<String> = [
        "transactional.id", "transaction.timeout.ms", "enable.idempotence", "enable.gapless.guarantee",
        "acks",
        "request.required.acks", "partitioner", "isolation.level", "enable.auto.commit",
        "enable.auto.offset.store",
        "group.id", "group.instance.id", "log.queue",
    ]

    /// Whether a setting's value must never be shown.
    package static func isSecret(_ name: String) -> Bool {
        name.contains("password") || name.contains("secret")
            || ["ssl.key.pem", "sasl.oauthbearer.config", "sasl.jaas.config"].contains(name)
    }

    /// Merges environment < file < flags and reads the references that win.
    ///
    /// A secret written out on a command line is refused unless all brokers are on this machine.
    package static func resolve(
        bootstrap: String?,
        flags: [GivenSetting],
        file: AccountFile?,
        environment: [String: String] = ProcessEnvironment.current,
        reader: SecretReader = SecretReader()
    ) throws(ConfigurationError) -> KafkaClientSettings {
        let brokers = bootstrap.map {
            GivenSetting(name: "bootstrap.servers", value: .text(Secret($0)), origin: .flag("--kafka"))
        }
        let fromFile = (file?.kafka ?? []) + [file?.bootstrap].compactMap(\.self)
        return try merge(
            variables(environment) + fromFile + flags + [brokers].compactMap(\.self),
            folder: file?.folder ?? ".",
            reader: reader
        )
    }

    /// Merges settings, of which the last one for a name holds, and reads the references that win.
    static func merge(
        _ settings: [GivenSetting],
        folder: String,
        reader: SecretReader
    ) throws(ConfigurationError) -> KafkaClientSettings {
        var given: [String: GivenSetting] = [:]
        for setting in settings {
            guard !reserved.contains(setting.name) else {
                throw ConfigurationError(
                    .badSetting,
                    "\(setting.origin): \(setting.name) is sluice's own to set, since exactly-once rests on it; remove it"
                )
            }
            let name = setting.name == "metadata.broker.list" ? "bootstrap.servers" : setting.name
            given[name] = setting
        }
        var values: [String: String] = [:]
        for (name, setting) in given.sorted(by: { $0.key < $1.key }) where !isSecret(name) {
            values[name] = try value(setting, folder: folder, reader: reader)
        }
        guard let bootstrap = values.removeValue(forKey: "bootstrap.servers") else {
            throw ConfigurationError(
                .missingSetting,
                "no Kafka to connect to; give --kafka HOST:PORT, kafka.bootstrap in the file, or SLUICE_KAFKA"
            )
        }
        let isLocal = isLoopback(bootstrap)
        for (name, setting) in given.sorted(by: { $0.key < $1.key }) where isSecret(name) {
            if !isLocal { try refuseLiteral(setting) }
            values[name] = try value(setting, folder: folder, reader: reader)
        }
        return KafkaClientSettings(
            bootstrap: bootstrap,
            overrides: values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            origins: given.mapValues(\.origin)
        )
    }

    /// What the environment sets.
    static func variables(_ environment: [String: String]) -> [GivenSetting] {
        environment.filter { $0.key.hasPrefix(environmentPrefix) }.sorted { $0.key < $1.key }.map {
            name,
            value in
            let key = name.dropFirst(environmentPrefix.count).lowercased().replacing("_", with: ".")
            // Whoever writes the short form means the brokers, as in the file.
            let setting = key == "bootstrap" ? "bootstrap.servers" : key
            return GivenSetting(name: setting, value: .text(Secret(value)), origin: .environment(name))
        }
    }

    private static func value(
        _ setting: GivenSetting,
        folder: String,
        reader: SecretReader
    ) throws(ConfigurationError) -> String {
        let start = if case .file = setting.origin { folder } else { "." }
        switch setting.value {
        case .typed(_, let written): return written
        case .list:
            throw ConfigurationError(
                .badSetting,
                "\(setting.origin): \(setting.name) needs a text, not a list"
            )
        case .text(let text):
            do {
                return try reader.read(SecretReference(parsing: text.revealed), folder: start).revealed
            } catch let error {
                throw ConfigurationError(error.code, "\(setting.origin): \(setting.name): \(error.message)")
            }
        }
    }

    private static func refuseLiteral(_ setting: GivenSetting) throws(ConfigurationError) {
        guard case .flag(let option) = setting.origin, case .text(let text) = setting.value,
            try SecretReference(parsing: text.revealed).isLiteral
        else { return }
        throw ConfigurationError(
            .literalSecret,
            "\(option): \(setting.name) is a secret, and a command line is seen by every process; "
                + "write \(option) \(setting.name)= with \(SecretReference.forms)"
        )
    }

    private static func isLoopback(_ bootstrap: String) -> Bool {
        bootstrap.split(separator: ",").allSatisfy { broker in
            // librdkafka takes `protocol://host:port` as well.
            let address = broker.trimmingPrefix(while: \.isWhitespace).split(separator: "://").last ?? ""
            return (try? HTTPAddress(parsing: "http://\(address)"))?.isLoopback ?? false
        }
    }
}

extension KafkaClientSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A line for each setting: name, value or bullets, origin.
    package var description: String {
        ([("bootstrap.servers", bootstrap)] + overrides).map { name, value in
            "\(name) = \(Self.isSecret(name) ? Secret.mask : value) (\(origins[name]?.description ?? "default"))"
        }.joined(separator: "\n")
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
