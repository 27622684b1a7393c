import Core
import Synchronization

/// All secrets of an account: those of its settings, and the tokens that it gets while it runs (I6).
final class SecretBook: Sendable {
    /// The tokens of some days; older ones are worth nothing any more (I7).
    private static let maximumLearned = 200

    private struct Content: Sendable {
        var configured: [String]
        var learned: [String] = []
        var filter: SecretFilter
    }

    private let content: Locked<Content>

    init(_ secrets: [String]) {
        content = Locked(Content(configured: secrets, filter: SecretFilter(secrets)))
    }

    var filter: SecretFilter { content.withLock { $0.filter } }

    /// What takes all of them out of a text, and others with them.
    ///
    /// One net for all: of two that overlap, one behind the other would leave an end.
    func redaction(with others: [String]) -> Redaction {
        content.withLock { Redaction(secrets: $0.configured + $0.learned + others) }
    }

    /// More secrets, from now on.
    func learn(_ secrets: [String]) {
        content.withLock { content in
            let new = secrets.filter { !content.learned.contains($0) && !content.configured.contains($0) }
            guard !new.isEmpty else { return }
            content.learned = (content.learned + new).suffix(Self.maximumLearned)
            content.filter = SecretFilter(content.configured + content.learned)
        }
    }
}
