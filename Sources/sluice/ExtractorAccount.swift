import CommandLine
import Configuration
import Core
import Expressions
import Extraction
import ExtractorKit
import HTTP
import JSON
import Telemetry

/// An account as the authors' commands reach it: a definition, what the account says, and the way to the API.
struct ExtractorAccount {
    let place: DefinitionPlace
    let check: DefinitionCheck
    let definition: ExtractorDefinition
    let settings: [String: JSONValue]
    /// Of the settings and of the connection.
    let secrets: [String]
    let connection: ConnectionSettings

    /// The account that a command names; whatever is wrong with it is said before anything is read.
    init(_ program: Program, _ command: ParsedCommand) throws {
        place = try DefinitionPlace.find(command.value("extractor") ?? "", locator: program.locator(command))
        check = try DefinitionCheck.read(place)
        definition = try check.usable()
        // A stream that is not there is said before what the account lacks.
        if let stream = command.value("stream") { _ = try definition.chosen(stream) }
        let file = try command.value("config").map { try AccountFile.load($0) }
        if let other = file?.extractor,
            try program.extractorName(other, command, file: file) != definition.name
        {
            let name = definition.name
            try other.read { (_: String) throws -> Void in
                throw ConfigurationError(
                    .badFlag,
                    "the file is of the extractor \(other.text), and \(name) is to be read; name one of the two"
                )
            }
        }
        let reader = SecretReader(environment: program.environment)
        let resolved = try SettingsResolver(declarations: definition.settings, reader: reader).resolve(
            file: file,
            flags: try SettingFlag.parse(command.values("set"), option: "--set")
        )
        connection = try ConnectionSettings.resolve(
            file: file,
            flags: ConnectionSettings.flags { command.value($0) },
            reader: reader
        )
        settings = resolved.values
        try Self.refuseRotation(of: definition, settings)
        secrets = resolved.secrets + connection.secrets
    }

    /// A look keeps nothing, and so must not use up a refresh token that is good once.
    private static func refuseRotation(of definition: ExtractorDefinition, _ settings: [String: JSONValue])
        throws
    {
        guard try definition.replacesCredential(settings: settings) else { return }
        throw ConfigurationError(
            .badSetting,
            "extractor \(definition.name) gets another refresh token at each use, and a look would use up the account's "
                + "without keeping it; look at what a sync reads: sluice sync --limit 10 --to DIR"
        )
    }
}

extension DefinitionCheck {
    /// The definition, or an error with all that is wrong with it.
    func usable() throws -> ExtractorDefinition {
        if let definition { return definition }
        var errors = self
        errors.findings.removeAll { $0.severity != .error }
        throw ConfigurationError(
            .badFile,
            errors.text(on: Terminal(isInteractive: false, hasColors: false))
                + "the definition cannot be used until that is put right"
        )
    }
}
