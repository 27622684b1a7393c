import CommandLine
import Core
import Daemon

/// A change of an account's state as the daemon does it, where there is one that knows the account.
struct DaemonRequest {
    let program: Program
    let command: ParsedCommand
    let options: KafkaOptions

    /// What the daemon says, and on which host; nil where there is none, or none that knows the account.
    func ask(_ request: StateRequest) async throws -> (holder: String, answer: CommandAnswer)? {
        // A daemon takes no account from anybody.
        guard !command.has("take-over") else { return nil }
        let client = DaemonClient(options.settings, prefix: options.prefix)
        guard let holder = try await client.holder() else { return nil }
        let (answer, _) = try await client.ask(.state(request), by: program.operatorName, follows: true) {
            line in
            guard case .answer(let answer) = line.event, answer.status == .accepted else { return }
            program.complain("the daemon on \(holder): \(answer.message)")
        }
        let isUnknown = answer.status == .refused && answer.code == "daemon.unknown_account"
        return isUnknown ? nil : (holder, answer)
    }
}
