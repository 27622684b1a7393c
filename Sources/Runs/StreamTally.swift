import Core
import Events
import JSON
import Synchronization

/// What a run counts of its streams: only what is committed counts as published.
final class StreamTally: Sendable {
    private let outcomes: Locked<[StreamOutcome]>
    private let commits = Locked(0)
    private let names: [String]
    private let requests: @Sendable (String) -> Int
    private let observer: RunObserver

    /// `requests` says how many requests were sent for a stream so far.
    init(
        names: [String],
        bookmarks: [JSONValue?],
        requests: @escaping @Sendable (String) -> Int,
        observer: @escaping RunObserver
    ) {
        outcomes = Locked(bookmarks.map { StreamOutcome(status: .cancelled, bookmark: $0) })
        self.names = names
        self.requests = requests
        self.observer = observer
    }

    /// The groups that have committed.
    var transactions: Int { commits.withLock { $0 } }

    /// A group has committed.
    func count(_ entries: [GroupMachine.Entry]) {
        commits.withLock { $0 += 1 }
        let changed = outcomes.withLock { outcomes in
            for entry in entries {
                let deletes = entry.page.events.reduce(0) { $0 + ($1.kind == .delete ? 1 : 0) }
                outcomes[entry.stream].deletes += deletes
                outcomes[entry.stream].records += entry.page.events.count - deletes
                outcomes[entry.stream].pages += 1
                outcomes[entry.stream].deadLetters += entry.letters.count
                if let bookmark = entry.bookmark?.value {
                    outcomes[entry.stream].bookmark = try? JSONValue.parse(bookmark)
                }
            }
            return Set(entries.map(\.stream)).sorted().map { ($0, outcomes[$0]) }
        }
        for (stream, outcome) in changed {
            let letters = entries.filter { $0.stream == stream }.flatMap(\.letters)
            if !letters.isEmpty { observer(.deadLetters(stream: names[stream], letters)) }
            observer(
                .committed(
                    stream: names[stream],
                    records: outcome.records,
                    deletes: outcome.deletes,
                    pages: outcome.pages
                )
            )
        }
    }

    /// What a person should know although it goes on; said with the end.
    func note(_ stream: Int, _ text: String) {
        outcomes.withLock { $0[stream].note = text }
    }

    /// How a stream's records differ from its schema.
    func note(_ stream: Int, _ drift: [SchemaDrift], new: Int, open: Int) {
        outcomes.withLock { outcomes in
            outcomes[stream].drift += drift
            outcomes[stream].newDrift += new
            outcomes[stream].openDrift = open
        }
    }

    /// So many parents of a stream were refused.
    func count(refused parents: Int, _ stream: Int) {
        outcomes.withLock { $0[stream].refusedParents = parents }
    }

    /// A stream ends; what it published stays counted.
    func end(
        _ stream: Int,
        _ status: StreamOutcome.Status,
        error: (any SluiceError)? = nil,
        note: String? = nil
    ) {
        let sent = requests(names[stream])
        let outcome = outcomes.withLock { outcomes in
            outcomes[stream].status = status
            outcomes[stream].requests = sent
            outcomes[stream].error = error
            if let note { outcomes[stream].note = note }
            let dead = outcomes[stream].deadLetters
            if dead > 0, outcomes[stream].note == nil {
                outcomes[stream].note =
                    "\(dead) \(dead == 1 ? "record is a dead letter" : "records are dead letters"): sluice dead list shows them"
            }
            return outcomes[stream]
        }
        observer(.ended(stream: names[stream], outcome: outcome))
    }

    /// The streams by name, in the run's order.
    var all: [(name: String, outcome: StreamOutcome)] {
        let outcomes = outcomes.withLock { $0 }
        return zip(names, outcomes).map { name, outcome in
            var outcome = outcome
            outcome.requests = requests(name)
            return (name, outcome)
        }
    }
}
