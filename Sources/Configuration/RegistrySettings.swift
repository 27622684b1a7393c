package import Core
import YAML

/// Where the schema registry is that must know what is published, and how it is used.
///
///     registry:
///       url: https://registry.internal:8081
///       user: sluice
///       password: file:/run/secrets/registry
///       ca_file: company-ca.pem
///       subjects: topic
///       auto_register: true
///
/// `registry` may be the address alone.
package struct RegistrySettings: Sendable {
    package var address: HTTPAddress
    package var user: String?
    package var password: Secret?
    /// The authorities to trust in place of the system's.
    package var caFile: String?
    package var naming: SubjectNaming
    /// Whether a schema that the registry lacks is registered; otherwise its stream stops.
    package var registers: Bool

    /// The secret values, for a `Redaction`.
    package var secrets: [String] { [password?.revealed].compactMap(\.self).filter { !$0.isEmpty } }

    /// One of the settings; its name is its key in a file.
    enum Key: String, CaseIterable {
        case url, user, password
        case caFile = "ca_file"
        case subjects
        case autoRegister = "auto_register"

        /// What holds where nobody says anything; nil for nothing.
        var fallback: String? {
            switch self {
            case .url, .user, .password, .caFile: nil
            case .subjects: SubjectNaming.topic.rawValue
            case .autoRegister: "true"
            }
        }
    }

    /// The keys in a file.
    static var names: [String] { Key.allCases.map(\.rawValue) }
    /// What stands before a setting's name among others: `registry.url`.
    static let prefix = "registry."

    static let addressForms = "the http or https address of a schema registry, such as https://registry:8081"
    static let namingForms = "one of \(SubjectNaming.allCases.map(\.rawValue).joined(separator: ", "))"

    /// The option that gives a setting, without its dashes: `registry-ca-file`.
    package static func option(_ name: String) -> String { "registry-\(name.replacing("_", with: "-"))" }

    /// The options, without their dashes.
    package static var options: [String] { names.map(option) }

    /// The settings of an account's sync: file beats environment, and flags beat both; nil where nobody names a registry.
    ///
    /// `option` gives what an option was given and whether that was on the command line.
    package static func resolve(
        file: AccountFile?,
        option: (String) -> (text: String, isFlag: Bool)?,
        reader: SecretReader = SecretReader()
    ) throws(ConfigurationError) -> RegistrySettings? {
        var given: [String: GivenSetting] = [:]
        var flags: [GivenSetting] = []
        for name in names {
            guard let (text, isFlag) = option(Self.option(name)) else { continue }
            let variable = "SLUICE_REGISTRY_\(name.uppercased())"
            let setting = GivenSetting(
                name: prefix + name,
                value: .text(Secret(text)),
                origin: isFlag ? .flag("--\(Self.option(name))") : .environment(variable)
            )
            if isFlag { flags.append(setting) } else { given[setting.name] = setting }
        }
        for setting in (file?.registry ?? []) + flags { given[setting.name] = setting }
        // An empty value takes away what the file says.
        for (name, setting) in given where (try? setting.written()) == "" { given[name] = nil }
        var reading = RegistryReading(given: given, folder: file?.folder ?? ".", reader: reader)
        let settings = reading.settings()
        guard reading.errors.isEmpty else { throw ConfigurationError.of(reading.errors.map(\.error)) }
        return settings
    }

    /// What a file says, by the names of `DaemonSettings`: `registry.url`.
    static func settings(of node: YAMLNode?, _ faults: inout FileFaults) -> [GivenSetting] {
        guard let node else { return [] }
        guard node.isMapping else {
            return faults.text(node).map {
                [GivenSetting(prefix + Key.url.rawValue, .text(Secret($0.text)), at: node)]
            } ?? []
        }
        faults.note(node.unknownKeys(names))
        return names.compactMap { name in
            guard let value = node[name], let text = faults.text(value)?.text else { return nil }
            return GivenSetting(prefix + name, .text(Secret(text)), at: value)
        }
    }
}

