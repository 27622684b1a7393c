import Core
import Events
import Runs
import Synchronization
import Telemetry

/// What runs read and publish, by stream.
final class StreamMetrics: Sendable {
    private static let labels = ["extractor", "account", "stream"]

    private let records: MetricFamily<Counter>
    private let published: MetricFamily<Counter>
    private let pages: MetricFamily<Counter>
    private let requests: MetricFamily<Counter>
    private let warnings: MetricFamily<Counter>
    private let drift: MetricFamily<Counter>
    private let letters: MetricFamily<Counter>
    private let errors: MetricFamily<Counter>
    private let ends: MetricFamily<Counter>
    private let transactions: MetricFamily<Counter>

    init(_ registry: MetricRegistry) {
        records = registry.counter(
            "sluice_records_total",
            "Records that were read from an API.",
            labels: Self.labels
        )
        published = registry.counter(
            "sluice_events_published_total",
            "Events that committed to Kafka: upsert or delete.",
            labels: Self.labels + ["kind"]
        )
        pages = registry.counter(
            "sluice_pages_total",
            "Pages whose events committed.",
            labels: Self.labels
        )
        requests = registry.counter(
            "sluice_http_requests_total",
            "Requests to an API, counted when a stream ends; those that serve several streams have no stream.",
            labels: Self.labels
        )
        warnings = registry.counter(
            "sluice_stream_warnings_total",
            "What a person should know though the run went on.",
            labels: Self.labels
        )
        drift = registry.counter(
            "sluice_schema_changes_total",
            "New ways in which records differ from their stream's schema, by kind.",
            labels: Self.labels + ["kind"]
        )
        letters = registry.counter(
            "sluice_dead_letters_total",
            "Records that could not be published and are dead letters, by the reason's code; each once a run.",
            labels: Self.labels + ["code"]
        )
        errors = registry.counter(
            "sluice_stream_errors_total",
            "Streams that ended with an error, by its code.",
            labels: Self.labels + ["code"]
        )
        ends = registry.counter(
            "sluice_stream_runs_total",
            "Streams that ended, by their result.",
            labels: Self.labels + ["result"]
        )
        transactions = registry.counter(
            "sluice_transactions_total",
            "Kafka transactions with events or bookmarks that committed.",
            labels: ["extractor", "account"]
        )
    }

    /// The counts of a stream so far; a run tells its totals, and a metric counts on.
    private struct Committed: Sendable {
        var records = 0
        var deletes = 0
        var pages = 0
    }

    func observer(of account: AccountName, next: @escaping RunObserver) -> RunObserver {
        let before = Locked<[String: Committed]>([:])
        return { event in
            self.count(event, [account.extractor, account.account], before)
            next(event)
        }
    }

    private func count(
        _ event: RunEvent,
        _ account: [String],
        _ before: borrowing Locked<[String: Committed]>
    ) {
        switch event {
        case .started(let stream, _): prepare(account + [stream])
        case .read(let stream, let count): records.series(account + [stream]).add(count)
        case .committed(let stream, let records, let deletes, let pages):
            let now = Committed(records: records, deletes: deletes, pages: pages)
            let last = before.withLock { before in
                defer { before[stream] = now }
                return before[stream] ?? Committed()
            }
            let key = account + [stream]
            published.series(key + ["upsert"]).add(max(0, now.records - last.records))
            published.series(key + ["delete"]).add(max(0, now.deletes - last.deletes))
            self.pages.series(key).add(max(0, now.pages - last.pages))
        case .warned(let stream, _): warnings.series(account + [stream]).add()
        case .drifted(let stream, let drifts):
            for one in drifts { drift.series(account + [stream, one.kind.rawValue]).add() }
        case .deadLetters(let stream, let dead):
            for letter in dead { letters.series(account + [stream, letter.reason.code]).add() }
        case .ended(let stream, let outcome):
            let key = account + [stream]
            ends.series(key + [outcome.status.rawValue]).add()
            requests.series(key).add(outcome.requests)
            if let error = outcome.error { errors.series(key + [error.codeText]).add() }
        case .reading: break
        }
    }

    /// The series of a stream, at zero before anything is counted.
    private func prepare(_ key: [String]) {
        for family in [records, pages, requests, warnings] { _ = family.series(key) }
        for kind in SchemaDrift.Kind.allCases { _ = drift.series(key + [kind.rawValue]) }
        for code in EventError.Code.ofDeadLetters { _ = letters.series(key + [code]) }
        for kind in ["upsert", "delete"] { _ = published.series(key + [kind]) }
        for status in [StreamOutcome.Status.success, .failed] { _ = ends.series(key + [status.rawValue]) }
    }

    func attempted(_ account: AccountName, _ outcome: RunOutcome) {
        transactions[account.extractor, account.account].add(outcome.transactions)
        requests[account.extractor, account.account, ""].add(outcome.feedRequests + outcome.familyRequests)
    }
}
