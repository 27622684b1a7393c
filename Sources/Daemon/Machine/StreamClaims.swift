import Core

/// Which run reads which streams: two that read the same one never run at once (I3).
struct StreamClaims: Sendable {
    /// By account and run; nil for all of the account's streams.
    private var held: [AccountName: [String: Set<String>?]] = [:]

    /// What stands in the way of a run: one that reads the same, and the first such stream where it is known.
    struct Obstacle: Hashable {
        var run: String
        var stream: String?
    }

    /// What stands in the way of reading these streams of an account.
    func obstacle(_ account: AccountName, _ streams: Set<String>?) -> Obstacle? {
        guard let runs = held[account] else { return nil }
        var found: Obstacle?
        for (run, taken) in runs where found.map({ run < $0.run }) ?? true {
            guard let taken, let streams else {
                found = Obstacle(run: run)
                continue
            }
            guard let stream = taken.intersection(streams).min() else { continue }
            found = Obstacle(run: run, stream: stream)
        }
        return found
    }

    mutating func take(_ run: String, _ account: AccountName, _ streams: Set<String>?) {
        held[account, default: [:]].updateValue(streams, forKey: run)
    }

    /// Takes the streams of everything that waits, but for chunks of backfills, which go last.
    mutating func take(waitingFor runs: [String: OrderedRun], _ streams: (OrderedRun) -> Set<String>?) {
        for run in runs.values where run.stage == .waiting && run.chunk == nil {
            take(run.id, run.account, streams(run))
        }
    }

    mutating func release(_ run: String, _ account: AccountName) {
        held[account]?.removeValue(forKey: run)
        if held[account]?.isEmpty == true { held[account] = nil }
    }
}