/// Reads the settings of a registry, and collects all that is wrong with them.
struct RegistryReading {
    typealias Key = RegistrySettings.Key

    /// What was given and wins, by name.
    let given: [String: GivenSetting]
    /// Where paths of a file start.
    let folder: String
    let reader: SecretReader
    private(set) var errors: [(origin: SettingOrigin, error: ConfigurationError)] = []
    /// What was read, as it may be shown, with what holds where nobody says anything.
    private(set) var rows: [DaemonSettings.Row] = []

    init(given: [String: GivenSetting], folder: String, reader: SecretReader) {
        self.given = given
        self.folder = folder
        self.reader = reader
    }

    private func setting(_ key: Key) -> GivenSetting? { given[RegistrySettings.prefix + key.rawValue] }

    /// The settings; nil where no registry is named, or something is wrong.
    mutating func settings() -> RegistrySettings? {
        guard setting(.url) != nil else {
            for key in Key.allCases {
                guard let setting = setting(key) else { continue }
                note(setting, "needs registry.url as well, or there is no registry")
            }
            return nil
        }
        let address = value(.url, RegistrySettings.addressForms) { text in
            (try? HTTPAddress(parsing: text)).flatMap { $0.query == nil ? $0 : nil }
        }
        let user = value(.user, "a name") { $0.contains(":") ? nil : $0 }
        let password = password()
        if let setting = setting(.password), user == nil, self.setting(.user) == nil {
            note(setting, "needs registry.user as well")
        }
        if let address, let setting = setting(.user), address.scheme == "http", !address.isLoopback {
            note(
                setting,
                "would go to another machine in plain text: write https in registry.url, or take it away"
            )
        }
        let caFile = caFile()
        let naming = value(.subjects, RegistrySettings.namingForms) { SubjectNaming(rawValue: $0) }
        let registers = value(.autoRegister, "true or false") { Bool($0) }
        guard errors.isEmpty, let address, let naming, let registers else { return nil }
        return RegistrySettings(
            address: address,
            user: user,
            password: password,
            caFile: caFile,
            naming: naming,
            registers: registers
        )
    }

    private mutating func note(_ setting: GivenSetting, _ problem: String) {
        let error = ConfigurationError(.badSetting, "\(setting.origin): \(setting.name): \(problem)")
        errors.append((setting.origin, error))
    }

    private mutating func show(_ setting: GivenSetting, _ value: String) {
        rows.append(.init(name: setting.name, value: value, origin: setting.origin))
    }

    private mutating func value<Value>(_ key: Key, _ forms: String, _ read: (String) -> Value?) -> Value? {
        let usual = key.fallback.map {
            GivenSetting(
                name: RegistrySettings.prefix + key.rawValue,
                value: .text(Secret($0)),
                origin: .definition
            )
        }
        guard let setting = setting(key) ?? usual, let text = try? setting.written() else { return nil }
        guard let value = read(text) else {
            // An address may hold what it should not.
            note(setting, key == .url ? "is not \(forms)" : "\"\(text)\" is not \(forms)")
            return nil
        }
        show(setting, text)
        return value
    }

    private mutating func password() -> Secret? {
        guard let setting = setting(.password) else { return nil }
        do throws(ConfigurationError) {
            let secret = try setting.secret(folder: folder, reader: reader)
            show(setting, setting.shown)
            return secret
        } catch {
            errors.append((setting.origin, error))
            return nil
        }
    }

    private mutating func caFile() -> String? {
        guard let setting = setting(.caFile), let text = try? setting.written() else { return nil }
        let start = if case .file = setting.origin { folder } else { "." }
        let path = SecretReader.path(text, in: start)
        do throws(ConfigurationError) {
            if !reader.isBlind { try setting.checkPEM(path, holds: "CERTIFICATE-----", noun: "certificate") }
            show(setting, path)
            return path
        } catch {
            errors.append((setting.origin, error))
            return nil
        }
    }
}
