import Core
import Events

/// Counts the letters of a run's streams, each once however often its record is read, and says where a stream stops.
struct DeadLetterCount: Sendable {
    private let limit: Int
    /// By stream, the ids of those that are committed.
    private var committed: [Int: Set<String>] = [:]

    init(limit: Int) { self.limit = limit }

    /// Throws where a stream has more than it may with these, which are not committed yet.
    func check(_ letters: [DeadLetter], of stream: Int) throws(EventError) {
        let ids = committed[stream, default: []].union(letters.map(\.id))
        guard ids.count > limit, let first = letters.first else { return }
        guard limit > 0 else { throw EventError(first.reason, stream: first.stream.text) }
        throw EventError(
            .tooManyDead,
            "\(ids.count) records of this run cannot be published, and dead_letters allows \(limit): nothing of the last page "
                + "was published, and the bookmark stays before it. There record \(first.keyText): \(first.reason.text) "
                + "[\(first.reason.code)]. sluice dead list shows those before it; mend the cause, or raise dead_letters",
            stream: first.stream.text
        )
    }

    /// These are committed; gives the ones that were not before.
    mutating func add(_ letters: [DeadLetter], of stream: Int) -> [DeadLetter] {
        letters.filter { committed[stream, default: []].insert($0.id).inserted }
    }
}
