import Core
import Kafka
import Runs
import Synchronization

extension RunPerformer {
    /// Changes an account's state as somebody asked, in the session that is open or in one of its own (I3).
    ///
    /// Dead letters are dealt with by what `sources` say of the account. `before` as `AccountSession.change` has it. Nil where the session was lost: whether it is done is not known then, and
    /// doing it again tells.
    func change(
        _ request: StateRequest,
        sources: AccountSources,
        by: String,
        run: String,
        stop: StopSignal,
        before: @escaping @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState? {
        let result = Locked<Result<ChangedState, any Error>?>(nil)
        let job = try await job(request, sources)
        let settings = place.session(request.account, run: run, topics: [])
        try await sessions.run(request.account, open: { try await open(settings, stop, $0) }) { open in
            let changed: Result<ChangedState, any Error>
            do {
                changed = .success(
                    try await open.inTurn { session in
                        guard let job else {
                            return try await session.change(request, by: by, at: now(), before: before)
                        }
                        return try await job.run(
                            in: session,
                            at: now(),
                            add: { try await open.add($0) },
                            before: before
                        )
                    }
                )
            } catch {
                changed = .failure(error)
            }
            result.withLock { $0 = changed }
        }
        return try result.withLock { $0 }?.get()
    }

    /// What is done with dead letters; nil where the change is about the state alone.
    private func job(_ request: StateRequest, _ sources: AccountSources) async throws -> LettersJob? {
        guard case .letters(_, _, let work) = request.change else { return nil }
        var setup: AccountSetup?
        if work == .replay {
            // Secrets are read anew, which can take seconds.
            setup = try await SerialThread.apart { try AccountSetup(sources) }
        }
        return LettersJob(
            request,
            kafka: place.kafka,
            prefix: place.prefix,
            setup: setup,
            registry: place.registry
        )
    }
}
