package import Core
import Synchronization

/// An account's only writer (I3): its lock, its producer and its lease, from start to end.
///
/// `renewals()` must run beside whatever uses the session, in the owner's task group; `withSession` does it by itself.
package final class AccountSession: Destination {
    package let settings: SessionSettings
    /// What the account remembers, as committed.
    package let versions: any VersionStore
    private let lostStreams: Locked<Set<StreamName>>
    private let steps: SessionSteps
    private let clients: SessionClients
    private let turn = Turn()

    private init(
        settings: SessionSettings,
        versions: any VersionStore,
        lost: Set<StreamName>,
        steps: SessionSteps,
        clients: SessionClients
    ) {
        self.settings = settings
        self.versions = versions
        lostStreams = Locked(lost)
        self.steps = steps
        self.clients = clients
    }

    /// Becomes the account's writer, and only then returns; throws `PublishError` (`alreadyRunning`: exit 4) or
    /// `StateError` (exit 2).
    package static func start(_ settings: SessionSettings) async throws -> AccountSession {
        let clients = try SessionClients(settings.kafka)
        do {
            let check = LayoutCheck(settings.installation, admin: clients.admin, reader: clients.reader)
            let layout = try await check.ensure()
            let steps = SessionSteps(
                settings: settings,
                layout: layout,
                reader: clients.reader,
                admin: clients.admin
            )
            let begun = try await steps.start()
            return AccountSession(
                settings: settings,
                versions: begun.versions,
                lost: begun.lost,
                steps: steps,
                clients: clients
            )
        } catch {
            await clients.close()
            throw error
        }
    }

    /// Starts a session unless `stop` returns first: then throws `CancellationError`, and leaves nothing behind.
    ///
    /// `stop` must return when its task is cancelled.
    private static func start(
        _ settings: SessionSettings,
        unless stop: @escaping @Sendable () async -> Void
    ) async throws -> AccountSession {
        try await withThrowingTaskGroup(of: AccountSession?.self) { group in
            group.addTask { try await start(settings) }
            group.addTask {
                await stop()
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            guard let session = try await group.next() ?? nil else { throw CancellationError() }
            // It was there in the same moment: whoever uses it knows of the stop as well.
            return session
        }
    }

    /// Runs `body` with a session that is kept alive meanwhile, and ends it.
    ///
    /// A start can wait for long, for another session or for a lease: it is given up when `stop` returns. When the
    /// session is lost, `body` is cancelled and the reason thrown.
    package static func withSession<Value: Sendable>(
        _ settings: SessionSettings,
        startUnless stop: (@Sendable () async -> Void)? = nil,
        _ body: @escaping @Sendable (AccountSession) async throws -> Value
    ) async throws -> Value {
        let session: AccountSession
        if let stop {
            session = try await start(settings, unless: stop)
        } else {
            session = try await start(settings)
        }
        let result = await withTaskGroup(of: Result<Value, any Error>?.self) { group in
            group.addTask { () -> Result<Value, any Error>? in
                do {
                    try await session.renewals()
                    return nil
                } catch is CancellationError {
                    return nil
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { () -> Result<Value, any Error>? in
                do {
                    return .success(try await body(session))
                } catch {
                    return .failure(error)
                }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            let second = await group.next() ?? nil
            return first ?? second
        }
        await session.end()
        guard let result else { throw CancellationError() }
        return try result.get()
    }

    /// The account's state as committed, by its keys' bytes: a commit that returned is in it.
    package var state: [[UInt8]: [UInt8]] { steps.committed.records }

    /// Streams whose topics lost events, which `--resync` or `--accept` went along with.
    package var lost: Set<StreamName> { lostStreams.withLock { $0 } }

    /// Looks at further topics as at those of the start, and keeps their lengths in a transaction of its own.
    ///
    /// By clients of its own: looking may take longer than a lease, which the session's own keep meanwhile.
    package func add(_ topics: [EventTopic]) async throws {
        guard !topics.isEmpty else { return }
        let clients = try SessionClients(settings.kafka)
        let found: TopicCheck.Found
        do {
            let check = TopicCheck(settings: settings, admin: clients.admin, reader: clients.reader)
            found = try await check.run(topics, state)
        } catch {
            await clients.close()
            throw error
        }
        await clients.close()
        let group = TransactionGroup(pages: [], state: try found.records(state, settings))
        try await commit(group, tries: 5)
        await steps.keep(topics)
        lostStreams.withLock { $0.formUnion(found.lost) }
    }

    package func stateValue(_ key: StateKey) -> [UInt8]? { state[key.bytes] }

    /// The bookmark of a stream as the last commit left it, nil where it was never read.
    package func bookmark(of stream: StreamName) throws(StateError) -> Bookmark? {
        try Bookmark(in: state, account: settings.account, stream: stream)
    }

    /// Publishes the group in one transaction; see `Publisher`.
    ///
    /// After `.retry` the group is known not to be visible. A lost answer is settled by reading the state again,
    /// where Kafka stays away by the next session.
    package func commit(_ group: TransactionGroup) async throws {
        await turn.take()
        defer { turn.give() }
        try await steps.commit(group)
    }

    package func credential() throws(StateError) -> CredentialRecord? {
        try CredentialRecord(in: state, account: settings.account)
    }

    package func keep(_ credential: CredentialRecord) async throws {
        try await commit(credential, of: settings.account)
    }

    /// Keeps the lease while nothing is committed; returns by throwing, when cancelled or when the session is lost.
    package func renewals() async throws {
        while true {
            try await settings.monotonic.sleep(.seconds(1))
            await turn.take()
            defer { turn.give() }
            try await steps.tick()
        }
    }

    /// Gives everything back without a good-bye, as a crash would.
    func abandon() async {
        await turn.take()
        defer { turn.give() }
        await steps.abandon()
        await clients.close()
    }

    /// Says good-bye, keeps the topics' lengths, and gives everything back.
    ///
    /// Safe to call again.
    package func end() async {
        await turn.take()
        defer { turn.give() }
        // A good-bye that fails costs the next host a lease; the work was committed before.
        try? await steps.end()
        await steps.abandon()
        await clients.close()
    }
}

/// The clients of a session that are not its producer.
struct SessionClients: Sendable {
    let reader: TopicReader
    let admin: KafkaAdmin

    /// How long a broker that does not answer is asked before a command says that Kafka is away.
    private static let patience = Duration.seconds(20)

    init(_ settings: KafkaSettings) throws(PublishError) {
        reader = try TopicReader(settings: settings, patience: Self.patience)
        admin = try KafkaAdmin(settings: settings, patience: Self.patience)
    }

    /// Both at once: each may take its limit where the broker is away.
    func close() async {
        async let readerEnd: Void = reader.close()
        await admin.close()
        await readerEnd
    }
}
