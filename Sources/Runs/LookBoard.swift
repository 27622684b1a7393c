import Core
import Synchronization

/// A look that is to be taken at an object, since entries of the feed tell of it.
struct Look: Sendable {
    /// An entry that tells of it.
    struct Entry: Sendable {
        var id: [UInt8]
        var said: LookRule.Entry
    }

    var stream: Int
    var object: [UInt8]
    var entries: [Entry] = []
    /// Whether one of the entries asks for it; the others only say what may have happened.
    var isDue = false
    /// Whether it was waited for already.
    var isRepeated = false

    init(stream: Int, object: [UInt8]) {
        self.stream = stream
        self.object = object
    }

    var first: Instant? { entries.map(\.said.time).min() }
}

/// The looks of one window: which are to be taken, and how those ended that were.
final class LookBoard: Sendable {
    private struct Shared {
        var open: [Look] = []
        var waiting: [Look] = []
        var wait: Duration = .zero
        /// The oldest entry of each stream that was not dealt with.
        var held: [Int: Instant] = [:]
        var errors: [Int: any Error] = [:]
        var failuresInARow: [Int: Int] = [:]
        var closed: Set<Int> = []

        mutating func hold(_ look: Look) {
            guard let first = look.first else { return }
            held[look.stream] = min(held[look.stream] ?? first, first)
        }
    }

    private let shared = Locked(Shared())
    private let patience: Int

    /// An empty board; so many failures in a row close a stream.
    init(patience: Int) { self.patience = patience }

    /// Adds looks, to be taken in their order.
    func add(_ looks: ArraySlice<Look>) {
        shared.withLock { $0.open = looks.reversed() + $0.open }
    }

    /// Leaves a look to a later run: the stream's bookmark stays before it.
    func hold(_ look: Look) { shared.withLock { $0.hold(look) } }

    /// The next look to take; those of closed streams only hold their bookmark.
    func next() -> Look? {
        shared.withLock { shared in
            while let look = shared.open.popLast() {
                guard shared.closed.contains(look.stream) else { return look }
                shared.hold(look)
            }
            return nil
        }
    }

    func ended(_ look: Look, _ verdict: LookRule.Verdict) {
        shared.withLock { shared in
            shared.failuresInARow[look.stream] = 0
            guard case .wait(let wait) = verdict else { return }
            var look = look
            look.isRepeated = true
            shared.waiting.append(look)
            shared.wait = max(shared.wait, wait)
        }
    }

    /// A look that failed is taken again by a later run; one that no look of the stream could do better with closes it.
    func failed(_ look: Look, _ error: any Error) {
        shared.withLock { shared in
            shared.hold(look)
            if shared.errors[look.stream] == nil { shared.errors[look.stream] = error }
            let failures = (shared.failuresInARow[look.stream] ?? 0) + 1
            shared.failuresInARow[look.stream] = failures
            switch (error as? any SluiceError)?.recovery {
            case .streamUnavailable, .failRun, nil:
                shared.errors[look.stream] = error
                shared.closed.insert(look.stream)
            case .failStream, .retry: if failures >= patience { shared.closed.insert(look.stream) }
            }
        }
    }

    /// Puts the looks that wait back in line, and says how long they have to; nil where none does.
    func takeWaiting() -> Duration? {
        shared.withLock { shared in
            guard !shared.waiting.isEmpty else { return nil }
            shared.open = shared.waiting.reversed()
            shared.waiting = []
            defer { shared.wait = .zero }
            return shared.wait
        }
    }

    /// Where a stream's bookmark has to stay: before the oldest entry that was not dealt with.
    func held(_ stream: Int) -> Instant? { shared.withLock { $0.held[stream] } }

    func error(of stream: Int) -> (any Error)? { shared.withLock { $0.errors[stream] } }
}
