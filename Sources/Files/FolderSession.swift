package import Core
import Synchronization

/// An account's only writer into a folder (I3): one file of JSON lines a stream, exactly once as in Kafka.
///
///     DIR/<stream>.jsonl              {"key": …, "headers": {…}, "value": …}, value null for a delete
///     DIR/sluice.dead.jsonl           records that could not be published, in the same form
///     DIR/.sluice/state.json          what is committed; the commit itself
///     DIR/.sluice/lock                held by the session
///     DIR/.sluice/versions.<n>.jsonl  what is remembered of keys, as in the versions topic
///     DIR/.sluice/cache               a copy of it that can be looked things up in
///
/// A commit appends the lines, brings them to the disk, and then renames a new `state.json` into its place, which
/// names each file's committed length. What stands behind that length never happened: the next session cuts it off.
///
/// So a reader follows a file exactly once like this: read `state.json`, take the file's `length` (of the element of
/// `files` that has its `stream`; none means 0), and read the file from where it was up to there, never further. What
/// it read is whole lines, and stays; a line behind the length may be torn, or go away. Then it reads `state.json`
/// again. It keeps its own place together with what it did with the lines.
///
/// The files only grow. One that was rotated, cut, replaced or edited is refused when the next session begins, since
/// places in it would mean something else, until `--resync` or `--accept`; a new folder begins anew.
package final class FolderSession: LocalSession {
    package let settings: FolderSettings
    /// What is remembered as committed.
    package let versions: any VersionStore
    private let state: [[UInt8]: [UInt8]]
    private let lostStreams: Locked<Set<StreamName>>
    private let thread: SerialThread
    /// Only the thread takes it, so the lock is never waited for.
    private let writer: Locked<FolderWriter>

    private init(_ settings: FolderSettings, _ thread: SerialThread, _ writer: FolderWriter) {
        self.settings = settings
        self.thread = thread
        versions = writer.versions
        lostStreams = Locked(writer.lost)
        state = writer.state.records
        self.writer = Locked(writer)
    }

    /// Becomes the folder's writer; throws `PublishError` (`alreadyRunning`: exit 4, with who it is) or `StateError`
    /// (exit 2, or 3 for a disk).
    package static func start(_ settings: FolderSettings) async throws -> FolderSession {
        try await start(settings) { step in CrashPoint.hit(step.crashPoint) }
    }

    static func start(
        _ settings: FolderSettings,
        onStep: @escaping @Sendable (CommitStep) -> Void
    ) async throws -> FolderSession {
        let thread = SerialThread()
        do {
            let writer = try await thread.run { try FolderWriter(settings, onStep: onStep) }
            return FolderSession(settings, thread, writer)
        } catch {
            thread.stop()
            throw error
        }
    }

    /// Runs `body` with a session, and ends it.
    package static func withSession<Value: Sendable>(
        _ settings: FolderSettings,
        _ body: @Sendable (FolderSession) async throws -> Value
    ) async throws -> Value {
        try await start(settings).use(body)
    }

    /// Streams whose files are not what their bookmarks stand for, which `--accept` or `--resync` went along with.
    package var lost: Set<StreamName> { lostStreams.withLock { $0 } }

    /// Looks at the files of further streams, as at those of the start.
    package func add(_ topics: [EventTopic]) async throws {
        let streams = Set(topics.map(\.stream))
        let lost = try await thread.run { [self] in
            try writer.withLock { writer in
                try writer.add(streams)
                return writer.lost
            }
        }
        lostStreams.withLock { $0 = lost }
    }

    package func stateValue(_ key: StateKey) -> [UInt8]? { state[key.bytes] }

    package func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        try Bookmark(in: state, account: settings.account, stream: stream)
    }

    /// Appends the group's lines and commits them with its state; see `Publisher`.
    ///
    /// A disk that is full or fails ends the session (exit 3), and the next one goes on from the last commit.
    package func commit(_ group: TransactionGroup) async throws {
        try await thread.run { [self] in try writer.withLock { writer in try writer.commit(group) } }
    }

    package func credential() throws(StateError) -> CredentialRecord? {
        try CredentialRecord(in: state, account: settings.account)
    }

    package func keep(_ credential: CredentialRecord) async throws {
        try await commit(credential, of: settings.account)
    }

    /// Says good-bye and gives the folder back.
    ///
    /// Safe to call again.
    package func end() async throws {
        defer { thread.stop() }
        try await thread.run { [self] () throws(StateError) in
            try writer.withLock { (writer) throws(StateError) in try writer.end() }
        }
    }
}
