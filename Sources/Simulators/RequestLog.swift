import Core
import JSON
import Synchronization

/// What a simulator was asked, counted by path and by how it ended.
final class RequestLog: Sendable {
    private struct State {
        var count: UInt64 = 0
        var paths: [String: [String: Int]] = [:]
    }

    private let state = Locked(State())

    /// Counts a request; `outcome` is its status, or what happened in its place.
    func count(_ path: String, _ outcome: String) {
        state.withLock { $0.paths[path, default: [:]][outcome, default: 0] += 1 }
    }

    /// The number of a new request, from 1.
    func number() -> UInt64 {
        state.withLock { state in
            state.count += 1
            return state.count
        }
    }

    /// Forgets the counts; request numbers go on.
    func reset() { state.withLock { $0.paths = [:] } }

    /// The counts, by path and outcome.
    var counts: [String: [String: Int]] { state.withLock { $0.paths } }

    /// The counts as a document, sorted.
    var document: JSONValue {
        let counts = counts
        let total = counts.values.reduce(0) { $0 + $1.values.reduce(0, +) }
        return [
            "total": .number(total),
            "paths": .object(
                counts.sorted { $0.key < $1.key }.map { path, outcomes in
                    JSONValue.Member(name: path, value: .counts(outcomes))
                }
            ),
        ]
    }
}

extension JSONValue {
    /// An object of numbers, sorted by name.
    static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(counts.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: .number($0.value)) })
    }
}
