import Cache
import Core
import Synchronization

/// Performs what the session's machine says, one thing at a time: whoever calls holds the session's turn.
actor SessionSteps {
    private let settings: SessionSettings
    private let session = RandomID.make()
    private let reader: TopicReader
    private let admin: KafkaAdmin
    private let partition: Int32
    private let layoutPartitions: Int
    private let lockPath: String

    /// The account's state as committed, for whoever asks between two steps.
    nonisolated let committed = CommittedState()
    private var machine: SessionMachine
    private let log: StateLog
    private let versions: VersionsLog
    /// How long the versions topic keeps its tombstones, as far as it says.
    private var versionsRetention: Duration?
    private var versionsPosition: Int64 = 0
    private let neighbours: Neighbours
    private var notices: [NoticePlace]
    private var dead: DeadTopic
    private var lock: HostLock?
    private var producer: TransactionalProducer?
    /// Set by a commit after which KAFKA-17754 could strike: the next transaction needs a new producer.
    private var isStale = false
    private var readTarget: Int64?
    private var readSince: Duration = .zero
    /// The topics whose lengths the good-bye keeps.
    private var eventTopics: [EventTopic]
    private var topics: TopicCheck.Found?
    /// Streams whose topics lost events, which the settings went along with.
    private var lost: Set<StreamName> = []
    /// Whether the versions topic did, with the settings going along.
    private var areVersionsLost = false
    private var started: Int64 = 0
    /// The number of the last transaction that was tried, and of the last that is known to be committed.
    private var number = 0
    private var committedNumber = 0
    /// Whether the transaction at hand is a group's; asked on the producer's thread.
    private let isCommitting = Flag()
    /// Whether Kafka was waited for as long as it may be away: nothing more is asked of it then.
    private var isAway = false
    /// Why the session is over.
    private var ending: (any Error)?

    /// The longest that reading the state may be held back: a transaction's timeout, the coordinator's next
    /// scan for it (10 s), and a lease in which a neighbour's death is proven.
    private static let readPatience: Duration = .seconds(90)
    /// How long Kafka may be away in all before the session ends: a transaction and the look behind it share it.
    private static let absence: Duration = .seconds(30)
    /// A transaction's part of that.
    ///
    /// Longer than its timeout: behind that, Kafka itself takes it back.
    private static let budget: Duration = .seconds(20)

    init(settings: SessionSettings, layout: LayoutRecord, reader: TopicReader, admin: KafkaAdmin) {
        self.settings = settings
        eventTopics = settings.eventTopics
        self.reader = reader
        self.admin = admin
        partition = settings.account.statePartition(of: layout.partitions)
        layoutPartitions = layout.partitions
        lockPath = settings.lockFolder.file(
            prefix: settings.prefix,
            account: settings.account,
            layoutID: layout.id
        )
        machine = SessionMachine(
            settings: .init(
                account: settings.account,
                session: session,
                takesOver: settings.takesOver,
                waits: settings.waits
            )
        )
        log = StateLog(
            topic: settings.prefix.stateTopic,
            partition: partition,
            account: settings.account,
            reader: reader
        )
        versions = VersionsLog(settings: settings, layout: layout, partition: partition, reader: reader)
        notices = NoticeTopic.allCases.map { NoticePlace($0, settings: settings, admin: admin) }
        dead = DeadTopic(settings: settings, admin: admin)
        neighbours = Neighbours(settings.installation, except: settings.account, layoutID: layout.id)
    }

    /// What a session begins with beside the account's state: what is remembered, and the streams whose topics lost
    /// events.
    struct Beginning: Sendable {
        var versions: VersionCache
        var lost: Set<StreamName>
    }

    /// Takes the steps.
    func start() async throws -> Beginning {
        started = milliseconds()
        try await drive(.start)
        return Beginning(versions: try versions.cache, lost: lost)
    }

    /// One group, committed or not at all, whatever happens to the answer (I1).
    func commit(_ group: TransactionGroup) async throws {
        try checkUsable()
        if isStale { try await drive(.lost) }
        let mark = try await versions.mark()
        var group = try await admitted(group)
        number += 1
        let attempt = number
        group.state.append(try record(.running, number: attempt))
        isCommitting.set(true)
        defer { isCommitting.set(false) }
        do {
            try await publish(group, number: attempt)
            committedNumber = attempt
            CrashPoint.hit(.afterCommit)
            _ = machine.handle(.committed, at: settings.monotonic.now())
        } catch let error as PublishError {
            guard let topic = error.refusingNotices else {
                try await settle(error, attempt)
                committed.apply(group.state)
                return try await remember(group.versions, mark)
            }
            notices[topic.rawValue].refuse(error)
            try await settle(PublishError(.aborted, error.message), attempt)
        }
        committed.apply(group.state)
        try await remember(group.versions, mark)
    }

    /// Only one at a time commits, so that nothing is overtaken while the topic is looked at.
    private func admitted(_ group: TransactionGroup) async throws -> TransactionGroup {
        var places = notices
        var letters = dead
        var group = try await letters.admit(group)
        for place in places.indices { group = try await places[place].admit(group) }
        notices = places
        dead = letters
        return group
    }

    /// Keeps further topics in mind, which were checked.
    func keep(_ topics: [EventTopic]) { eventTopics += topics.filter { !eventTopics.contains($0) } }

    /// Only what is committed is remembered; a cache that cannot follow must not be asked again.
    private func remember(_ changes: [VersionChange], _ mark: Int64?) async throws {
        do {
            try versions.committed(changes, mark: mark)
        } catch {
            throw await end(with: error)
        }
    }

    /// After an error: takes the steps again, which tells whether the transaction was committed after all.
    private func settle(_ error: PublishError, _ attempt: Int) async throws {
        // Whether it was committed stays open then: the next session reads it.
        if isAway { throw await end(with: error) }
        switch error.code {
        case .unknownTopic: throw error
        case .authentication, .badSetting, .unsupported: throw await end(with: error)
        default: break
        }
        if error.code == .fenced { tell(error.message) }
        try await drive(error.code == .fenced ? .fenced : .lost)
        guard committedNumber != attempt else { return }
        switch error.code {
        case .recordTooLarge, .recordRefused, .notAuthorized: throw error
        default: throw PublishError(.aborted, error.message, stream: error.stream)
        }
    }

    /// Renews the lease where no commit did.
    func tick() async throws {
        try checkUsable()
        if isStale { try await drive(.lost) }
        try await drive(.tick)
    }

    /// Writes the good-bye and the lengths of the topics, and gives everything back.
    func end() async throws {
        guard ending == nil else { return }
        if isStale { try await drive(.lost) }
        try await drive(.end)
        ending = PublishError(.fatal, "the session of \(settings.account) has ended")
    }

    /// Gives everything back without a word: what a cancelled or failed start leaves.
    func abandon() async {
        if ending == nil { ending = PublishError(.fatal, "the session of \(settings.account) was given up") }
        await release()
    }

    private func checkUsable() throws {
        if let ending { throw ending }
        guard machine.isRunning else {
            throw PublishError(.fatal, "the session of \(settings.account) does not run")
        }
    }

    // MARK: The machine's actions

    private func drive(_ event: SessionMachine.Event) async throws {
        do {
            var actions = machine.handle(event, at: settings.monotonic.now())
            while !actions.isEmpty {
                let action = actions.removeFirst()
                guard let next = try await perform(action) else { continue }
                actions += machine.handle(next, at: settings.monotonic.now())
            }
        } catch {
            throw await end(with: error)
        }
    }

    private func end(with error: any Error) async -> any Error {
        if ending == nil { ending = error }
        await release()
        return error
    }

    private func perform(_ action: SessionMachine.Action) async throws -> SessionMachine.Event? {
        switch action {
        case .takeLock:
            lock = try HostLock.take(lockPath)
            return lock.map { .lockTaken(id: $0.id) } ?? .lockHeld(at: lockPath)
        case .wait(let duration):
            try await settings.monotonic.sleep(duration)
            return .timer
        case .readSession:
            let asked = settings.monotonic.now()
            try await log.look()
            return .sessionSeen(log.sightings[settings.account], asked: asked)
        case .initTransactions: return try await fence()
        case .readState: return try await readState()
        case .fenceNeighbours:
            // The one wait of a start that does not sleep.
            try Task.checkCancellation()
            let asked = settings.monotonic.now()
            try await log.look()
            try await neighbours.fenceDead(log.sightings, asked: asked)
            return .neighboursFenced
        case .writeRecord: return try await write(.running)
        case .writeEnd: return await writeEnd()
        case .ready: return nil
        case .destroyProducer:
            await destroyProducer()
            return nil
        case .close:
            await release()
            return nil
        case .fail(let code, let message): throw PublishError(code, message)
        }
    }

    private func fence() async throws -> SessionMachine.Event {
        CrashPoint.hit(.beforeFence)
        let isCommitting = isCommitting
        let producer = try TransactionalProducer(
            settings: settings.kafka,
            transactionalID: settings.prefix.transactionalID(of: settings.account),
            budget: Self.budget,
            // Only groups count for a crash plan: the session's own records come when they come.
            onStep: { step in if isCommitting.isSet { CrashPoint.hit(at: step) } }
        )
        self.producer = producer
        isStale = false
        readTarget = nil
        do {
            try await producer.initTransactions(deadline: .seconds(60))
        } catch let error where error.code == .fenced {
            tell(error.message)
            return .fenced
        }
        return .initialised
    }

    private func readState() async throws -> SessionMachine.Event {
        let now = settings.monotonic.now()
        let target: Int64
        if let readTarget {
            target = readTarget
        } else {
            target = try await log.highWatermark()
            readTarget = target
            readSince = now
        }
        while true {
            let before = log.position
            if try await log.read(upTo: target, patience: .seconds(1)) { break }
            guard settings.monotonic.now() - readSince < Self.readPatience else {
                throw PublishError(
                    .timedOut,
                    "reading the state of \(settings.account): an open transaction of a session whose death is "
                        + "not proven holds partition \(partition) of \(settings.prefix.stateTopic) back"
                )
            }
            // A long partition is no stall: only standing still is.
            if log.position == before { return .stateStalled }
        }
        try await take()
        // The accounts whose open transactions could hold this back are those of the state's partition.
        guard try await versions.read(retention: versionsRetention) else {
            // Reading it whole can take longer than any patience: only standing still counts.
            if versionsPosition != versions.position {
                versionsPosition = versions.position
                readSince = settings.monotonic.now()
            }
            guard settings.monotonic.now() - readSince < Self.readPatience else {
                throw PublishError(
                    .timedOut,
                    "reading what is remembered of \(settings.account): an open transaction of a session whose death "
                        + "is not proven holds partition \(partition) of \(settings.prefix.versionsTopic) back"
                )
            }
            return .stateStalled
        }
        return .stateRead(log.session)
    }

    /// What the committed state says about this session, and about its topics when it starts.
    private func take() async throws {
        if let last = log.session?.record, last.session == session || last.run == settings.run {
            committedNumber = last.transaction
            number = max(number, last.transaction)
        }
        committed.set(log.records)
        guard topics == nil else { return }
        try log.validate()
        let check = TopicCheck(settings: settings, admin: admin, reader: reader)
        var topics = try await check.run(eventTopics, log.records)
        let found = try await check.versions(log.records, partition: partition, of: layoutPartitions)
        topics.kept.append(found.kept)
        versionsRetention = found.retention
        areVersionsLost = found.isLost
        // A cache of what the topic has lost would remember what nothing else does.
        if found.isLost { versions.distrustCache() }
        self.topics = topics
        lost = topics.lost
    }

    /// Our record in a transaction of its own; the first one also keeps the lengths of the topics.
    private func write(_ status: SessionRecord.Status) async throws -> SessionMachine.Event {
        var state: [StateRecord] = []
        if !machine.isRunning {
            state += try topics?.records(log.records, isMemoryLost: areVersionsLost, settings) ?? []
        }
        state.append(try record(status, number: committedNumber))
        do {
            try await publish(TransactionGroup(pages: [], state: state), number: committedNumber)
            committed.apply(state)
            // Once: written again, with a new producer or a good-bye, they would take back what was read since.
            topics?.lost = []
            areVersionsLost = false
            return .recordWritten
        } catch let error as PublishError {
            if isAway { throw error }
            switch error.code {
            case .fenced:
                tell(error.message)
                return .fenced
            case .aborted, .timedOut, .unreachable, .fatal: return .lost
            default: throw error
            }
        }
    }

    /// A good-bye that fails leaves its account to the lock or the lease.
    private func writeEnd() async -> SessionMachine.Event {
        if settings.leavesNothing { return (try? await writeNothing()) ?? .lost }
        var kept: [KeptTopic] = []
        for topic in eventTopics {
            guard let ends = try? await reader.endOffsets(topic: topic.topic) else { return .lost }
            kept.append(KeptTopic(topic: topic.topic, ends: ends))
        }
        guard let mark = try? await versions.mark(isLast: true) else { return .lost }
        kept.append(.versions(settings.prefix, end: mark, partition: partition, of: layoutPartitions))
        topics?.kept = kept
        let event = (try? await write(.ended)) ?? .lost
        // Committed: whatever of ours lies before the mark, the cache knows. Should the disk refuse, it lags.
        if case .recordWritten = event { try? versions.committed([], mark: mark) }
        return event
    }

    /// Takes away every record that is left of the account, that of this session included.
    private func writeNothing() async throws -> SessionMachine.Event {
        let keys = Set(committed.records.keys).union([StateKey.session(settings.account).bytes])
        let state = keys.map { StateRecord(key: $0, value: nil) }
        try await publish(TransactionGroup(pages: [], state: state), number: committedNumber)
        committed.apply(state)
        return .recordWritten
    }

    private func publish(_ group: TransactionGroup, number: Int) async throws {
        guard let producer else { throw PublishError(.fatal, "\(settings.account) has no producer") }
        let begun = settings.monotonic.now()
        do {
            let outcome = try await producer.commit(
                group,
                stateTopic: settings.prefix.stateTopic,
                statePartition: partition,
                versions: versions.place,
                prefix: settings.prefix,
                transaction: (run: settings.run, number: number)
            )
            isStale = outcome.mustRecycle
        } catch {
            guard let absence = await absence(behind: error, since: begun) else { throw error }
            isAway = true
            throw absence
        }
    }

    /// The error to end with where Kafka, after a transaction that failed, stays away for the rest of its time.
    ///
    /// Each of the steps that settle a lost answer would wait for it anew.
    private func absence(behind error: PublishError, since begun: Duration) async -> PublishError? {
        switch error.code {
        case .unreachable, .timedOut, .fatal: break
        default: return nil
        }
        let left = max(.seconds(1), Self.absence - (settings.monotonic.now() - begun))
        do {
            let attempt = "publishing: whether it was committed is not known yet, the next session reads it"
            try await reader.reach(attempt, patience: left)
            return nil
        } catch let absence {
            return error.code == .unreachable ? error : absence
        }
    }

    private func record(_ status: SessionRecord.Status, number: Int) throws(StateError) -> StateRecord {
        try SessionRecord(
            status: status,
            session: session,
            host: settings.host,
            lock: lock?.id ?? "",
            run: settings.run,
            transaction: number,
            started: started,
            renewed: milliseconds()
        ).record(account: settings.account)
    }

    /// What mends itself and is worth knowing when it comes often.
    private func tell(_ text: String) {
        settings.kafka.onLog(KafkaSettings.LogLine(level: 5, facility: "SESSION", text: text))
    }

    private func milliseconds() -> Int64 { settings.wallClock().nanoseconds / 1_000_000 }

    private func destroyProducer() async {
        await producer?.close()
        producer = nil
        isStale = false
    }

    private func release() async {
        await destroyProducer()
        versions.close()
        // Only now: while the producer could still publish, the lock says that we live.
        lock?.release()
        lock = nil
    }
}

