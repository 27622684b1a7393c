package import Core

/// The keys that seal what the state keeps of a credential: the first seals, a second one still opens.
package enum StateKeys {
    /// Reads the keys of flags, else those of the file, else the one of the variable.
    ///
    /// The fallback is a daemon's own, for where nothing else names one. A key written out on a command line is refused
    /// (I6).
    package static func resolve(
        file: AccountFile?,
        flags: [String],
        variable: String?,
        fallback: [Secret] = [],
        reader: SecretReader = SecretReader()
    ) throws(ConfigurationError) -> [Secret] {
        guard flags.count <= 2 else {
            throw ConfigurationError(
                .badFlag,
                "--state-key: one key, or two while it is changed, the new one first"
            )
        }
        var keys: [Secret] = []
        for flag in flags {
            let reference = try SecretReference(parsing: flag)
            guard !reference.isLiteral else {
                throw ConfigurationError(
                    .literalSecret,
                    "--state-key: a secret on a command line is seen by every process; write it as "
                        + "\(SecretReference.forms), or put it into the account's file"
                )
            }
            keys.append(try reader.read(reference))
        }
        if !keys.isEmpty { return keys }
        for key in file?.stateKeys ?? [] {
            guard case .text(let text) = key.value else { continue }
            do throws(ConfigurationError) {
                keys.append(
                    try reader.read(SecretReference(parsing: text.revealed), folder: file?.folder ?? ".")
                )
            } catch {
                throw ConfigurationError(error.code, "\(key.origin): state_key: \(error.message)")
            }
        }
        if keys.isEmpty, let variable, !variable.isEmpty { keys.append(Secret(variable)) }
        return keys.isEmpty ? fallback : keys
    }
}
