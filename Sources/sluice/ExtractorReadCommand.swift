import CommandLine
import Configuration
import Core
import Expressions
import Extraction
import ExtractorKit
import Glibc
import HTTP
import JSON
import Telemetry

/// `sluice extractor read`: the first records of a stream, published nowhere.
struct ExtractorReadCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let definition = try definition()
        let chosen = try definition.chosen(command.value("stream") ?? "")
        try refuseRotation(of: definition)
        let limit = try command.int("limit", in: 1...100_000) ?? 10
        let file = try command.value("config").map { try AccountFile.load($0) }
        if let other = file?.extractor, other.text != definition.name {
            try other.read { (_: String) throws -> Void in
                throw ConfigurationError(
                    .badFlag,
                    "the file is of the extractor \(other.text), and \(definition.name) is to be read; name one of the two"
                )
            }
        }
        let reader = SecretReader(environment: program.environment)
        let settings = try SettingsResolver(declarations: definition.settings, reader: reader).resolve(
            file: file,
            flags: try SettingFlag.parse(command.values("set"), option: "--set")
        )
        let connection = try ConnectionSettings.resolve(
            file: file,
            flags: ConnectionSettings.flags { command.value($0) },
            reader: reader
        )
        let redaction = Redaction(secrets: settings.secrets + connection.secrets)
        let transport = try CurlTransport(settings: connection.transport)
        let clock = WaitingClock(ContinuousClock())
        let trace = RequestTrace(transport, hide: { redaction($0) }, elapsed: clock.elapsed)
        do {
            let requester = try Requester(
                extractor: definition,
                settings: settings.values,
                transport: trace,
                clock: clock,
                wall: Instant.systemClock,
                onClockSkew: { program.complain($0.message) }
            )
            let stream = try await stream(chosen, requester)
            let sample = try await StreamSample.read(
                stream,
                requester: requester,
                limit: limit,
                now: Instant.systemClock(),
                trace: trace
            )
            await transport.close()
            return show(SampleReport(definition.name, stream, sample, trace.entries), redaction)
        } catch {
            await transport.close()
            throw error
        }
    }

    /// A look keeps nothing, and so must not use up a refresh token that is good once.
    private func refuseRotation(of definition: ExtractorDefinition) throws {
        guard case .login(let login) = definition.authentication,
            case .refreshToken(_, let rotates?) = login.grant, rotates.isLiteral, rotates.source == "true"
        else { return }
        throw ConfigurationError(
            .badSetting,
            "extractor \(definition.name) gets another refresh token at each use, and a look would use up the account's "
                + "without keeping it; look at what a sync reads: sluice sync --limit 10 --to DIR"
        )
    }

    /// The stream itself; of a family one has to be named.
    private func stream(_ chosen: ChosenStream, _ requester: Requester) async throws -> StreamDefinition {
        let family = chosen.definition
        guard family.isFamily else { return family }
        let streams = try await FamilyReader(family, requester: requester).read()
        let names = streams.map(\.name)
        if let name = chosen.only?.first {
            if let stream = streams.first(where: { $0.name == name.text }) { return stream }
            throw FamilyReader.unknown(name, of: family, among: names)
        }
        throw ExtractionError(
            .unknownStream,
            "\(family.name) is a family of streams, one for each object of the account; "
                + (names.isEmpty
                    ? "this account has none" : "name one of them: \(names.joined(separator: ", "))"),
            stream: family.name
        )
    }

    private func definition() throws -> ExtractorDefinition {
        let word = command.value("extractor") ?? ""
        let check = try DefinitionCheck.read(.find(word, locator: program.locator(command)))
        if let definition = check.definition { return definition }
        throw ConfigurationError(
            .badFile,
            check.text(on: Terminal(isInteractive: false, hasColors: false))
                + "the definition cannot be used until that is put right"
        )
    }

    private func show(_ report: SampleReport, _ redaction: Redaction) -> Int32 {
        let output = Terminal.behind(STDOUT_FILENO) { program.environment[$0] }
        let width = output.isInteractive ? output.size().columns : 120
        switch command.value("output") {
        case "json": program.print(report.json)
        case "jsonl":
            program.print(report.jsonLines)
            program.console.write(Array(report.requestTable(width: width).utf8))
        default: program.print(report.table(width: width) + "\n" + report.requestTable(width: width))
        }
        guard let failure = report.sample.failure else { return ExitCode.success.rawValue }
        program.complain(redaction("\(failure)"))
        return failure.exitCode.rawValue
    }
}
