import CommandLine
import Core
import Extraction
import ExtractorKit
import Glibc
import HTTP
import Telemetry

/// `sluice extractor read`: the first records of a stream, published nowhere.
struct ExtractorReadCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let limit = try command.int("limit", in: 1...100_000) ?? 10
        let account = try ExtractorAccount(program, command)
        let stream = try account.definition.stream(named: command.value("stream") ?? "")
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
                schema: account.check.folder?.schemas.schemas[stream.name]
            )
            return show(report, redaction)
        } catch {
            await transport.close()
            throw error
        }
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
