package import Core
package import JSON
import YAML

/// Merges what was given, default < file < flags, reads the references that win, and checks the result.
package struct SettingsResolver: Sendable {
    private let declarations: [SettingDeclaration]
    private let reader: SecretReader

    /// A resolver for the settings that an extractor declares.
    package init(declarations: [SettingDeclaration], reader: SecretReader = SecretReader()) {
        self.declarations = declarations
        self.reader = reader
    }

    /// The settings of an account.
    ///
    /// A secret written out on a command line stands in the process list and in the shell's history (I6): it is
    /// refused, unless the API is on this machine, where only a simulator is. `baseURL` says where it is, from the
    /// settings that are not secret.
    package func resolve(
        file: AccountFile?,
        flags: [GivenSetting],
        baseURL: ([String: JSONValue]) -> String? = { $0["base_url"]?.text }
    ) throws(ConfigurationError) -> ResolvedSettings {
        var faults = SettingFaults()
        var given: [String: GivenSetting] = [:]
        let all = (file?.settings ?? []) + flags
        for setting in all {
            if let error = unknown(setting) { faults.note([error]) } else { given[setting.name] = setting }
        }
        // A name that was misspelt is told once.
        let meant = all.compactMap { nearest(to: $0) }
        if let error = missing(given, but: meant, file: file) { faults.note([error]) }
        var result = ResolvedSettings(values: [:], origins: [:], secretNames: [])
        let folder = file?.folder ?? "."
        for declaration in declarations where !declaration.isSecret {
            faults.take(else: ()) { () throws(ConfigurationError) in
                try add(declaration, given[declaration.name], folder: folder, to: &result)
            }
        }
        let isLocal = baseURL(result.values).flatMap { try? HTTPAddress(parsing: $0) }?.isLoopback ?? false
        for declaration in declarations where declaration.isSecret {
            let setting = given[declaration.name]
            faults.take(else: ()) { () throws(ConfigurationError) in
                if let setting, !isLocal { try refuseLiteral(setting) }
                try add(declaration, setting, folder: folder, to: &result)
            }
        }
        try faults.check()
        return result
    }

    private func unknown(_ setting: GivenSetting) -> ConfigurationError? {
        let known = declarations.map(\.name)
        guard !known.contains(setting.name) else { return nil }
        let remedy =
            nearest(to: setting).map { "did you mean \($0)?" }
            ?? (known.isEmpty ? "the extractor has none" : "known: \(known.sorted().joined(separator: ", "))")
        return ConfigurationError(
            .unknownSetting,
            "\(setting.origin): there is no setting \(setting.name); \(remedy)"
        )
    }

    /// The setting that an unknown name may stand for; nil for a known name.
    private func nearest(to setting: GivenSetting) -> String? {
        let known = declarations.map(\.name)
        return known.contains(setting.name) ? nil : NearestName.of(setting.name, among: known)
    }

    private func missing(
        _ given: [String: GivenSetting],
        but misspelt: [String],
        file: AccountFile?
    ) -> ConfigurationError? {
        let missing = declarations.filter {
            $0.isRequired && $0.defaultValue ?? .null == .null && given[$0.name] == nil
                && !misspelt.contains($0.name)
        }
        guard let first = missing.first else { return nil }
        let names = missing.map { $0.summary.isEmpty ? $0.name : "\($0.name) (\($0.summary))" }
        let example = first.isSecret ? "env:NAME" : "VALUE"
        return ConfigurationError(
            .missingSetting,
            (file.map { "\($0.settingsPlace): " } ?? "")
                + "missing: \(names.joined(separator: ", ")); give each by --set \(first.name)=\(example) "
                + "or in the file's settings"
        )
    }

    private func add(
        _ declaration: SettingDeclaration,
        _ setting: GivenSetting?,
        folder: String,
        to result: inout ResolvedSettings
    ) throws(ConfigurationError) {
        let name = declaration.name
        if declaration.isSecret { result.secretNames.insert(name) }
        guard let setting else {
            guard let value = declaration.defaultValue else { return }
            result.values[name] = value
            result.origins[name] = .definition
            return
        }
        if reader.isBlind, case .text(let text) = setting.value,
            try !reference(text, setting).isLiteral
        {
            return
        }
        // The paths of a command line start where the command runs, those of a file where the file is.
        let start = if case .file = setting.origin { folder } else { "." }
        let value = try self.value(of: setting, for: declaration, folder: start)
        if declaration.isRequired, value == .string("") {
            throw bad(setting, "is empty, and the extractor needs it")
        }
        try checkPattern(value, declaration, setting)
        result.values[name] = value
        result.origins[name] = setting.origin
    }

    private func value(
        of setting: GivenSetting,
        for declaration: SettingDeclaration,
        folder: String
    ) throws(ConfigurationError) -> JSONValue {
        switch (declaration.defaultValue, setting.value) {
        case (.array, .list(let items)):
            var values: [JSONValue] = []
            for item in items { values.append(.string(try read(item, setting, folder).revealed)) }
            return .array(values)
        case (.array, .text(let text)):
            let items = try read(text, setting, folder).revealed.split(separator: ",")
            return .array(items.map { .string(String($0)) })
        case (.number, .typed(.number(let number), _)): return .number(number)
        case (.bool, .typed(.bool(let value), _)): return .bool(value)
        case (.number, .text(let text)):
            guard case .number(let number) = plain(try read(text, setting, folder)) else {
                throw bad(setting, "needs a number")
            }
            return .number(number)
        case (.bool, .text(let text)):
            guard case .bool(let value) = plain(try read(text, setting, folder)) else {
                throw bad(setting, "needs true or false")
            }
            return .bool(value)
        case (.number, _): throw bad(setting, "needs a number")
        case (.bool, _): throw bad(setting, "needs true or false")
        case (.array, _): throw bad(setting, "needs a list of texts")
        case (_, .text(let text)): return .string(try read(text, setting, folder).revealed)
        // As it was written: an account number 0012 keeps its zeros.
        case (_, .typed(_, let written)): return .string(written)
        case (_, .list): throw bad(setting, "needs a text, not a list")
        }
    }

    /// What a text means where a number or a truth value is needed.
    private func plain(_ text: Secret) -> YAMLScalar? {
        YAMLNode(file: "", line: 1, column: 1, content: .scalar(text: text.revealed, isPlain: true)).scalar
    }

    private func read(_ text: Secret, _ setting: GivenSetting, _ folder: String) throws(ConfigurationError)
        -> Secret
    {
        let reference = try reference(text, setting)
        return try placing(setting) { () throws(ConfigurationError) in
            try reader.read(reference, folder: folder)
        }
    }

    private func reference(_ text: Secret, _ setting: GivenSetting) throws(ConfigurationError)
        -> SecretReference
    {
        try placing(setting) { () throws(ConfigurationError) in try SecretReference(parsing: text.revealed) }
    }

    /// Puts the place of a setting before what is wrong with it.
    private func placing<Value>(
        _ setting: GivenSetting,
        _ body: () throws(ConfigurationError) -> Value
    ) throws(ConfigurationError) -> Value {
        do {
            return try body()
        } catch {
            throw ConfigurationError(error.code, "\(setting.origin): \(setting.name): \(error.message)")
        }
    }

    private func refuseLiteral(_ setting: GivenSetting) throws(ConfigurationError) {
        guard case .flag(let option) = setting.origin, case .text(let text) = setting.value,
            try SecretReference(parsing: text.revealed).isLiteral
        else { return }
        throw ConfigurationError(
            .literalSecret,
            "\(option): \(setting.name) is a secret, and a command line is seen by every process; "
                + "write \(option) \(setting.name)= with \(SecretReference.forms), or put it into a file for --config"
        )
    }

    private func checkPattern(
        _ value: JSONValue,
        _ declaration: SettingDeclaration,
        _ setting: GivenSetting
    ) throws(ConfigurationError) {
        guard let pattern = declaration.pattern else { return }
        let texts: [String]
        switch value {
        case .string(let text), .number(let text): texts = [text]
        case .array(let items): texts = items.compactMap(\.text)
        case .null, .bool, .object: texts = []
        }
        guard let expression = try? Regex(pattern) else {
            throw ConfigurationError(
                .badSetting,
                "the extractor's pattern for \(declaration.name) is no regular expression: \(pattern)"
            )
        }
        for text in texts where (try? expression.wholeMatch(in: text)) == nil {
            let hint = declaration.summary.isEmpty ? "" : " (\(declaration.summary))"
            throw bad(setting, "must match \(pattern)\(hint)")
        }
    }

    private func bad(_ setting: GivenSetting, _ problem: String) -> ConfigurationError {
        ConfigurationError(.badSetting, "\(setting.origin): \(setting.name) \(problem)")
    }
}
