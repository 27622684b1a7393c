import CommandLine
import Core
import JSON
import Telemetry

/// `sluice state show`: the committed bookmarks, read without any session and without disturbing one.
struct StateShowCommand {
    let program: Program
    let command: ParsedCommand

    private struct Row {
        var account: AccountName
        var stream: StreamName
        var bookmark: Bookmark
        var json: JSONValue
    }

    func run() async throws -> Int32 {
        var rows: [Row] = []
        for (account, state) in try await StateRecords(program: program, command: command).accounts {
            for stream in try Bookmark.bookmarked(in: state) {
                guard let value = state[StateKey.bookmark(account, stream).bytes] else { continue }
                rows.append(
                    Row(
                        account: account,
                        stream: stream,
                        bookmark: try Bookmark(value, account: account, stream: stream),
                        json: (try? JSONValue.parse(value)) ?? .null
                    )
                )
            }
        }
        show(rows.sorted { ($0.account, $0.stream.text) < ($1.account, $1.stream.text) })
        return ExitCode.success.rawValue
    }

    private func show(_ rows: [Row]) {
        if command.value("output") == "json" {
            let accounts = Dictionary(grouping: rows, by: \.account).sorted { $0.key < $1.key }
            let json = JSONValue.object(
                accounts.map { account, rows in
                    .init(
                        name: account.text,
                        value: .object(rows.map { .init(name: $0.stream.text, value: $0.json) })
                    )
                }
            )
            program.print(json.compactText + "\n")
            return
        }
        guard !rows.isEmpty else {
            program.print("no bookmarks\n")
            return
        }
        var table = Table([
            .init("ACCOUNT"), .init("STREAM"), .init("RECORDS", .right), .init("PAGES", .right),
            .init("STATE"),
            .init("UPDATED"), .init("NEXT"),
        ])
        for row in rows {
            let list = row.bookmark.list
            table.append([
                row.account.text, row.stream.text, "\(list.records)", "\(list.pages)",
                row.bookmark.words,
                Instant(milliseconds: Int(row.bookmark.updated)).rfc3339(),
                list.token?.compactText ?? "",
            ])
        }
        program.print(table)
    }
}
