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
        let extractor = try command.value("extractor").map {
            try program.extractorName(PlacedText($0, at: .flag("--extractor")), command)
        }
        let found = try await StateScan(options.settings, prefix: options.prefix).run()
        let chosen = found.accounts.filter { command.chooses($0.key, extractor) }
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
