package import Core

extension AccountSession {
    /// So many keys are forgotten in one transaction.
    private static let forgottenAtOnce = 5000
    /// So often a transaction is tried that Kafka took back.
    private static let tries = 5

    /// Changes the account's state as somebody asked (I3): all of it in one transaction, or not at all.
    ///
    /// `before` is told what it comes to and gives what commits with it, last: it says that the change is done. What is to be
    /// forgotten goes in between, in transactions of its own; cut short, the change is done again.
    package func change(
        _ request: StateRequest,
        by: String,
        at now: Instant,
        before: @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState {
        let changed = try request.applied(to: state, by: by, at: now)
        let last = try await before(changed)
        guard changed.forgets else {
            try await commit(TransactionGroup(pages: [], state: changed.records + last), tries: Self.tries)
            CrashPoint.hit(.afterStateChange)
            return changed
        }
        // First what says that all goes out again: a version that is forgotten must not pass for new before that (I1).
        if !changed.records.isEmpty {
            try await commit(TransactionGroup(pages: [], state: changed.records), tries: Self.tries)
        }
        CrashPoint.hit(.afterStateChange)
        try await forget(try changed.forgotten ?? versions.rememberedStreams())
        if !last.isEmpty { try await commit(TransactionGroup(pages: [], state: last), tries: Self.tries) }
        return changed
    }

    /// Takes over records that were kept elsewhere, in one transaction.
    package func take(_ records: [StateRecord]) async throws {
        try await commit(TransactionGroup(pages: [], state: records), tries: Self.tries)
        CrashPoint.hit(.afterStateChange)
    }

    /// Forgets all that is remembered of streams.
    private func forget(_ streams: Set<StreamName>) async throws {
        for stream in streams.sorted() {
            while case let keys = try versions.keys(of: stream, after: nil, limit: Self.forgottenAtOnce),
                !keys.isEmpty
            {
                try await forget(keys.map { VersionChange(stream, .version(key: $0, nil)) })
            }
            while case let entries = try versions.entries(
                of: stream,
                before: Instant(nanoseconds: .max),
                limit: Self.forgottenAtOnce
            ), !entries.isEmpty {
                try await forget(entries.map { VersionChange(stream, .entry(id: $0, time: nil)) })
            }
        }
    }

    private func forget(_ changes: [VersionChange]) async throws {
        try await commit(TransactionGroup(pages: [], state: [], versions: changes), tries: Self.tries)
    }
}
