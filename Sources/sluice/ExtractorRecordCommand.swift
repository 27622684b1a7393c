import CommandLine
import Configuration
import Core
import Extraction
import ExtractorKit
import Glibc
import HTTP
import Telemetry

/// `sluice extractor record`: what an API answers to a run of a stream, as a fixture.
struct ExtractorRecordCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let limit = try command.int("limit", in: 1...100_000)
        let pageSize = try command.int("page-size", in: 1...10_000)
        let since = try command.instant("since")
        let account = try ExtractorAccount(program, command)
        let stream = try account.definition.stream(named: command.value("stream") ?? "")
        let (file, before) = try target(account, stream.name)
        if let pageSize, !before.runs.isEmpty, before.pageSize != pageSize {
            throw FixtureError(.exists, "\(file) has its page size already; leave --page-size out")
        }
        var fixture = before
        if fixture.runs.isEmpty { fixture.pageSize = pageSize }
        let transport = try CurlTransport(settings: account.connection.transport)
        let recorder = FixtureRecorder(
            account.definition,
            stream: stream.name,
            settings: account.settings,
            secrets: account.secrets
        )
        let recorded: (fixture: Fixture, result: FixtureTest.Result)
        do {
            recorded = try await recorder.record(
                into: fixture,
                at: Instant.systemClock(),
                since: since,
                // A later run tells what changed and was deleted, which a limit leaves out.
                limit: limit ?? (fixture.runs.isEmpty ? 5 : nil),
                transport: transport,
                clock: WaitingClock(ContinuousClock())
            )
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        try recorded.fixture.write(to: file)
        let run = recorded.fixture.runs[recorded.fixture.runs.count - 1]
        program.print("\(file): \(run.exchanges.count) requests, \(run.events.count) events\n")
        program.complain(
            "the records are as the API gave them and may hold personal data: look through \(file) before you share it"
        )
        if let code = run.error {
            program.complain("the run ended with \(code), which the fixture expects too")
        }
        for difference in recorded.result.differences {
            program.complain("replayed, it differs: \(TerminalText.clean(difference))")
        }
        return (recorded.result.differences.isEmpty ? ExitCode.success : .failed).rawValue
    }

    /// The file to write, and what it has already where a run is to be added.
    private func target(_ account: ExtractorAccount, _ stream: String) throws -> (String, Fixture) {
        guard let folder = account.place.folder else {
            throw FixtureError(
                .none,
                "\(account.place.file) lies in no extractor's folder, where fixtures/ would be; name a folder with "
                    + "extractor.yaml"
            )
        }
        let file = Fixture.path(of: stream, folder: folder)
        let found = try Fixture.load(stream, folder: folder)
        if command.has("again") {
            guard let found else {
                throw FixtureError(.none, "there is no \(file) to add a run to; leave --again out")
            }
            return (file, found)
        }
        guard found == nil || command.has("force") else {
            throw FixtureError(
                .exists,
                "\(file) is there already; --again adds a run to it, --force replaces it"
            )
        }
        return (file, Fixture())
    }
}
