import CommandLine
import Core
import Extraction
import ExtractorKit
import Glibc
import HTTP
import Runs
import Telemetry

/// `sluice extractor read`: the first records of a stream, published nowhere.
struct ExtractorReadCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let limit = try command.int("limit", in: 1...100_000) ?? 10
        let account = try ExtractorAccount(program, command)
        let chosen = try account.definition.chosen(command.value("stream") ?? "")
        let redaction = Redaction(secrets: account.secrets)
        let transport = try CurlTransport(settings: account.connection.transport)
        let clock = WaitingClock(ContinuousClock())
        let trace = RequestTrace(transport, hide: { redaction($0) }, elapsed: clock.elapsed)
        do {
            let requester = try Requester(
                extractor: account.definition,
                settings: account.settings,
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
            let report = SampleReport(
                account.definition.name,
                stream,
                sample,
                trace.entries,
                schema: account.check.folder?.schemas.schemas[stream.schemaName]
            )
            return show(report, redaction)
        } catch {
            await transport.close()
            throw error
        }
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

    private func show(_ report: SampleReport, _ redaction: Redaction) -> Int32 {
        let output = Terminal.behind(STDOUT_FILENO) { program.environment[$0] }
        let width = output.isInteractive ? output.size().columns : 120
        let schema = report.schemaTable(width: width)
        let requests = report.requestTable(width: width) + (schema.isEmpty ? "" : "\n\(schema)")
        switch command.value("output") {
        case "json": program.print(report.json)
        case "jsonl":
            program.print(report.jsonLines)
            program.console.write(Array(requests.utf8))
        default: program.print(report.table(width: width) + "\n" + requests)
        }
        guard let failure = report.sample.failure else { return ExitCode.success.rawValue }
        program.complain(redaction("\(failure)"))
        return failure.exitCode.rawValue
    }
}
