import Core

/// An http or https address that may hold a secret in its path or query, as those of webhooks and pings do.
enum SecretAddress {
    /// How one is written, for errors.
    static let forms = "https://HOST/PATH, or \(SecretReference.forms) that gives it"

    /// What is wrong with what somebody wrote, as far as it can be seen without reading a reference; never the text.
    static func problem(with written: String) -> String? {
        do throws(ConfigurationError) {
            guard case .literal(let text) = try SecretReference(parsing: written) else { return nil }
            return isAddress(text) ? nil : "is no http or https address; write \(forms)"
        } catch {
            return error.message
        }
    }

    /// The address that was written or that a reference gives.
    static func read(
        _ setting: GivenSetting,
        folder: String,
        reader: SecretReader
    ) throws(ConfigurationError) -> Secret {
        let address = try setting.secret(folder: folder, reader: reader)
        // What is not read is not looked at either.
        guard isAddress(address) || reader.isBlind && address.revealed.isEmpty else {
            throw ConfigurationError(
                .badSetting,
                "\(setting.origin): \(setting.name) is no http or https address; write \(forms)"
            )
        }
        return address
    }

    private static func isAddress(_ text: Secret) -> Bool {
        (try? HTTPAddress(parsing: text.revealed)) != nil
    }
}

extension GivenSetting {
    /// The text as it was written, a reference unread.
    func written() throws(ConfigurationError) -> String {
        switch value {
        case .text(let text): return text.revealed
        case .typed(_, let written): return written
        case .list: throw ConfigurationError(.badSetting, "\(origin): \(name) needs a text, not a list")
        }
    }

    /// The value of a setting that is secret, read where it is a reference.
    ///
    /// One that is written out on a command line is refused (I6). Relative paths start at `folder` where the setting
    /// stands in a file, else where the command runs.
    func secret(folder: String, reader: SecretReader) throws(ConfigurationError) -> Secret {
        let text = try written()
        do throws(ConfigurationError) {
            let reference = try SecretReference(parsing: text)
            if case .flag(let flag) = origin, reference.isLiteral {
                throw ConfigurationError(
                    .literalSecret,
                    "a secret on a command line is seen by every process; "
                        + "write \(flag) with \(SecretReference.forms), or put it into a file for --config"
                )
            }
            let start = if case .file = origin { folder } else { "." }
            return try reader.read(reference, folder: start)
        } catch {
            throw ConfigurationError(error.code, "\(origin): \(name): \(error.message)")
        }
    }

    /// A secret as the reference to it, which shows nothing; one that is written out as bullets.
    var shown: String {
        guard let text = try? written(), let reference = try? SecretReference(parsing: text) else {
            return Secret.mask
        }
        return reference.description
    }
}
