import Core
import Extraction
import Synchronization

/// How the accounts stand with the limits of their APIs: of those that are read now by their requesters, of the others
/// what is left of the day's requests.
final class LimitBoard: Sendable {
    private struct Entry: Sendable {
        /// While a session is open.
        var requester: Requester?
        /// As it was known last.
        var quota: QuotaStanding?
        /// What the requests of sessions that are over waited.
        var waited: Duration = .zero
    }

    private let entries = Locked<[AccountName: Entry]>([:])

    init() {}

    /// A requester of an account is there, which goes on with the day's requests.
    func begin(_ account: AccountName, _ requester: Requester) {
        let quota = entries.withLock { entries in
            entries[account, default: Entry()].requester = requester
            return entries[account]?.quota
        }
        if let quota { requester.resume(quota) }
    }

    /// The requester of an account asks no more.
    func end(_ account: AccountName) {
        guard let standing = entries.withLock({ $0[account]?.requester })?.standing else { return }
        entries.withLock { entries in
            var entry = entries[account] ?? Entry()
            entry.requester = nil
            entry.quota = standing.quota ?? entry.quota
            entry.waited += standing.waited
            entries[account] = entry
        }
    }

    /// All accounts that were read since the daemon began; a quota whose day is over is known no more.
    func standings(at now: Instant) -> [AccountName: LimitStanding] {
        entries.withLock { $0 }.mapValues { entry in
            var standing = entry.requester?.standing ?? LimitStanding()
            standing.waited += entry.waited
            standing.quota = standing.quota ?? entry.quota
            if let resets = standing.quota?.resets, resets <= now { standing.quota = nil }
            return standing
        }
    }
}
