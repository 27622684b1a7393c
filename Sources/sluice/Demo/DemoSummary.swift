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

    let status: RunOutcome.Status
    let totals: DemoTotals
    let duration: Duration
    /// By stream; nil where nothing was compared.
    let comparison: [StreamName: Comparison]?
    /// The keys of all topics that are not as the account has them.
    let differences: Int
    let error: (any SluiceError)?

    /// What came of it: how its last sync ended, nil where none did, or what went wrong.
    init(_ demo: Demo, outcome: RunOutcome?, error: (any SluiceError)?, duration: Duration) {
        let isStopped = demo.stop.signal != nil
        totals = demo.screen.totals
        self.duration = duration
        // While changes go on the topics are always a little behind.
        let isComparable = demo.settings.isOnce && !isStopped && outcome?.status == .success
        let comparison = isComparable ? Self.compare(demo) : nil
        self.comparison = comparison
        differences = comparison?.values.reduce(0) { $0 + $1.differences } ?? 0
        let isOther = DemoError("\(differences) records of the topics are not what the account holds")
        self.error = error ?? (differences > 0 ? isOther : nil)
        status = self.error != nil ? .failed : isStopped && demo.settings.isOnce ? .cancelled : .success
    }

    /// Compares what the account holds now with what the topics said.
    private static func compare(_ demo: Demo) -> [StreamName: Comparison] {
        var found: [StreamName: Comparison] = [:]
        for topic in demo.broker.topics {
            let truth = demo.account.simulator.truth(topic.stream.text)
            found[topic.stream] = Comparison(
                records: truth.reduce(0) { count, _ in count + 1 },
                differences: demo.tail.content(of: topic.stream).differences(from: truth)
            )
        }
        return found
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
                stream.name.text, "\(stream.records)", "\(stream.deletes)", "\(stream.keys)", stream.place,
            ])
        }
        var lines = withTable ? table.wrapped(width: width) : []
        let changes = totals.changes
        lines.append(
            "\(changes.created) created, \(changes.updated) updated, \(changes.deleted) deleted at the source"
        )
        lines.append(
            "\(status.rawValue): \(totals.records) records and \(totals.deletes) deletes in "
                + "\(totals.transactions) transactions and \(totals.rounds) rounds, \(Self.seconds(duration)) s"
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
            .init(name: "rounds", value: .number(totals.rounds)),
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
                value: .object(totals.streams.map { .init(name: $0.name.text, value: json(of: $0)) })
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
                value: comparison?[stream.name].map { .number($0.records) } ?? .null
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
