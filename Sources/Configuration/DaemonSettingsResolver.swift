import Core
import Scheduling
import YAML

/// Works out the settings of a daemon, and all that is wrong with them.
struct DaemonSettingsResolver {
    typealias Key = DaemonSettings.Key
    typealias Row = DaemonSettings.Row

    private let file: DaemonFile?
    private let environment: [String: String]
    private let reader: SecretReader
    /// What wins, by name.
    private var given: [String: GivenSetting] = [:]
    private let kafka: [GivenSetting]
    private let stateKeyFlags: [GivenSetting]
    private var rows: [Row] = []
    private var errors: [(origin: SettingOrigin?, error: ConfigurationError)] = []

    init(
        file: DaemonFile?,
        flags: [GivenSetting],
        environment: [String: String],
        reader: SecretReader
    ) {
        self.file = file
        self.environment = environment
        self.reader = reader
        let isKafka = { (setting: GivenSetting) in setting.name.hasPrefix("kafka.") }
        kafka =
            (file.map { $0.kafka.settings + [$0.kafka.bootstrap].compactMap(\.self) } ?? [])
            + Self.kafkaVariables(environment)
            + flags.filter(isKafka).map {
                GivenSetting(
                    name: String($0.name.dropFirst("kafka.".count)),
                    value: $0.value,
                    origin: $0.origin
                )
            }
        let isStateKey = { (setting: GivenSetting) in setting.name == "state_key" }
        stateKeyFlags = flags.filter(isStateKey)
        var variables = Key.allCases.compactMap { key in
            Self.variable(key.variable, of: key.rawValue, environment)
        }
        variables += RegistrySettings.names.compactMap { name in
            Self.variable(
                "SLUICE_REGISTRY_\(name.uppercased())",
                of: RegistrySettings.prefix + name,
                environment
            )
        }
        do {
            variables += try Self.poolVariables(environment)
        } catch let error {
            errors.append((.environment("SLUICE_POOLS"), error))
        }
        let all = (file?.settings ?? []) + variables + flags.filter { !isKafka($0) && !isStateKey($0) }
        for setting in all { given[setting.name] = setting }
        // An empty value takes away what the file says; of what has a default that holds again.
        for (name, setting) in given where (try? setting.written()) == "" { given[name] = nil }
    }

    // MARK: The environment

    private static func variable(
        _ variable: String,
        of name: String,
        _ environment: [String: String]
    ) -> GivenSetting? {
        guard let text = environment[variable], !text.isEmpty else { return nil }
        return GivenSetting(name: name, value: .text(Secret(text)), origin: .environment(variable))
    }

    private static func kafkaVariables(_ environment: [String: String]) -> [GivenSetting] {
        [variable("SLUICE_KAFKA", of: "bootstrap.servers", environment)].compactMap(\.self)
            + KafkaClientSettings.variables(environment)
    }

    /// `SLUICE_POOLS` is `crm=4,default=16`.
    private static func poolVariables(_ environment: [String: String]) throws(ConfigurationError)
        -> [GivenSetting]
    {
        guard let text = environment["SLUICE_POOLS"], !text.isEmpty else { return [] }
        let parts = text.split(separator: ",").map(String.init)
        guard let settings = try? SettingFlag.parse(parts, option: "SLUICE_POOLS") else {
            throw ConfigurationError(
                .badSetting,
                "SLUICE_POOLS: \"\(text)\" is no list of pools; write NAME=SLOTS,NAME=SLOTS"
            )
        }
        return settings.map {
            GivenSetting(name: "pools.\($0.name)", value: $0.value, origin: .environment("SLUICE_POOLS"))
        }
    }

    // MARK: All of it

    mutating func resolve() -> DaemonDraft {
        let kafka = resolveKafka()
        let prefix = topicPrefix()
        let schedules = path(.schedules)
        let extractors = paths(.extractors)
        let listen = value(.listen, ListenAddress.forms) { ListenAddress(parsing: $0) }
        let token = secret(.token)
        checkToken(token, listen)
        let pools = pools()
        let drain = seconds(.drain, 0...86_400)
        let stateKeys = stateKeys()
        let cacheFolder = paths(.cacheFolder)
        let lockFolder = paths(.lockFolder)
        let privacy = paths(.privacy).flatMap { path in
            given[Key.privacy.rawValue].map { PlacedText(path, at: $0.origin) }
        }
        let registry = registry()
        let alerts = alerts()
        return DaemonDraft(
            kafka: kafka,
            topicPrefix: prefix,
            schedules: schedules,
            extractors: extractors,
            listen: listen,
            token: token,
            pools: pools,
            drain: drain.map { .seconds($0) },
            stateKeys: stateKeys,
            cacheFolder: cacheFolder,
            lockFolder: lockFolder,
            registry: registry,
            alerts: alerts,
            privacy: privacy,
            rows: rows,
            error: error
        )
    }

