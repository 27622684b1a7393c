package import Core
import Events
import Synchronization

/// Commits the pages of a run's streams in groups: streams submit, one task commits.
///
/// A page that was taken is committed or its stream fails: cancelling a stream does not take its pages back (I1).
package final class GroupCommitter: Sendable {
    private struct Shared {
        var machine: GroupMachine
        var isClosed = false
        var runError: (any Error)?
        var committer: CheckedContinuation<Void, Never>?
        var waiters: [CheckedContinuation<Void, Never>] = []

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [] }
            return waiters
        }
    }

    private let shared: Locked<Shared>
    private let destination: any Destination
    private let names: [String]
    private let outlets: [StreamOutlet]
    /// Nil where no record is gone past that cannot be published.
    private let letters: DeadLetterDesk?
    private let onCommit: @Sendable ([GroupMachine.Entry]) -> Void

    /// A committer for the streams with these names, in the order of their numbers.
    ///
    /// `outlets`, in the same order, say what of their events is published; without them, all of them as they are. `onCommit`
    /// is told of each committed group's entries, in order, from the committing task.
    package init(
        to destination: any Destination,
        streams names: [String],
        outlets: [StreamOutlet]? = nil,
        letters: DeadLetterDesk? = nil,
        caps: GroupMachine.Caps = .init(),
        onCommit: @escaping @Sendable ([GroupMachine.Entry]) -> Void
    ) {
        shared = Locked(Shared(machine: GroupMachine(caps: caps)))
        self.destination = destination
        self.names = names
        self.outlets = outlets ?? names.map { _ in StreamOutlet() }
        self.letters = letters
        self.onCommit = onCommit
    }

    /// Hands over a page; waits while a whole group is waiting already.
    ///
    /// Throws what made the stream or the run fail meanwhile.
    package func submit(_ entry: GroupMachine.Entry) async throws {
        while true {
            let (isTaken, committer) = try shared.withLock { shared in
                if let error = shared.runError ?? shared.machine.failures[entry.stream] { throw error }
                guard shared.machine.hasRoom else { return (false, CheckedContinuation<Void, Never>?.none) }
                shared.machine.add(entry)
                defer { shared.committer = nil }
                return (true, shared.committer)
            }
            committer?.resume()
            if isTaken { return }
            await waitForChange {
                !$0.machine.hasRoom && $0.runError == nil && $0.machine.failures[entry.stream] == nil
            }
        }
    }

    /// Returns when every page of the stream is committed; throws what made it fail.
    package func drain(_ stream: Int) async throws {
        await waitForChange { shared in
            shared.runError == nil && shared.machine.failures[stream] == nil
                && shared.machine.isPending(stream)
        }
        try shared.withLock { shared in
            if let error = shared.machine.failures[stream] ?? shared.runError { throw error }
        }
    }

    /// Returns when the children of a parent are committed as far as they were handed over; throws what made the
    /// stream fail.
    package func drain(_ stream: Int, parent: [UInt8]) async throws {
        await waitForChange { shared in
            shared.runError == nil && shared.machine.failures[stream] == nil
                && shared.machine.isPending(stream, parent: parent)
        }
        try shared.withLock { shared in
            if let error = shared.machine.failures[stream] ?? shared.runError { throw error }
        }
    }

    /// No more pages will come: `run` returns after the last commit.
    package func close() {
        let committer = shared.withLock { shared in
            shared.isClosed = true
            defer { shared.committer = nil }
            return shared.committer
        }
        committer?.resume()
    }

    /// Commits until closed and empty, or until the publisher is of no more use, whose error it throws.
    package func run() async throws {
        while true {
            let (group, isOver) = shared.withLock {
                ($0.machine.takeGroup(), $0.isClosed && $0.machine.isIdle)
            }
            if isOver { return }
            guard let group else {
                await waitForPages()
                continue
            }
            do {
                let entries = try await commit(group)
                shared.withLock { $0.machine.committed() }
                onCommit(entries)
            } catch {
                try settle(error)
            }
            wakeWaiters()
        }
    }

    /// Commits what is new in the entries, and gives them with that.
    ///
    /// Decided anew for every attempt, against what is committed by then (I1).
    private func commit(_ entries: [GroupMachine.Entry]) async throws -> [GroupMachine.Entry] {
        var (entries, pages, changes) = try published(entries)
        let letters = try self.letters(of: entries)
        for (position, letters) in letters.enumerated() { entries[position].letters = letters }
        let news = GroupMachine.news(entries)
        try await destination.commit(
            TransactionGroup(
                pages: pages,
                state: GroupMachine.lastBookmarks(entries) + news.state,
                versions: changes,
                notices: news.notices,
                letters: letters.flatMap { $0 }
            )
        )
        self.letters?.committed(&entries)
        return entries
    }

    /// What is new in the entries, as pages to publish, and what is then remembered.
    ///
    /// A record that makes no entity must not be remembered as published: it is taken out, and all is decided anew without it.
    private func published(_ given: [GroupMachine.Entry]) throws -> (
        entries: [GroupMachine.Entry], pages: [EventPage], changes: [VersionChange]
    ) {
        var given = given
        while true {
            var filter = ChangeFilter(store: destination.versions)
            var entries = given
            var pages: [EventPage] = []
            var isSound = true
            for position in entries.indices {
                let entry = entries[position]
                entries[position].page = try filter.take(entry)
                let page = entries[position].page
                do {
                    pages += try outlets[entry.stream].pages(of: page, parent: entry.facts?.parent)
                } catch {
                    let refused = outlets[entry.stream].refusals(of: page, parent: entry.facts?.parent)
                    guard !refused.isEmpty else { throw error }
                    given[position].page.refuse(refused)
                    isSound = false
                }
            }
            if isSound { return (entries, pages, filter.changes) }
        }
    }

    /// The letters of the entries, by their positions.
    private func letters(of entries: [GroupMachine.Entry]) throws -> [[DeadLetter]] {
        if let letters { return try letters.letters(of: entries) }
        for entry in entries {
            guard let first = entry.page.refused.first else { continue }
            throw EventError(first.reason, stream: entry.page.stream)
        }
        return entries.map { _ in [] }
    }

    /// After a commit that failed: redo, fail one stream, or end the run.
    private func settle(_ error: any Error) throws {
        let failure = error as? any SluiceError
        let culprit = ((error as? PublishError)?.stream ?? (error as? EventError)?.stream)
            .flatMap { names.firstIndex(of: $0) }
        switch failure?.recovery {
        case .retry, .failStream, .streamUnavailable:
            let recovery = failure?.recovery
            shared.withLock { shared in
                // A retriable abort blames nobody for good: those pages go again.
                if case .retry = recovery {
                    shared.machine.aborted(error, culprit: nil)
                } else {
                    shared.machine.aborted(error, culprit: culprit)
                }
            }
        case .failRun, nil:
            shared.withLock { shared in
                shared.runError = error
                shared.machine.failAll(error)
            }
            wakeWaiters()
            throw error
        }
    }

    private func wakeWaiters() {
        for waiter in shared.withLock({ $0.takeWaiters() }) { waiter.resume() }
    }

    /// Suspends while the condition holds; asked again after each commit.
    private func waitForChange(while condition: @escaping @Sendable (borrowing Shared) -> Bool) async {
        while true {
            let isOver = shared.withLock { !condition($0) }
            if isOver { return }
            await withCheckedContinuation { continuation in
                let isOver = shared.withLock { shared in
                    guard condition(shared) else { return true }
                    shared.waiters.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        }
    }

    private func waitForPages() async {
        await withCheckedContinuation { continuation in
            let isReady = shared.withLock { shared in
                guard !shared.isClosed else { return true }
                // `takeGroup` said there is nothing; a page added since shows as not idle.
                guard shared.machine.isIdle else { return true }
                shared.committer = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}
