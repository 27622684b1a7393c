import Core
import Kafka
import Runs
import Synchronization

extension RunPerformer {
    /// Changes an account's state as somebody asked, in the session that is open or in one of its own (I3).
    ///
    /// What is beside its bookmarks is dealt with by what `sources` say of the account. `before` as `AccountSession.change` has it.
    /// Nil where the session was lost: whether it is done is not known then, and doing it again tells.
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

    /// What is done beside a change of bookmarks; nil where it is one.
    private func job(_ request: StateRequest, _ sources: AccountSources) async throws -> (any AccountJob)? {
        switch request.change {
        case .reset, .set, .skip, .remove: return nil
        case .erase(let erased):
            return EraseJob(
                request,
                erased,
                kafka: place.kafka,
                prefix: place.prefix,
                shape: try await SerialThread.apart { try AccountShape(sources) }
            )
        case .letters(_, _, let work):
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
}
