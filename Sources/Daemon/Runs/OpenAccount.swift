import Core
import Extraction
import Kafka
import Runs
import Synchronization

/// An account while runs of it are active: its session, and the one requester whose budgets they share.
final class OpenAccount: Sendable {
    /// What makes the way to the API; the second part ends it.
    typealias Transports = @Sendable (AccountSetup) throws -> (any HTTPTransport, @Sendable () async -> Void)

    private struct Way {
        var requester: Requester
        var close: @Sendable () async -> Void
    }

    let session: AccountSession
    /// What the session has learned from the registry, where there is one.
    let registry: RegistrySession?
    private let way = Locked<Way?>(nil)
    /// The topics that the session looks after.
    private let topics: Locked<Set<EventTopic>>
    /// Whoever writes a schedule's record composes and commits it in one turn, so that none goes back behind another.
    private let turn = Turn()

    init(_ session: AccountSession, topics: [EventTopic], registry: SchemaRegistry?) {
        self.session = session
        self.registry = registry.map { RegistrySession($0) }
        self.topics = Locked(Set(topics))
    }

    /// The requester, made by the first run of the session.
    func requester(
        _ setup: AccountSetup,
        _ transports: Transports,
        wall: @escaping WallClock,
        limits: LimitBoard,
        onClockSkew: @escaping @Sendable (ClockSkew) -> Void
    ) throws -> Requester {
        try way.withLock { way in
            if let way { return way.requester }
            let (transport, close) = try transports(setup)
            let requester = try setup.requester(transport, wall: wall, onClockSkew: onClockSkew)
            try requester.use(session, of: setup.account)
            limits.begin(setup.account, requester)
            way = Way(requester: requester) {
                limits.end(setup.account)
                await close()
            }
            return requester
        }
    }

    /// Takes on the topics that are new to the session.
    func add(_ more: [EventTopic]) async throws {
        let news = topics.withLock { topics in more.filter { topics.insert($0).inserted } }
        try await session.add(news)
    }

    /// Does something that writes the account's records, alone.
    func inTurn<Value: Sendable>(_ body: @Sendable (AccountSession) async throws -> Value) async throws
        -> Value
    {
        await turn.take()
        defer { turn.give() }
        return try await body(session)
    }

    /// Commits what `records` gives, which is told the account's state; false where it gives nothing.
    @discardableResult
    func keep(_ records: @Sendable ([[UInt8]: [UInt8]]) async throws -> [StateRecord]?) async throws -> Bool {
        try await inTurn { session in
            guard let records = try await records(session.state) else { return false }
            try await session.commit(TransactionGroup(pages: [], state: records))
            return true
        }
    }

    /// Ends the way to the API.
    func close() async { await way.withLock { $0.take()?.close }?() }
}
