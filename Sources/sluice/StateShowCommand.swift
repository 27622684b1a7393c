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
        let records = try await StateRecords(program: program, command: command)
        let rows = try records.all.compactMap { key, value -> Row? in
            guard case .bookmark(let account, let stream) = key, records.isWanted(account) else { return nil }
            return Row(
                account: account,
                stream: stream,
                bookmark: try Bookmark(value, account: account, stream: stream),
                json: (try? JSONValue.parse(value)) ?? .null
            )
        }
        show(rows.sorted { ($0.account, $0.stream.text) < ($1.account, $1.stream.text) })
        return ExitCode.success.rawValue
    }

    private static func state(of bookmark: Bookmark) -> String {
        if let place = bookmark.window?.at ?? bookmark.token?.reached {
            return "\(bookmark.list.isDone ? "read" : "under way,") up to \(place.rfc3339())"
        }
        guard bookmark.list.isDone else {
            return bookmark.list.read > 1 ? "under way, read \(bookmark.list.read)" : "under way"
        }
        guard let feed = bookmark.feed else { return "read to its end" }
        return "follows \(feed.name) from \(feed.at.rfc3339())"
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
                Self.state(of: row.bookmark),
                Instant(milliseconds: Int(row.bookmark.updated)).rfc3339(),
                list.token?.compactText ?? "",
            ])
        }
        program.print(table)
    }
}
