import CommandLine
import Configuration
import Core
import Extraction
import HTTP
import JSON
import Runs

/// What a `sluice sync` is to read, made of flags, file and definition; all bad input shows here, before anything starts.
struct SyncOrder: Sendable {
    let file: AccountFile?
    let account: AccountName
    let definition: ExtractorDefinition
    let settings: ResolvedSettings
    let streams: [StreamDefinition]
    let limit: Int?
    let runID: String

    init(program: Program, command: ParsedCommand) throws {
        let file = try command.value("config").map { path throws(ConfigurationError) in
            try AccountFile.load(path)
        }
        self.file = file
        let extractor = try Self.value("extractor", command, file?.extractor)
        account = try AccountName(
            extractor: extractor,
            account: try Self.value("account", command, file?.account)
        )
        let locator = ExtractorLocator(
            option: command.value("extractors"),
            environment: program.environment,
            executablePath: program.executablePath
        )
        definition = try locator.load(extractor)
        settings = try SettingsResolver(
            declarations: definition.settings,
            reader: SecretReader(environment: program.environment)
        ).resolve(
            file: file,
            flags: try SettingFlag.parse(command.values("set"), option: "--set")
        )
        streams = try Self.streams(of: definition, named: command.values("stream"), else: file?.streams)
        limit = try command.int("limit", in: 1...Int.max)
        runID = RunID(at: Instant.systemClock()).text
    }

    var redaction: Redaction { Redaction(secrets: settings.secrets) }

    func requester(_ transport: CurlTransport) throws -> Requester {
        try Requester(
            extractor: definition,
            settings: settings.values,
            transport: transport,
            clock: WaitingClock(ContinuousClock()),
            wall: Instant.systemClock
        )
    }

    /// The named streams in the definition's order; all of them where none is named.
    private static func streams(
        of definition: ExtractorDefinition,
        named flags: [String],
        else file: [String]?
    ) throws -> [StreamDefinition] {
        let names = flags.isEmpty ? file ?? [] : flags
        guard !names.isEmpty else { return definition.streams }
        let wanted = Set(try names.map { try definition.stream(named: $0).name })
        return definition.streams.filter { wanted.contains($0.name) }
    }

    private static func value(_ name: String, _ command: ParsedCommand, _ file: String?) throws -> String {
        guard let value = command.value(name) ?? file else {
            throw ConfigurationError(
                .missingSetting,
                "no \(name); give --\(name) NAME, or \(name): in the file of --config"
            )
        }
        return value
    }
}