    private mutating func resolveKafka() -> KafkaClientSettings? {
        // Where the file means to name the brokers and errs, that is told already; the rest is looked at all the same.
        let isMissing = !kafka.contains { ["bootstrap.servers", "metadata.broker.list"].contains($0.name) }
        let isTold = isMissing && file?.meant.contains("kafka") == true
        let stand = GivenSetting(
            name: "bootstrap.servers",
            value: .text(Secret("unknown")),
            origin: .definition
        )
        do {
            let settings = try KafkaClientSettings.merge(
                isTold ? kafka + [stand] : kafka,
                folder: file?.folder ?? ".",
                reader: reader
            )
            let written = Dictionary(kafka.map { ($0.name, $0) }) { _, last in last }
            for (name, value) in [("bootstrap.servers", settings.bootstrap)] + settings.overrides {
                let isSecret = KafkaClientSettings.isSecret(name)
                rows.append(
                    Row(
                        name: name == "bootstrap.servers" ? "kafka.bootstrap" : "kafka.set.\(name)",
                        value: isSecret ? shown(written[name]) : value,
                        origin: settings.origins[name] ?? .definition
                    )
                )
            }
            return settings
        } catch let error {
            errors.append((nil, error))
            return nil
        }
    }

    private mutating func topicPrefix() -> TopicPrefix? {
        guard let setting = given[Key.topicPrefix.rawValue] else {
            guard file?.meant.contains("topic_prefix") != true else { return nil }
            let place = file.map { "\($0.path): " } ?? ""
            errors.append(
                (
                    nil,
                    ConfigurationError(
                        .missingSetting,
                        "\(place)no topic prefix; give --topic-prefix NAME, topic_prefix in the file, or "
                            + "SLUICE_TOPIC_PREFIX"
                    )
                )
            )
            return nil
        }
        return take(setting) { text throws(ConfigurationError) in
            do throws(NameError) {
                return (try TopicPrefix(text), text)
            } catch {
                throw Self.bad(setting, error.message)
            }
        }
    }

    private mutating func checkToken(_ token: Secret?, _ listen: ListenAddress?) {
        if let token, let setting = given[Key.token.rawValue], !token.revealed.isEmpty,
            token.revealed.count < DaemonSettings.shortestToken
        {
            errors.append(
                (
                    setting.origin,
                    Self.bad(
                        setting,
                        "has fewer than \(DaemonSettings.shortestToken) characters, so that it could be guessed; make one "
                            + "with: openssl rand -hex 32"
                    )
                )
            )
        }
        // Where a token is wrong that is told already.
        guard given[Key.token.rawValue] == nil, let listen, !listen.isLoopback,
            let setting = given[Key.listen.rawValue]
        else { return }
        errors.append(
            (
                setting.origin,
                Self.bad(
                    setting,
                    "\(listen) can be reached from other machines, and nothing says who may; add token: "
                        + "\(SecretReference.forms), or listen on 127.0.0.1"
                )
            )
        )
    }

    private mutating func pools() -> [String: Int] {
        var pools: [String: Int] = [:]
        let usual = "pools.\(DaemonSettings.usualPool)"
        var names = given.keys.filter { $0.hasPrefix("pools.") && $0 != usual }.sorted()
        names.insert(usual, at: 0)
        for name in names {
            let pool = String(name.dropFirst("pools.".count))
            guard let setting = given[name] else {
                pools[pool] = 16
                rows.append(Row(name: name, value: "16", origin: .definition))
                continue
            }
            pools[pool] = take(setting) { text throws(ConfigurationError) in
                guard !pool.isEmpty, let slots = Int(text), (1...10_000).contains(slots) else {
                    throw Self.bad(setting, "\"\(text)\" is no number of runs from 1 to 10000")
                }
                return (slots, text)
            }
        }
        return pools
    }

    /// As for an account, what a flag says beats the variable, and that beats the file.
    private mutating func stateKeys() -> [Secret] {
        if !stateKeyFlags.isEmpty {
            let texts = stateKeyFlags.compactMap { try? $0.written() }
            do throws(ConfigurationError) {
                let keys = try StateKeys.resolve(file: nil, flags: texts, variable: nil, reader: reader)
                for flag in stateKeyFlags {
                    rows.append(Row(name: flag.name, value: shown(flag), origin: flag.origin))
                }
                return keys
            } catch {
                errors.append((nil, error))
                return []
            }
        }
        if let variable = Self.variable("SLUICE_STATE_KEY", of: "state_key", environment),
            let text = try? variable.written()
        {
            // The variable holds the key itself, whatever it looks like.
            rows.append(Row(name: variable.name, value: Secret.mask, origin: variable.origin))
            return [Secret(text)]
        }
        let folder = file?.folder ?? "."
        let reader = reader
        return (file?.stateKeys ?? []).compactMap { key in
            let shown = shown(key)
            return take(key) { _ throws(ConfigurationError) in
                (try key.secret(folder: folder, reader: reader), shown)
            }
        }
    }

    private mutating func registry() -> RegistrySettings? {
        var reading = RegistryReading(given: given, folder: file?.folder ?? ".", reader: reader)
        let settings = reading.settings()
        rows += reading.rows
        errors += reading.errors.map { ($0.origin, $0.error) }
        return settings
    }

