import Core
import Synchronization

/// What several tasks saw, in the order they saw it.
final class SeenLines: Sendable {
    private let lines = Locked<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}
