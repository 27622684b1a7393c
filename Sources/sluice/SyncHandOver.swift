import CommandLine
import Configuration
import Core
import Daemon
import Runs

/// A sync beside a daemon: handed over to it, and followed to its end.
struct SyncHandOver {
    let program: Program
    let command: ParsedCommand
    let order: SyncOrder
    let report: SyncReport

    /// The exit code of the run that the daemon did; nil where there is no daemon, or none that knows the account: then
    /// the sync is this process's own.
    ///
    /// `kafka` is where the events go; nil for another place, where no daemon publishes.
    func run(_ kafka: KafkaOptions?, _ stop: StopSignal) async throws -> Int32? {
        // A daemon takes no account from anybody.
        guard let options = kafka, !command.has("take-over") else { return nil }
        let client = DaemonClient(options.settings, prefix: options.prefix)
        // A Kafka that is away is the sync's own to tell.
        guard let holder = try? await client.holder() else { return nil }
        report.notice("the daemon on \(holder) does it, with its own settings of the account")
        return try await withThrowingTaskGroup(of: Int32??.self) { group in
            group.addTask { try await follow(client) }
            group.addTask {
                await stop.wait()
                return .none
            }
            defer { group.cancelAll() }
            guard let code = try await group.next() ?? nil else {
                report.notice("the run goes on at the daemon; sluice cancel ends it, sluice runs shows it")
                return 128 + (stop.signal ?? 0)
            }
            return code
        }
    }

    private func follow(_ client: DaemonClient) async throws -> Int32? {
        let request = DaemonCommand.SyncRequest(
            account: order.account,
            streams: order.chosen,
            limit: order.limit,
            since: order.since,
            isResync: command.has("resync"),
            acceptsLoss: command.has("accept")
        )
        do {
            let (answer, end) = try await client.ask(.sync(request), by: program.operatorName, follows: true)
            {
                if case .progress(_, let streams) = $0.event { report.show(streams) }
            }
            if let end {
                report.finish(end)
                return Int32(end.exitCode)
            }
            guard answer.code != "daemon.unknown_account" else {
                report.notice("the daemon has no schedule of \(order.account): this process does it")
                return nil
            }
            program.complain("\(answer.message) [\(answer.code ?? "daemon.refused")]")
            return ExitCode.failed.rawValue
        } catch let error as ClientError where error.code == .noAnswer || error.code == .noDaemon {
            report.notice("\(error.message): this process does it")
            return nil
        }
    }
}
