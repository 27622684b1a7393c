import Core
import Kafka
import Runs
import Synchronization

extension RunPerformer {
    /// Changes an account's state as somebody asked, in the session that is open or in one of its own (I3).
    ///
    /// `before` as `AccountSession.change` has it. Nil where the session was lost: whether it is done is not known then, and
    /// doing it again tells.
    func change(
        _ request: StateRequest,
        by: String,
        run: String,
        stop: StopSignal,
        before: @escaping @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState? {
        let result = Locked<Result<ChangedState, any Error>?>(nil)
        let settings = place.session(request.account, run: run, topics: [])
        try await sessions.run(request.account, open: { try await open(settings, stop, $0) }) { open in
            let changed: Result<ChangedState, any Error>
            do {
                changed = .success(
                    try await open.inTurn { session in
                        try await session.change(request, by: by, at: now(), before: before)
                    }
                )
            } catch {
                changed = .failure(error)
            }
            result.withLock { $0 = changed }
        }
        return try result.withLock { $0 }?.get()
    }
}
