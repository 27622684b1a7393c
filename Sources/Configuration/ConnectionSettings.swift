package import Core

/// How the API of an account is reached: whom to trust, what to show, and through which proxy.
///
///     connection:
///       ca_file: company-ca.pem
///       client_certificate: acme.pem
///       client_key: acme.key
///       client_key_passphrase: file:/run/secrets/acme-key
///       proxy: http://proxy.internal:3128
package struct ConnectionSettings: Sendable {
    /// The authorities to trust in place of the system's.
    package var caFile: String?
    package var clientCertificate: String?
    /// Nil where the certificate's file holds the key.
    package var clientKey: String?
    package var clientKeyPassphrase: Secret?
    /// The proxy, which may hold a password; an empty one for none, nil for what the environment says.
    package var proxy: Secret?

    /// The settings by their names in a file.
    package static let names = [
        "ca_file", "client_certificate", "client_key", "client_key_passphrase", "proxy",
    ]

    /// The option that gives a setting: `ca-file` for `ca_file`.
    package static func option(_ name: String) -> String { name.replacing("_", with: "-") }

    /// What a command line gave, by the options' names.
    package static func flags(_ value: (String) -> String?) -> [GivenSetting] {
        names.compactMap { name in
            let flag = Self.option(name)
            return value(flag).map {
                GivenSetting(name: name, value: .text(Secret($0)), origin: .flag("--\(flag)"))
            }
        }
    }

    /// The secret values, for a `Redaction`.
    package var secrets: [String] {
        let password = proxy.flatMap { ProxyAddress($0.revealed)?.password }
        return [clientKeyPassphrase?.revealed, password].compactMap(\.self).filter { !$0.isEmpty }
    }

    /// Merges file < flags and reads what they name: a file that is missing or holds something else is said here.
    ///
    /// A secret written out on a command line is refused (I6).
    package static func resolve(
        file: AccountFile?,
        flags: [GivenSetting],
        reader: SecretReader = SecretReader()
    ) throws(ConfigurationError) -> ConnectionSettings {
        var given: [String: GivenSetting] = [:]
        for setting in (file?.connection ?? []) + flags { given[setting.name] = setting }
        let look = Look(given: given, folder: file?.folder ?? ".", reader: reader)
        var settings = ConnectionSettings()
        var faults = SettingFaults()
        settings.caFile = faults.take(else: nil) { () throws(ConfigurationError) in
            try look.file("ca_file", holding: "CERTIFICATE-----")
        }
        settings.clientCertificate = faults.take(else: nil) { () throws(ConfigurationError) in
            try look.file("client_certificate", holding: "CERTIFICATE-----")
        }
        settings.clientKey = faults.take(else: nil) { () throws(ConfigurationError) in
            try look.file("client_key", holding: "PRIVATE KEY-----")
        }
        settings.clientKeyPassphrase = faults.take(else: nil) { () throws(ConfigurationError) in
            try look.needs("client_certificate", for: "client_key")
            try look.needs("client_certificate", for: "client_key_passphrase")
            return try look.secret("client_key_passphrase") { _ in true }
        }
        settings.proxy = faults.take(else: nil) { () throws(ConfigurationError) in try look.proxy() }
        try faults.check()
        // Of files that cannot be read nothing more is asked.
        try look.checkKey(hasPassphrase: settings.clientKeyPassphrase != nil)
        return settings
    }

    /// What was given, and the reading of it.
    private struct Look {
        let given: [String: GivenSetting]
        let folder: String
        let reader: SecretReader

        /// The path of a PEM file that can be read and holds what it should.
        func file(_ name: String, holding mark: String) throws(ConfigurationError) -> String? {
            guard let setting = given[name] else { return nil }
            let path = SecretReader.path(try text(setting), in: start(of: setting))
            if reader.isBlind { return path }
            try setting.checkPEM(
                path,
                holds: mark,
                noun: name == "client_key" ? "private key" : "certificate"
            )
            return path
        }

        /// A setting that means nothing alone.
        func needs(_ other: String, for name: String) throws(ConfigurationError) {
            guard let setting = given[name], given[other] == nil else { return }
            throw bad(
                setting,
                "needs \(other) as well; give it as --\(option(other)), or in the file's connection"
            )
        }

        /// The key is where it is said to be, and can be opened.
        func checkKey(hasPassphrase: Bool) throws(ConfigurationError) {
            guard !reader.isBlind, let setting = given["client_key"] ?? given["client_certificate"] else {
                return
            }
            let path = SecretReader.path(try text(setting), in: start(of: setting))
            let key = try setting.pem(path)
            guard key.contains("PRIVATE KEY-----") else {
                throw bad(
                    setting,
                    "\(path) holds no private key; name the key's own file with --client-key, or as client_key"
                )
            }
            let isEncrypted =
                key.contains("BEGIN ENCRYPTED PRIVATE KEY") || key.contains("Proc-Type: 4,ENCRYPTED")
            guard isEncrypted, !hasPassphrase else { return }
            throw bad(
                setting,
                "\(path) is encrypted; give its passphrase with --client-key-passphrase, or as "
                    + "client_key_passphrase, as \(SecretReference.forms)"
            )
        }

        /// A value that may be a reference; one that is secret may not be written out on a command line.
        func secret(_ name: String, isSecret: (String) -> Bool) throws(ConfigurationError) -> Secret? {
            guard let setting = given[name] else { return nil }
            let written = try text(setting)
            do throws(ConfigurationError) {
                let reference = try SecretReference(parsing: written)
                if case .flag(let flag) = setting.origin, reference.isLiteral, isSecret(written) {
                    throw ConfigurationError(
                        .literalSecret,
                        "a secret on a command line is seen by every process; "
                            + "write \(flag) with \(SecretReference.forms), or put it into the account's file"
                    )
                }
                return try reader.read(reference, folder: start(of: setting))
            } catch {
                throw ConfigurationError(error.code, "\(setting.origin): \(name): \(error.message)")
            }
        }

        func proxy() throws(ConfigurationError) -> Secret? {
            guard let setting = given["proxy"],
                let proxy = try secret("proxy", isSecret: { ProxyAddress($0)?.password != nil })
            else { return nil }
            if proxy.revealed.isEmpty || proxy.revealed == "none" { return Secret("") }
            guard ProxyAddress(proxy.revealed) != nil else {
                throw bad(setting, "is no proxy's address; write \(ProxyAddress.form)")
            }
            return proxy
        }

        private func text(_ setting: GivenSetting) throws(ConfigurationError) -> String {
            switch setting.value {
            case .text(let text): return text.revealed
            case .typed(_, let written): return written
            case .list: throw bad(setting, "needs a text, not a list")
            }
        }

        /// The paths of a command line start where the command runs, those of a file where the file is.
        private func start(of setting: GivenSetting) -> String {
            if case .file = setting.origin { folder } else { "." }
        }

        private func bad(_ setting: GivenSetting, _ problem: String) -> ConfigurationError {
            ConfigurationError(.badSetting, "\(setting.origin): \(setting.name) \(problem)")
        }
    }
}
