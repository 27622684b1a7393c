import Core
import Synchronization

/// Counts the transactions that a run commits.
final class CountingPublisher: Publisher {
    private let base: any Publisher
    private let commits = Locked(0)

    init(_ base: any Publisher) { self.base = base }

    var count: Int { commits.withLock { $0 } }

    func commit(_ group: TransactionGroup) async throws {
        try await base.commit(group)
        commits.withLock { $0 += 1 }
    }
}
