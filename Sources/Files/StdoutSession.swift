package import Core
import Synchronization

/// An account's events as lines on the standard output, in the form of a folder's files: at least once.
///
/// Lines cannot be taken back, so those of a transaction that a crash caught come again. With a state file the next
/// run goes on from the last commit; beside it lie its lock, `FILE.versions.<n>.jsonl` and `FILE.cache`.
package final class StdoutSession: LocalSession {
    package let settings: StdoutSettings
    /// What is remembered as committed.
    package let versions: any VersionStore
    /// None: what was written out cannot be looked at.
    package let lost: Set<StreamName> = []
    private let state: [[UInt8]: [UInt8]]
    private let thread: SerialThread
    /// Only the thread takes it, so the lock is never waited for.
    private let writer: Locked<StdoutWriter>

    private init(_ settings: StdoutSettings, _ thread: SerialThread, _ writer: StdoutWriter) {
        self.settings = settings
        self.thread = thread
        versions = writer.versions
        state = writer.ledger?.state.records ?? [:]
        self.writer = Locked(writer)
    }

    /// Takes the state file where there is one, and says what this destination does not promise.
    package static func start(_ settings: StdoutSettings) async throws -> StdoutSession {
        let thread = SerialThread()
        do {
            let writer = try await thread.run { try StdoutWriter(settings) }
            settings.notice(
                settings.stateFile == nil
                    ? "no --state FILE: the next run knows nothing of this one and gives every event again"
                    : "the standard output gets each event at least once: those of a transaction that a crash caught "
                        + "come again"
            )
            return StdoutSession(settings, thread, writer)
        } catch {
            thread.stop()
            throw error
        }
    }

    /// Runs `body` with a session, and ends it.
    package static func withSession<Value: Sendable>(
        _ settings: StdoutSettings,
        _ body: @Sendable (StdoutSession) async throws -> Value
    ) async throws -> Value {
        try await start(settings).use(body)
    }

    package func stateValue(_ key: StateKey) -> [UInt8]? { state[key.bytes] }

    package func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        try Bookmark(in: state, account: settings.account, stream: stream)
    }

    /// Writes the group's lines, and then commits its state; see `Publisher`.
    package func commit(_ group: TransactionGroup) async throws {
        try await thread.run { [self] in try writer.withLock { writer in try writer.commit(group) } }
    }

    /// Nothing is kept of a stream but its state, which has room for any.
    package func add(_ topics: [EventTopic]) async throws {}

    package func credential() throws(StateError) -> CredentialRecord? {
        // A token that is nowhere kept would be lost with this process, and the configured one is spent by then.
        guard settings.stateFile != nil else {
            throw StateError(
                .missing,
                "\(settings.account) signs in with a refresh token that is replaced at each use, and the standard "
                    + "output alone keeps nothing: give --state FILE"
            )
        }
        return try CredentialRecord(in: state, account: settings.account)
    }

    package func keep(_ credential: CredentialRecord) async throws {
        try await commit(credential, of: settings.account)
    }

    /// Says good-bye and gives the state back.
    ///
    /// Safe to call again.
    package func end() async throws {
        defer { thread.stop() }
        try await thread.run { [self] () throws(StateError) in
            try writer.withLock { (writer) throws(StateError) in try writer.end() }
        }
    }
}
