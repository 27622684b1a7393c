import CommandLine
import Configuration
import Core
import Events
import Extraction
import JSON
import Runs
import Telemetry

/// `sluice schemas diff`: how the records that were read differ from their schemas, as the state remembers it.
struct SchemasDiffCommand {
    let program: Program
    let command: ParsedCommand

    private struct Row {
        var account: AccountName
        var stream: StreamName
        var record: SchemaRecord
        /// Whether the schema is another one since, so that the next run compares anew; nil where it is not here.
        var isOutdated: Bool?
    }

    func run() async throws -> Int32 {
        let records = try await StateRecords(program: program, command: command)
        var rows: [Row] = []
        for (account, state) in records.accounts {
            for (key, value) in state {
                guard case .schema(_, let stream)? = try StateKey(key),
                    command.value("stream").map({ $0 == stream.text }) ?? true
                else { continue }
                let record = try SchemaRecord(value, account: account, stream: stream)
                rows.append(
                    Row(
                        account: account,
                        stream: stream,
                        record: record,
                        isOutdated: schema(of: stream, account).map { $0 != record.schema }
                    )
                )
            }
        }
        rows.sort { ($0.account, $0.stream.text) < ($1.account, $1.stream.text) }
        if command.value("output") == "json" { show(json: rows) } else { show(rows) }
        return ExitCode.success.rawValue
    }

    /// What the declared schema is known by; nil where this machine does not have it.
    private func schema(of stream: StreamName, _ account: AccountName) -> String? {
        let name = command.value("extractor") ?? account.extractor
        guard
            let definition = try? program.definition(of: PlacedText(name, at: .flag("--extractor")), command),
            let folder = definition.folder
        else { return nil }
        // Streams of a family have its schema.
        let family = definition.streams.first { $0.isFamily && FamilyName.isMember(stream.text, of: $0.name) }
        let file = family?.name ?? stream.text
        return StreamSchemas.read(folder: folder, only: [file]).schemas[file]?.id
    }

    private func show(_ rows: [Row]) {
        var table = Table([
            .init("ACCOUNT"), .init("STREAM"), .init("FIELD"), .init("KIND"), .init("DECLARED"),
            .init("SEEN"),
            .init("SINCE"),
        ])
        let differing = rows.filter { !$0.record.entries.isEmpty }
        guard !differing.isEmpty else {
            program.print("records are as their schemas say\n")
            return
        }
        for row in differing {
            for entry in row.record.entries {
                table.append([
                    row.account.text, row.stream.text, entry.drift.path, entry.drift.kind.rawValue,
                    entry.drift.expected, entry.drift.found, entry.since.rfc3339(),
                ])
            }
        }
        program.print(table)
        for row in differing where row.isOutdated == true {
            program.print(
                "the schema of \(row.stream) of \(row.account) has changed since; the next run compares anew\n"
            )
        }
    }

    private func show(json rows: [Row]) {
        let accounts = Dictionary(grouping: rows, by: \.account).sorted { $0.key < $1.key }
        let json = JSONValue.object(
            accounts.map { account, rows in
                .init(
                    name: account.text,
                    value: .object(rows.map { .init(name: $0.stream.text, value: Self.json(of: $0)) })
                )
            }
        )
        program.print(json.compactText + "\n")
    }

    private static func json(of row: Row) -> JSONValue {
        let entries = row.record.entries.map { entry -> JSONValue in
            [
                "path": .string(entry.drift.path), "kind": .string(entry.drift.kind.rawValue),
                "expected": .string(entry.drift.expected), "found": .string(entry.drift.found),
                "since": .time(entry.since),
            ]
        }
        return ["drift": .array(entries), "outdated": row.isOutdated.map(JSONValue.bool) ?? .null]
    }
}
