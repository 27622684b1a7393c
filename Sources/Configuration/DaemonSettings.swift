package import Core

/// How a daemon works: everything that is not a schedule's own.
package struct DaemonSettings: Sendable {
    /// Where alerts go, and how often they are said again.
    package struct Alerts: Sendable {
        /// The address that they are posted to; it may hold a secret.
        package var webhook: Secret?
        /// What the posts are signed with.
        package var secret: Secret?
        /// Whether they go to the topic of alerts as well.
        package var goesToTopic: Bool
        /// What is still wrong so long after it was said is said again.
        package var repeatEvery: Duration
        /// A day's requests are told to be few when no more hundredths of them are left above the reserve.
        package var quotaMargin: Int

        /// Alerts that go nowhere where nothing else is said.
        package init(
            webhook: Secret? = nil,
            secret: Secret? = nil,
            goesToTopic: Bool = false,
            repeatEvery: Duration = .seconds(4 * 3600),
            quotaMargin: Int = 10
        ) {
            self.webhook = webhook
            self.secret = secret
            self.goesToTopic = goesToTopic
            self.repeatEvery = repeatEvery
            self.quotaMargin = quotaMargin
        }
    }

    /// A setting as `sluice config show` prints it.
    package struct Row: Hashable, Sendable {
        package var name: String
        /// A secret as the reference that it was given by, else as bullets.
        package var value: String
        package var origin: SettingOrigin

        /// A row.
        package init(name: String, value: String, origin: SettingOrigin) {
            self.name = name
            self.value = value
            self.origin = origin
        }
    }

    package var kafka: KafkaClientSettings
    package var topicPrefix: TopicPrefix
    /// The folder of the schedules, from where the command runs.
    package var schedules: String
    /// The folders where extractors are looked for, joined by colons; nil for those that are installed.
    package var extractors: String?
    package var listen: ListenAddress
    /// What the API asks for; nil where whoever reaches it may use it.
    package var token: Secret?
    /// How many runs of a pool go on at once; `default` is always among them.
    package var pools: [String: Int]
    /// What runs may take to end when the daemon does.
    package var drain: Duration
    /// What seals the credentials of accounts that name no key of their own.
    package var stateKeys: [Secret]
    /// Where copies of what is remembered lie; nil for the user's own folder.
    package var cacheFolder: String?
    /// Where the locks of this host are; nil for the usual place.
    package var lockFolder: String?
    /// The registry that must know the schemas of what is published; nil where there is none.
    package var registry: RegistrySettings?
    package var alerts: Alerts
    /// The policy for personal fields, from where the command runs; nil for none.
    package var privacy: PlacedText?
    /// All of it, in the order of the documentation.
    package var rows: [Row]

    /// The secret values, for a `Redaction`.
    package var secrets: [String] {
        let own = ([token] + stateKeys + [alerts.webhook, alerts.secret]).compactMap { $0?.revealed }
        return (kafka.secrets + (registry?.secrets ?? []) + own).filter { !$0.isEmpty }
    }

    /// A token that could be guessed is none.
    package static let shortestToken = 16
    /// The pool of schedules that name none.
    package static let usualPool = "default"

    /// A setting with one value; its name is its key in the file.
    enum Key: String, CaseIterable {
        case topicPrefix = "topic_prefix"
        case schedules, extractors, listen, token, drain
        case cacheFolder = "cache_folder"
        case lockFolder = "lock_folder"
        case privacy
        case webhook = "alerts.webhook"
        case secret = "alerts.secret"
        case topic = "alerts.topic"
        case repeatEvery = "alerts.repeat"
        case quotaMargin = "alerts.quota_margin"

        /// What holds where nobody says anything; nil for nothing.
        var fallback: String? {
            switch self {
            case .topicPrefix, .extractors, .token, .cacheFolder, .lockFolder, .privacy, .webhook, .secret:
                nil
            case .schedules: "schedules"
            case .listen: "127.0.0.1:8600"
            case .drain: "25s"
            case .topic: "false"
            case .repeatEvery: "4h"
            case .quotaMargin: "10%"
            }
        }

        /// The option that gives it, without its dashes: `alerts-webhook`.
        var option: String { rawValue.replacing(".", with: "-").replacing("_", with: "-") }
        /// The environment's variable: `SLUICE_ALERTS_WEBHOOK`.
        var variable: String { "SLUICE_" + rawValue.replacing(".", with: "_").uppercased() }
    }

    /// The options that give one setting each, without their dashes.
    ///
    /// Beside them stand `kafka`, `kafka-set`, `pool`, `state-key` and the registry's.
    package static var options: [String] { Key.allCases.map(\.option) }

    /// What a command line gave, by the options' names; a value that came from elsewhere is nil or empty here.
    package static func flags(
        value: (String) -> String?,
        kafkaSet: [String] = [],
        pools: [String] = [],
        stateKeys: [String] = []
    ) throws(ConfigurationError) -> [GivenSetting] {
        var flags = Key.allCases.compactMap { key in
            value(key.option).map {
                GivenSetting(name: key.rawValue, value: .text(Secret($0)), origin: .flag("--\(key.option)"))
            }
        }
        flags += RegistrySettings.names.compactMap { name in
            let option = RegistrySettings.option(name)
            return value(option).map {
                GivenSetting(
                    name: RegistrySettings.prefix + name,
                    value: .text(Secret($0)),
                    origin: .flag("--\(option)")
                )
            }
        }
        if let brokers = value("kafka") {
            let text = GivenValue.text(Secret(brokers))
            flags.append(GivenSetting(name: "kafka.bootstrap.servers", value: text, origin: .flag("--kafka")))
        }
        flags += stateKeys.map {
            GivenSetting(name: "state_key", value: .text(Secret($0)), origin: .flag("--state-key"))
        }
        var faults = SettingFaults()
        for (texts, option, prefix) in [(kafkaSet, "--kafka-set", "kafka."), (pools, "--pool", "pools.")] {
            flags += faults.take(else: []) { () throws(ConfigurationError) in
                try SettingFlag.parse(texts, option: option).map {
                    GivenSetting(name: prefix + $0.name, value: $0.value, origin: $0.origin)
                }
            }
        }
        try faults.check()
        return flags
    }

    /// Merges what was given, default < file < environment < flags, reads the references that win, and checks it all.
    ///
    /// Every error is told at once, those of the file first and in its order.
    package static func resolve(
        file: DaemonFile?,
        flags: [GivenSetting] = [],
        environment: [String: String] = ProcessEnvironment.current,
        reader: SecretReader? = nil
    ) throws(ConfigurationError) -> DaemonSettings {
        try draft(file: file, flags: flags, environment: environment, reader: reader).settings()
    }

    /// The same, with what could be worked out although other settings are wrong.
    package static func draft(
        file: DaemonFile?,
        flags: [GivenSetting] = [],
        environment: [String: String] = ProcessEnvironment.current,
        reader: SecretReader? = nil
    ) -> DaemonDraft {
        let reader = reader ?? SecretReader(environment: environment)
        var resolver = DaemonSettingsResolver(
            file: file,
            flags: flags,
            environment: environment,
            reader: reader
        )
        return resolver.resolve()
    }
}

extension DaemonSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A line for each setting: name, value or bullets, origin.
    package var description: String {
        rows.map { "\($0.name) = \($0.value) (\($0.origin))" }.joined(separator: "\n")
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
