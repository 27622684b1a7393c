import CommandLine
import Configuration
import Core
import JSON
import Kafka
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
        let options = try KafkaOptions(program: program, command: command, file: nil)
        let extractor = try command.value("extractor").map {
            try program.extractorName(PlacedText($0, at: .flag("--extractor")), command)
        }
        let topic = options.prefix.stateTopic
        let reader = try TopicReader(settings: options.settings)
        let rows: [Row]
        do {
            rows = try await bookmarks(in: topic, reader, of: extractor)
        } catch let error as PublishError {
            await reader.close()
            guard error.code == .unknownTopic else { throw error }
            throw PublishError(
                .unknownTopic,
                "nothing was ever synced under the prefix \(options.prefix.text): there is no topic \(topic); look at "
                    + "--topic-prefix and --kafka"
            )
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        let sorted = rows.sorted { ($0.account, $0.stream.text) < ($1.account, $1.stream.text) }
        show(sorted)
        return ExitCode.success.rawValue
    }

    /// Every partition, committed, up to its end; a record of a newer format is refused, as a session would.
    private func bookmarks(in topic: String, _ reader: TopicReader, of extractor: String?) async throws
        -> [Row]
    {
        var rows: [Row] = []
        let ends = try await reader.endOffsets(topic: topic)
        for (partition, end) in ends.enumerated() where end > 0 {
            var last: [[UInt8]: [UInt8]] = [:]
            let position = try await reader.read(
                topic: topic,
                partition: Int32(partition),
                committed: true,
                from: nil,
                upTo: end,
                deadline: .seconds(20)
            ) { record in
                if let key = record.key { last[key] = record.value }
            }
            guard position >= end else {
                throw PublishError(
                    .timedOut,
                    "\(topic)/\(partition) could be read to \(position) of \(end) only: an open transaction holds the rest back; "
                        + "try again in a minute"
                )
            }
            for (key, value) in last {
                guard case .bookmark(let account, let stream) = try StateKey(key),
                    isWanted(account, extractor)
                else {
                    continue
                }
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
        return rows
    }

    private func isWanted(_ account: AccountName, _ extractor: String?) -> Bool {
        (extractor.map { $0 == account.extractor } ?? true)
            && (command.value("account").map { $0 == account.account } ?? true)
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
