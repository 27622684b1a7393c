import CommandLine
import Configuration
import Core
import Daemon
import JSON
import Telemetry

/// `sluice audit`: who asked the installation for what, and why, whether a daemon runs or not.
struct AuditCommand {
    /// So far back without a word.
    private static let usual = Duration.seconds(30 * 86_400)

    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let since = try command.instant("since") ?? Instant.systemClock().advanced(by: .zero - Self.usual)
        let count = try command.int("count", in: 1...10_000) ?? 50
        show(
            Array(
                try await entries(DaemonClient(options.settings, prefix: options.prefix), since).suffix(count)
            )
        )
        return ExitCode.success.rawValue
    }

    private func entries(_ client: DaemonClient, _ since: Instant) async throws -> [(at: Instant, AuditEntry)]
    {
        let subject = command.value("subject")
        let lines = try await client.history(since: since) { line in
            guard case .audit(let entry) = line.event else { return false }
            return subject == nil || entry.schedule == subject || entry.account?.text == subject
        }
        return lines.compactMap { line in
            if case .audit(let entry) = line.event { (line.at, entry) } else { nil }
        }
    }

    private func show(_ entries: [(at: Instant, AuditEntry)]) {
        guard command.value("output") != "json" else {
            let rows = entries.map { JSONValue.object(Self.members($0.at, $0.1)) }
            return program.print(JSONValue.array(rows).compactText + "\n")
        }
        var table = Table([
            .init("TIME"), .init("WHO"), .init("WHAT"), .init("OF"), .init("WAS"), .init("IS"), .init("WHY"),
        ])
        for (at, entry) in entries {
            table.append([
                at.rfc3339(), entry.by, entry.what, entry.schedule ?? entry.account?.text ?? "",
                entry.before ?? "", entry.after ?? "", entry.reason ?? "",
            ])
        }
        program.print(table)
    }

    private static func members(_ at: Instant, _ entry: AuditEntry) -> [JSONValue.Member] {
        let texts: [(String, String?)] = [
            ("by", entry.by), ("what", entry.what), ("schedule", entry.schedule),
            ("account", entry.account?.text), ("before", entry.before), ("after", entry.after),
            ("reason", entry.reason), ("command", entry.command),
        ]
        return [.init(name: "at", value: .string(at.rfc3339(fractionDigits: 3)))]
            + texts.map { .init(name: $0.0, value: $0.1.map(JSONValue.string) ?? .null) }
    }
}
