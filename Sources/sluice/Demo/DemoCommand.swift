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
        let account = try DemoAccount(program: program, settings: settings)
        do {
            let code = try await run(settings, account, folder, stop)
            await account.close()
            return code
        } catch {
            await account.close()
            throw error
        }
    }

    private func run(
        _ settings: DemoSettings,
        _ account: DemoAccount,
        _ folder: TemporaryFolder,
        _ stop: StopSignal
    ) async throws -> Int32 {
        let broker = try await DemoBroker(account)
        do {
            let tail = try TopicTail(broker)
            let demo = Demo(
                settings: settings,
                account: account,
                broker: broker,
                tail: tail,
                folder: folder,
                screen: DemoScreen(
                    program: program,
                    heading: heading(settings, account, broker),
                    streams: broker.topics.map(\.stream),
                    isQuiet: settings.isQuiet
                ),
                stop: stop
            )
            let code = await run(demo)
            await tail.close()
            await broker.close()
            return code
        } catch {
            await broker.close()
            throw error
        }
    }

    private func run(_ demo: Demo) async -> Int32 {
        let begun = ContinuousClock.now
        var outcome: RunOutcome?
        var error: (any SluiceError)?
        do {
            outcome = try await demo.run()
            error = outcome?.error ?? outcome?.streams.lazy.compactMap(\.outcome.error).first
        } catch let thrown {
            error = thrown as? any SluiceError ?? DemoError("\(thrown)")
        }
        demo.screen.close()
        let duration = ContinuousClock.now - begun
        let summary = DemoSummary(demo, outcome: outcome, error: error, duration: duration)
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

    private func heading(_ settings: DemoSettings, _ account: DemoAccount, _ broker: DemoBroker) -> [String] {
        [
            "account  a local Stripe at \(account.address), \(settings.records) objects in each list; "
                + "its clock runs \(DemoAccount.speed) times as fast as yours",
            "kafka    embedded, at \(broker.settings.bootstrap): for trying out, in memory, "
                + "and it hides nothing from read_committed",
        ]
    }
}
