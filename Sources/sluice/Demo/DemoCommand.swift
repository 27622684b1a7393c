import CommandLine
import Core
import Glibc
import JSON
import Kafka
import Runs
import Telemetry

/// `sluice demo`: everything in one process, with nothing to install or to lose.
///
/// A signal ends it with 0, as there is nothing that it leaves undone; with `--once` there is, and the signal is told.
struct DemoCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let settings = try DemoSettings(command)
        let stop = program.signals.awaited()
        let folder = try TemporaryFolder(environment: program.environment)
        defer { folder.remove() }
        let accounts = try DemoAccount.open(
            // One is enough to compare, and what ends soon is no page to look at.
            settings.isOnce ? [.stripe] : DemoService.all,
            program: program,
            settings: settings
        )
        defer { for account in accounts { account.close() } }
        let broker = try await DemoBroker(
            accounts.flatMap(\.streams),
            entityTopics: accounts.reduce(into: []) { $0.formUnion($1.entityTopics) }
        )
        let code: Int32
        do {
            code = try await run(settings, accounts, broker, folder, stop)
        } catch {
            await broker.close()
            throw error
        }
        await broker.close()
        return code
    }

    private func run(
        _ settings: DemoSettings,
        _ accounts: [DemoAccount],
        _ broker: DemoBroker,
        _ folder: TemporaryFolder,
        _ stop: StopSignal
    ) async throws -> Int32 {
        let daemon = DemoDaemon(
            program: program,
            settings: settings,
            accounts: accounts,
            broker: broker,
            folder: folder
        )
        let host = try daemon.host()
        let tail = try TopicTail(broker)
        let code = await run(
            Demo(
                settings: settings,
                accounts: accounts,
                broker: broker,
                tail: tail,
                host: host,
                screen: DemoScreen(program: program, streams: broker.streams, isQuiet: settings.isQuiet),
                stop: stop
            )
        )
        await tail.close()
        return code
    }

    private func run(_ demo: Demo) async -> Int32 {
        let begun = ContinuousClock.now
        var error: (any SluiceError)?
        do {
            try await demo.run()
        } catch let thrown {
            error = thrown as? any SluiceError ?? DemoError("\(thrown)")
        }
        demo.screen.close()
        let duration = ContinuousClock.now - begun
        let summary = DemoSummary(demo, error: error, duration: duration)
        if demo.settings.isJSON {
            program.print(summary.json.compactText + "\n")
        } else {
            let output = Terminal.behind(STDOUT_FILENO) { program.environment[$0] }
            let text = summary.text(
                withTable: !(demo.screen.isDrawn && output.isInteractive),
                width: output.printedWidth
            )
            program.print(text)
        }
        if let error = summary.error {
            program.complain("\(error)")
            return error.exitCode.rawValue
        }
        // What a signal ended before its round was over was not done.
        if demo.settings.isOnce, let signal = demo.stop.signal { return 128 + signal }
        return ExitCode.success.rawValue
    }
}
