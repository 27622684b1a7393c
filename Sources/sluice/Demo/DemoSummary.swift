import Core
import JSON
import Kafka
import Runs
import Simulators
import Telemetry

/// What came of a demonstration: what was published, and whether the topics hold what the account holds.
struct DemoSummary: Sendable {
    /// The records of a stream at the source, and how many keys of its topic are not as they are there.
    struct Comparison: Sendable {
        var records: Int
        var differences: Int
    }

    /// How it ended.
    enum Status: String, Sendable {
        case success, failed, cancelled
    }

    let status: Status
    let totals: DemoTotals
    let duration: Duration
    /// By stream; nil where nothing was compared.
    let comparison: [String: Comparison]?
    /// The keys of all topics that are not as the accounts have them.
    let differences: Int
    let error: (any SluiceError)?

    /// What came of it, where something went wrong what.
    init(_ demo: Demo, error: (any SluiceError)?, duration: Duration) {
        let isStopped = demo.stop.signal != nil
        totals = demo.screen.totals
        self.duration = duration
        let failed = totals.failures.min { $0.key < $1.key }.map { DemoError("\($0.key): \($0.value)") }
        let found = error ?? failed
        // While changes go on the topics are always a little behind.
        let isComparable = demo.settings.isOnce && !isStopped && found == nil
        let comparison = isComparable ? Self.compare(demo) : nil
        self.comparison = comparison
        differences = comparison?.values.reduce(0) { $0 + $1.differences } ?? 0
        let isOther = DemoError("\(differences) records of the topics are not what the account holds")
        self.error = found ?? (differences > 0 ? isOther : nil)
        status = self.error != nil ? .failed : isStopped && demo.settings.isOnce ? .cancelled : .success
    }

    /// Compares what the accounts hold now with what the topics said.
    private static func compare(_ demo: Demo) -> [String: Comparison] {
        var found: [String: Comparison] = [:]
        for account in demo.accounts {
            for stream in account.streams {
                found[stream.label] = compare(account.simulator, stream, demo.tail)
            }
        }
        return found
    }

    private static func compare(_ simulator: some Simulator, _ stream: DemoStream, _ tail: TopicTail)
        -> Comparison
    {
        let truth = simulator.truth(stream.name.text)
        return Comparison(
            records: truth.reduce(0) { count, _ in count + 1 },
            differences: tail.content(of: stream).differences(from: truth)
        )
    }

    private var accountRecords: Int { comparison?.values.reduce(0) { $0 + $1.records } ?? 0 }

    /// For people; without the table where it stands above already.
    func text(withTable: Bool, width: Int?) -> String {
        var table = Table([
            .init("STREAM"), .init("RECORDS", .right), .init("DELETES", .right), .init("KEYS", .right),
            .init("BOOKMARK"),
        ])
        for stream in totals.streams {
            table.append([
                stream.label, "\(stream.records)", "\(stream.deletes)", "\(stream.keys)", stream.place,
            ])
        }
        var lines = withTable ? table.wrapped(width: width) : []
        let changes = totals.changes
        lines.append(
            "\(changes.created) created, \(changes.updated) updated, \(changes.deleted) deleted at the source"
        )
        lines.append(
            "\(status.rawValue): \(totals.records) records and \(totals.deletes) deletes in "
                + "\(totals.transactions) transactions and \(totals.runs) runs, \(Self.seconds(duration)) s"
        )
        if comparison != nil {
            lines.append(
                differences == 0
                    ? "the topics hold what the account holds: \(accountRecords) records, the same byte by byte"
                    : "\(differences) of the account's \(accountRecords) records are not in the topics as they are there"
            )
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The one object of `--output json`.
    var json: JSONValue {
        let changes = totals.changes
        return .object([
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "runs", value: .number(totals.runs)),
            .init(name: "records", value: .number(totals.records)),
            .init(name: "deletes", value: .number(totals.deletes)),
            .init(name: "transactions", value: .number(totals.transactions)),
            .init(name: "seconds", value: .number(Self.seconds(duration))),
            .init(
                name: "changes",
                value: .object([
                    .init(name: "created", value: .number(changes.created)),
                    .init(name: "updated", value: .number(changes.updated)),
                    .init(name: "deleted", value: .number(changes.deleted)),
                ])
            ),
            .init(
                name: "streams",
                value: .object(totals.streams.map { .init(name: $0.label, value: json(of: $0)) })
            ),
            .init(name: "differences", value: comparison == nil ? .null : .number(differences)),
            .init(name: "error", value: error.map(Self.json(of:)) ?? .null),
        ])
    }

    private func json(of stream: DemoTotals.Stream) -> JSONValue {
        .object([
            .init(name: "records", value: .number(stream.records)),
            .init(name: "deletes", value: .number(stream.deletes)),
            .init(name: "keys", value: .number(stream.keys)),
            .init(
                name: "account_records",
                value: comparison?[stream.label].map { .number($0.records) } ?? .null
            ),
        ])
    }

    private static func json(of error: any SluiceError) -> JSONValue {
        .object([
            .init(name: "code", value: .string(error.codeText)),
            .init(name: "message", value: .string(error.message)),
        ])
    }

    /// Seconds with one decimal.
    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
