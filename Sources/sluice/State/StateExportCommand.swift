import CommandLine
import Configuration
import Core
import Daemon
import Kafka
import Telemetry

/// `sluice state export`: the state of accounts as a document.
struct StateExportCommand {
    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let choice = try AccountChoice(program: program, command: command)
        let found = try await StateScan(options.settings, prefix: options.prefix).run()
        let chosen = found.accounts.filter { choice.contains($0.key) }
        guard !chosen.isEmpty else {
            throw StateError(
                .unknownStream,
                "no account to export under the prefix \(options.prefix): "
                    + (found.accounts.isEmpty
                        ? "nothing was ever synced"
                        : "those that are there are \(found.accounts.keys.sorted().map(\.text).joined(separator: ", "))")
            )
        }
        for (account, state) in chosen.sorted(by: { $0.key < $1.key }) {
            guard let bytes = state[StateKey.session(account).bytes],
                let session = try? SessionRecord(bytes, account: account), session.status == .running
            else { continue }
            program.complain(
                "\(account) has a session on \(session.host) that has not ended (run \(session.run)): what is exported is its "
                    + "last commit"
            )
        }
        let file = try StateFile(
            chosen,
            prefix: options.prefix,
            layout: found.layout?.id ?? "",
            at: Instant.systemClock(),
            withCredentials: command.has("with-credentials")
        )
        program.output.write(file.bytes)
        return ExitCode.success.rawValue
    }
}