/// The account's state as its session last knew it to be committed.
final class CommittedState: Sendable {
    private let contents = Locked<[[UInt8]: [UInt8]]>([:])

    var records: [[UInt8]: [UInt8]] { contents.withLock { $0 } }

    /// What was read whole, up to the end.
    func set(_ records: [[UInt8]: [UInt8]]) { contents.withLock { $0 = records } }

    /// What a transaction brought that is committed.
    func apply(_ records: [StateRecord]) {
        contents.withLock { contents in
            for record in records { contents[record.key] = record.value }
        }
    }
}

/// A truth that two threads share.
private final class Flag: Sendable {
    private let value = Locked(false)
    var isSet: Bool { value.withLock { $0 } }
    func set(_ isSet: Bool) { value.withLock { $0 = isSet } }
}

extension CrashPoint {
    /// The points inside a transaction.
    fileprivate static func hit(at step: TransactionStep) {
        switch step {
        case .begun: hit(.afterBegin)
        case .eventsProduced: hit(.midProduce)
        case .stateProduced:
            hit(.afterState)
            guard isPlanned(.duringFlush) else { return }
            DedicatedThread.start {
                Latch.pause(.milliseconds(1))
                hit(.duringFlush)
            }
        case .committed: hit(.afterEndTransaction)
        }
    }
}
