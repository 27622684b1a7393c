import Core
import Synchronization

/// A consumer of topics of one partition each that reads all the while, until it is told that nothing more comes.
final class TopicFollower: Sendable {
    private struct Shared {
        var isOver = false
        var runs: Set<String> = []
    }

    private let topics: [String]
    private let isCommitted: Bool
    private let shared = Locked(Shared())

    init(_ topics: [String], committed: Bool) {
        self.topics = topics
        isCommitted = committed
    }

    /// How many runs it has seen records of.
    var runCount: Int { shared.withLock { $0.runs.count } }

    /// Nothing more comes: `follow()` reads what there is and returns.
    func finish() { shared.withLock { $0.isOver = true } }

    /// Reads until `finish()`, and gives everything that was seen.
    func follow() async throws -> PublishedTopics {
        var published = try PublishedTopics(topics, committed: isCommitted)
        while !Task.isCancelled, !shared.withLock({ $0.isOver }) {
            try await published.follow(for: .milliseconds(300))
            let runs = Set(
                published.transactions.keys.compactMap { $0.split(separator: "/").first.map(String.init) }
            )
            shared.withLock { $0.runs = runs }
        }
        try await published.readOn()
        await published.close()
        return published
    }
}