    private mutating func alerts() -> DaemonSettings.Alerts? {
        let webhook = secret(.webhook, isAddress: true)
        let secret = secret(.secret)
        if let setting = given[Key.secret.rawValue], given[Key.webhook.rawValue] == nil {
            errors.append(
                (
                    setting.origin,
                    Self.bad(setting, "signs what goes to a webhook; add alerts.webhook, or remove it")
                )
            )
        }
        let topic = value(.topic, "true or false") { Bool($0) }
        let repeatEvery = seconds(.repeatEvery, 60...31_536_000)
        let quotaMargin = value(.quotaMargin, "a share from 0% to 90%") { text in
            guard text.hasSuffix("%") else { return Int?.none }
            return Int(text.dropLast()).flatMap { (0...90).contains($0) ? $0 : nil }
        }
        guard let topic, let repeatEvery, let quotaMargin else { return nil }
        return .init(
            webhook: webhook,
            secret: secret,
            goesToTopic: topic,
            repeatEvery: .seconds(repeatEvery),
            quotaMargin: quotaMargin
        )
    }

    // MARK: One of them

    /// A value that is shown as it is; a reference is none here.
    private mutating func value<Value>(
        _ key: Key,
        _ forms: String,
        _ read: (String) -> Value?
    ) -> Value? {
        let setting =
            given[key.rawValue]
            ?? GivenSetting(
                name: key.rawValue,
                value: .text(Secret(key.fallback ?? "")),
                origin: .definition
            )
        return take(setting) { text throws(ConfigurationError) in
            guard let value = read(text) else { throw Self.bad(setting, "\"\(text)\" is not \(forms)") }
            return (value, text)
        }
    }

    private mutating func seconds(_ key: Key, _ bounds: ClosedRange<Int>) -> Int? {
        let range = "\(LengthText.short(bounds.lowerBound)) to \(LengthText.short(bounds.upperBound))"
        return value(key, "a length of time from \(range); write \(LengthText.forms)") { text in
            LengthText.seconds(text).flatMap { bounds.contains($0) ? $0 : nil }
        }
    }

    private mutating func path(_ key: Key) -> String? {
        guard case .file? = given[key.rawValue]?.origin, let setting = given[key.rawValue] else {
            return value(key, "a path") { $0.contains("\0") ? nil : $0 }
        }
        let folder = file?.folder ?? "."
        return take(setting) { text throws(ConfigurationError) in
            let path = SecretReader.path(text, in: folder)
            return (path, path)
        }
    }

    /// One path or several, joined by colons where the setting has several; nil where nobody names one.
    private mutating func paths(_ key: Key) -> String? {
        guard let setting = given[key.rawValue] else { return nil }
        var folder = "."
        if case .file = setting.origin { folder = file?.folder ?? "." }
        return take(setting) { text throws(ConfigurationError) in
            guard !text.contains("\0") else { throw Self.bad(setting, "is no path") }
            let parts = key == .extractors ? text.split(separator: ":").map(String.init) : [text]
            let paths = parts.map { SecretReader.path($0, in: folder) }.joined(separator: ":")
            return (paths, paths)
        }
    }

    private mutating func secret(_ key: Key, isAddress: Bool = false) -> Secret? {
        guard let setting = given[key.rawValue] else { return nil }
        let folder = file?.folder ?? "."
        let reader = reader
        let shown = shown(setting)
        return take(setting) { text throws(ConfigurationError) in
            let secret =
                isAddress
                ? try SecretAddress.read(setting, folder: folder, reader: reader)
                : try setting.secret(folder: folder, reader: reader)
            return (secret, shown)
        }
    }

    private func shown(_ setting: GivenSetting?) -> String { setting?.shown ?? Secret.mask }

    /// The value of a setting, and its row; nil where an error was noted.
    private mutating func take<Value>(
        _ setting: GivenSetting,
        _ read: (String) throws(ConfigurationError) -> (Value, shown: String)
    ) -> Value? {
        do throws(ConfigurationError) {
            let (value, shown) = try read(try setting.written())
            rows.append(Row(name: setting.name, value: shown, origin: setting.origin))
            return value
        } catch {
            errors.append((setting.origin, error))
            return nil
        }
    }

    private static func bad(_ setting: GivenSetting, _ problem: String) -> ConfigurationError {
        ConfigurationError(.badSetting, "\(setting.origin): \(setting.name): \(problem)")
    }

    /// What was noted: that of the file in its order, then the rest.
    private var error: ConfigurationError? {
        var placed: [(line: Int, column: Int, error: ConfigurationError)] = []
        var rest: [ConfigurationError] = []
        for (origin, error) in errors {
            if case .file(_, let line, let column) = origin {
                placed.append((line, column, error))
            } else {
                rest.append(error)
            }
        }
        placed += file?.faults.placed ?? []
        placed.sort { ($0.line, $0.column) < ($1.line, $1.column) }
        let all = placed.map(\.error) + rest
        return all.isEmpty ? nil : ConfigurationError.of(all)
    }
}
