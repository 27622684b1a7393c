import Core
import Kafka
import Runs
import Synchronization

/// The sessions of the accounts that have runs: one an account, shared by its runs, there as long as one is active (I3).
final class AccountSessions<Open: Sendable>: Sendable {
    /// Opens a session and ends it after `body`; throws where it could not be had, or was lost.
    typealias Opening = @Sendable (@escaping @Sendable (Open) async -> Void) async throws -> Void

    /// One run's work in a session, and what hears of its end.
    private struct Guest: Sendable {
        var work: @Sendable (Open) async -> Void
        var onEnd: @Sendable (Result<Void, any Error>) -> Void
    }

    private struct Host {
        var guests: AsyncStream<Guest>.Continuation
        var active = 1
        /// Whether further runs may still join.
        var isOpen = true
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let hosts = Locked<[AccountName: Host]>([:])

    init() {}

    /// Runs `work` in the account's session: the one that is open, or else one that `open` opens for it.
    ///
    /// Throws what kept the session from being there; `work` was not called then.
    func run(
        _ account: AccountName,
        open: @escaping Opening,
        work: @escaping @Sendable (Open) async -> Void
    ) async throws {
        while true {
            let (stream, continuation) = AsyncStream<Guest>.makeStream()
            switch enter(account, continuation) {
            case .host: return try await host(account, stream, open, work)
            case .joined(let guests):
                do {
                    return try await join(guests, work)
                } catch is SessionGone {
                    // Whoever opened it gave up; this run asks for itself.
                    await waitForEnd(of: account)
                }
            case .closing: await waitForEnd(of: account)
            }
        }
    }

    private enum Entry {
        case host, joined(AsyncStream<Guest>.Continuation), closing
    }

    private struct SessionGone: Error {}

    private func enter(_ account: AccountName, _ guests: AsyncStream<Guest>.Continuation) -> Entry {
        hosts.withLock { hosts in
            guard let host = hosts[account] else {
                hosts[account] = Host(guests: guests)
                return .host
            }
            guard host.isOpen else { return .closing }
            hosts[account]?.active += 1
            return .joined(host.guests)
        }
    }

    private func join(
        _ guests: AsyncStream<Guest>.Continuation,
        _ work: @escaping @Sendable (Open) async -> Void
    ) async throws {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Void, any Error>, Never>) in
            let guest = Guest(work: work) { continuation.resume(returning: $0) }
            if case .terminated = guests.yield(guest) { guest.onEnd(.failure(SessionGone())) }
        }
        try result.get()
    }

    private func host(
        _ account: AccountName,
        _ stream: AsyncStream<Guest>,
        _ open: @escaping Opening,
        _ work: @escaping @Sendable (Open) async -> Void
    ) async throws {
        let result: Result<Void, any Error>
        let hasBegun = Locked(false)
        do {
            try await open { [self] session in
                hasBegun.withLock { $0 = true }
                await withDiscardingTaskGroup { group in
                    group.addTask { [self] in
                        await work(session)
                        leave(account)
                    }
                    for await guest in stream {
                        group.addTask { [self] in
                            await guest.work(session)
                            guest.onEnd(.success(()))
                            leave(account)
                        }
                    }
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let waiting = hosts.withLock { hosts in
            defer { hosts[account] = nil }
            hosts[account]?.guests.finish()
            return hosts[account]?.waiting ?? []
        }
        // Those that joined a session which never was there, or which ended under them.
        for await guest in stream { guest.onEnd(.failure(SessionGone())) }
        for waiter in waiting { waiter.resume() }
        // Work that was done tells its own end.
        if !hasBegun.withLock({ $0 }) { try result.get() }
    }

    /// A run of the session is over; after the last one nobody joins it any more.
    private func leave(_ account: AccountName) {
        hosts.withLock { hosts in
            hosts[account]?.active -= 1
            guard hosts[account]?.active == 0 else { return }
            hosts[account]?.isOpen = false
            hosts[account]?.guests.finish()
        }
    }

    private func waitForEnd(of account: AccountName) async {
        await withCheckedContinuation { continuation in
            let isOver = hosts.withLock { hosts in
                guard hosts[account] != nil else { return true }
                hosts[account]?.waiting.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }
}
