package import Core
import Synchronization

/// What the one daemon of an installation needs to be it.
package struct MemberSettings: Sendable {
    package var installation: Installation
    package var host: String
    /// Without a sign of life for so long, another host may have its place.
    package var sessionTimeout: Duration = .seconds(15)

    /// Settings, the rest as the design has it.
    package init(_ installation: Installation, host: String) {
        self.installation = installation
        self.host = host
    }

    /// Stays the same over restarts on a host: the coordinator gives the place of the dead to its successor at once.
    ///
    /// The id in the host's lock file is part of it. A host's name alone may be that of two, or of one whose daemons share
    /// no lock; each would take the place from the other, and a frozen one on waking from its successor (I3).
    func instance(lock: String) -> String {
        let legal = host.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": Character(scalar)
            default: "-"
            }
        }
        return "\(String(legal.prefix(200)))-\(lock)"
    }

    /// The settings of its clients, which carry the host for whoever asks who it is.
    var named: KafkaSettings {
        var settings = installation.kafka
        settings.clientID += "@\(host)"
        return settings
    }
}

/// The one daemon of an installation: the only member of its group, which has the topic of commands to itself.
///
/// A host's lock keeps a second one on it out at once. Between hosts, and where two share no lock, the group's coordinator
/// decides: it gives the one partition of the topic to one member, and to another only after that one left or was silent
/// for its session timeout. One that was silent for so long, or was fenced, and has the place again, goes on only if nobody
/// had it meanwhile. `close()` must be called.
package final class GroupMember: Sendable {
    /// How the coordinator sees it.
    private enum Standing: Sendable {
        /// It is asked for a place, or the group is being ordered anew.
        case waiting
        /// Others may have its place, and it has not learnt yet whether they do.
        case lost
        /// The coordinator refuses its client: for a copy of this daemon, or for what the client itself asked before.
        case fenced(ClientError)
        /// It was given the place, and has not learnt yet whether others had it meanwhile.
        case given
        /// It is the one.
        case holds
        /// Somebody else is, or it is of no more use.
        case over(PublishError)

        /// Whether it is known who has the place.
        var isSettled: Bool {
            switch self {
            case .waiting, .lost, .fenced, .given: false
            case .holds, .over: true
            }
        }
    }

    /// How it ends.
    private enum Ending: Sendable {
        /// It tells the coordinator, so that its place is free.
        case leaves
        /// Without a word, as a crash would.
        case dies
    }

    private let settings: MemberSettings
    let instance: String
    private let mark: PlaceMark
    private let stay: Locked<GroupStay>
    private let lock: HostLock
    private let log: LogTopic
    private let standing = Watched(Standing.waiting)
    private let silence: Locked<Silence>
    /// The offset that was committed last.
    private let done = Locked(Int64(0))
    /// Whether the place was its own before.
    private let hasHeld = Locked(false)
    /// For commits, which block.
    private let worker = SerialThread()
    private let ending = Watched(Ending?.none)
    private let ended = Latch()
    private let time = Monotonic.system

    /// How long the coordinator may take to give a place: as long as it waits for the members of before.
    private static let joinPatience = Duration.seconds(90)

    // MARK: Joining

    /// Becomes the daemon; throws `PublishError` (`alreadyRunning`: exit 4, with the host of who is it).
    package static func join(_ settings: MemberSettings) async throws -> GroupMember {
        let log = try await LogTopic.open(
            .commands,
            settings.named,
            prefix: settings.installation.prefix,
            origin: settings.installation.topicOrigin
        )
        do {
            return try await join(settings, log)
        } catch {
            await log.close()
            throw error
        }
    }

    private static func join(_ settings: MemberSettings, _ log: LogTopic) async throws -> GroupMember {
        let asking = try GroupClient(settings.named, prefix: settings.installation.prefix)
        let lock: HostLock
        let instance: String
        do {
            lock = try await takeLock(settings, asking)
            instance = settings.instance(lock: lock.id)
            // A place that is taken is not asked for: to order the group anew would disturb who has it.
            if let other = try await asking.holder(except: instance) {
                lock.release()
                throw Self.runsAlready(settings, other)
            }
        } catch {
            await asking.close()
            throw error
        }
        await asking.close()
        let stay: GroupStay
        do {
            stay = try GroupStay(settings, instance: instance)
        } catch {
            lock.release()
            throw error
        }
        let member = GroupMember(settings, instance, stay, lock, log)
        do {
            try await member.waitForPlace()
        } catch {
            await member.leave()
            throw error
        }
        return member
    }

    private static func takeLock(_ settings: MemberSettings, _ asking: GroupClient) async throws -> HostLock {
        let cluster = try await asking.clusterID()
        let path = settings.installation.lockFolder.file(
            prefix: settings.installation.prefix,
            clusterID: cluster
        )
        guard let lock = try HostLock.take(path) else {
            throw PublishError(
                .alreadyRunning,
                "the daemon of \(settings.installation.prefix) already runs on this host, which holds \(path)"
            )
        }
        return lock
    }

    private static func runsAlready(_ settings: MemberSettings, _ other: String) -> PublishError {
        PublishError(
            .alreadyRunning,
            "the daemon of \(settings.installation.prefix) already runs on \(other); if that host is dead, its place is free in "
                + "\(settings.sessionTimeout.components.seconds) s"
        )
    }

    private init(
        _ settings: MemberSettings,
        _ instance: String,
        _ stay: GroupStay,
        _ lock: HostLock,
        _ log: LogTopic
    ) {
        self.settings = settings
        self.instance = instance
        mark = PlaceMark(host: settings.host)
        self.stay = Locked(stay)
        self.lock = lock
        self.log = log
        silence = Locked(Silence(longest: settings.sessionTimeout / 2, at: time.now()))
        // It answers the coordinator for as long as the member lives, whatever else goes on.
        DedicatedThread.start { [self] in
            listen()
            ended.open()
        }
    }

    private func waitForPlace() async throws {
        let isSettled = await Monotonic.system.wait(atMost: Self.joinPatience) { [standing] in
            await standing.wait { $0.isSettled }
        }
        try Task.checkCancellation()
        switch standing.read({ $0 }) {
        case .holds: return
        case .over(let error): throw error
        case .waiting, .lost, .fenced, .given:
            guard isSettled else {
                throw current.client.unreachable(
                    "joining the group \(settings.installation.prefix.group)",
                    settings: settings.installation.kafka
                )
            }
        }
    }

    // MARK: The member's thread

    /// The client that stands in the group now.
    ///
    /// Only the thread of `worker` shuts one down, so that what is asked there never meets a client that has ended.
    private var current: GroupStay { stay.withLock { $0 } }

    private func listen() {
        while ending.read({ $0 == nil }) {
            silence.withLock { $0.look(at: time.now()) }
            let stay = current
            if let event = stay.next(limit: .milliseconds(500)) { answer(event) }
            if let error = stay.client.handle.fatalError { suspect(error) }
            learn()
        }
        if ending.read({ $0 == .leaves }) { current.leave() }
        current.end()
    }

    private func answer(_ event: GroupEvent) {
        switch event {
        case .assigned(let count) where count > 0: stand(.given)
        case .assigned: end(with: Self.runsAlready(settings, other() ?? "another host"))
        case .revoked(let isLost):
            stand(isLost ? .lost : .waiting)
            // What is lost is given back once it is known that nobody has it: joining anew could take it away again.
            if !isLost { current.giveBack() }
        case .error(let error):
            if error.isFatal || error.code == ErrorNumber.fencedInstance { suspect(error) }
            let code = ErrorClass.publishCode(of: error.code)
            if code == .notAuthorized {
                end(
                    with: PublishError(
                        .notAuthorized,
                        "the group \(settings.installation.prefix.group): \(error.text); grant the principal Read and Describe on it"
                    )
                )
            }
        }
    }

    /// Asks whose the place is or was, as long as that is not known.
    private func learn() {
        switch standing.read({ $0 }) {
        case .lost: lookAround()
        case .fenced(let error): lookForCopy(error)
        case .given: lookBack()
        case .waiting, .holds, .over: break
        }
    }

    /// Silent for too long: whoever took the place has it.
    private func lookAround() {
        guard case .success(let members) = members() else { return }
        if let other = members.host(except: instance) {
            end(with: supplanted(by: other))
        } else {
            stand(.waiting)
            current.giveBack()
        }
    }

    /// The coordinator refuses its client as somebody joined under its name: a copy of this daemon, if it never had the place.
    ///
    /// Otherwise it may have been this client: a request to join that stood still in Kafka can be heard after the one that
    /// was sent when it stayed unanswered, and then counts as the younger.
    private func suspect(_ error: ClientError) {
        if hasHeld.withLock({ $0 }) {
            standing.change { standing in
                switch standing {
                case .over, .fenced: return
                case .waiting, .lost, .given, .holds: standing = .fenced(error)
                }
            }
        } else {
            end(with: fenced(error))
        }
    }

    /// A copy that had the place left its mark; where none did, a new client asks for it.
    ///
    /// A copy that is about to leave its mark is fenced by that, and ends as it never had the place; had it just left it, this
    /// daemon finds it when it is given the place.
    private func lookForCopy(_ error: ClientError) {
        guard case .success(let committed) = committed(within: .seconds(2)) else { return }
        guard committed.flatMap({ PlaceMark($0.note) }) == mark else {
            end(with: fenced(error))
            return
        }
        do {
            let old = current
            old.end()
            let new = try GroupStay(settings, instance: instance)
            stay.withLock { $0 = new }
            worker.submit { _ = old.client.shutDown(atMost: .seconds(5)) }
            stand(.waiting)
        } catch {
            end(with: error)
        }
    }

    /// Whoever had the place meanwhile decided ticks and did commands, of which this daemon knows nothing (I5).
    private func lookBack() {
        guard case .success(let committed) = committed(within: .seconds(2)) else { return }
        let last = committed.flatMap { PlaceMark($0.note) }
        if hasHeld.withLock({ $0 }), last != mark {
            end(with: supplanted(by: last?.host ?? "another host"))
            return
        }
        let offset = done.withLock { done in
            done = max(done, committed?.offset ?? 0)
            return done
        }
        guard commitMarked(offset) == nil else { return }
        hasHeld.withLock { $0 = true }
        stand(.holds)
    }

    private func members() -> Result<[MemberDescription], ClientError> {
        current.client.handle.members(of: settings.installation.prefix.group, limit: .seconds(2))
    }

    private func committed(within limit: Duration) -> Result<CommittedOffset?, ClientError> {
        current.client.handle.committed(settings.installation.prefix.commandsTopic, 0, limit: limit)
    }

    private func other() -> String? {
        guard case .success(let members) = members() else { return nil }
        return members.host(except: instance)
    }

    private func supplanted(by host: String) -> PublishError {
        PublishError(
            .alreadyRunning,
            "the daemon of \(settings.installation.prefix) on \(host) took the place of this one, which gave no sign of "
                + "life for over \(settings.sessionTimeout.components.seconds) s and decides nothing any more; start it "
                + "again where it is to be the daemon"
        )
    }

    private func fenced(_ error: ClientError) -> PublishError {
        PublishError(
            .alreadyRunning,
            "another daemon of \(settings.installation.prefix) calls itself \(settings.host), has a copy of the lock file "
                + "\(lock.path) and took the place of this one (\(error.text)); give each host a name and a lock "
                + "folder of its own"
        )
    }

    private func stand(_ new: Standing) {
        standing.change { standing in
            if case .over = standing { return }
            standing = new
        }
    }

    private func end(with error: PublishError) {
        standing.change { standing in
            if case .over = standing { return }
            standing = .over(error)
        }
    }

    // MARK: Commands

    /// Gives `each` the commands in their order, from the first that was not committed as done, until the task is
    /// cancelled; throws where the daemon has lost its place.
    ///
    /// While the group is ordered anew, and while Kafka is away, it waits. A command can come again after a crash: whoever
    /// does it knows by its id.
    package func commands(_ each: @escaping @Sendable (TopicRecord) async throws -> Void) async throws {
        let start = try await committed()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.standsOver() }
            group.addTask {
                try await self.log.follow(from: start.map { .offset($0) } ?? .beginning) { record in
                    try await self.hold()
                    try await each(record)
                    return true
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Returns by throwing: when the daemon has lost its place, or the task is cancelled.
    package func standsOver() async throws {
        await standing.wait { standing in
            if case .over = standing { true } else { false }
        }
        if case .over(let error) = standing.read({ $0 }) { throw error }
        throw CancellationError()
    }

    private func hold() async throws {
        await standing.wait { $0.isSettled }
        try Task.checkCancellation()
        if case .over(let error) = standing.read({ $0 }) { throw error }
    }

    /// Returns while the place is certainly this daemon's; throws where it has lost it.
    ///
    /// A process that stood still for long cannot know: the coordinator is asked, which lets nobody else commit (I3).
    package func holds() async throws {
        while true {
            try await hold()
            guard silence.withLock({ $0.isDoubtful(at: time.now()) }) else { return }
            let (asked, offset) = (time.now(), done.withLock { $0 })
            if await worker.run({ [self] in commit(offset) }) == nil {
                silence.withLock { $0.confirm(at: asked) }
            } else {
                // Its thread hears what became of it.
                try await time.sleep(.milliseconds(100))
            }
        }
    }

    /// The offset that was committed last; nil where none was.
    package func committed() async throws -> Int64? {
        let found = try await ask("reading what is committed of") { [self] in
            committed(within: .seconds(5))
        }
        // The first daemon of an installation committed only that it has the place.
        guard let offset = found?.offset, offset > 0 else { return nil }
        done.withLock { $0 = max($0, offset) }
        return offset
    }

    /// Commits that everything before an offset is done: the next daemon goes on from there.
    package func commit(before offset: Int64) async throws {
        try await hold()
        try await ask("committing the commands of") { [self] in
            commit(offset).map { Result<Void, ClientError>.failure($0) } ?? .success(())
        }
        done.withLock { $0 = max($0, offset) }
    }

    /// Commits an offset under this daemon's mark, which must cover nobody else's: only while the place is its own.
    private func commit(_ offset: Int64) -> ClientError? {
        guard standing.read({ if case .holds = $0 { true } else { false } }) else {
            return ClientError(
                code: ErrorNumber.rebalanceInProgress,
                name: "REBALANCE_IN_PROGRESS",
                text: "it is not known who has the place"
            )
        }
        return commitMarked(offset)
    }

    private func commitMarked(_ offset: Int64) -> ClientError? {
        current.client.handle.commit(
            settings.installation.prefix.commandsTopic,
            0,
            CommittedOffset(offset: offset, note: mark.text)
        )
    }

    private func ask<Value: Sendable>(
        _ attempt: String,
        _ question: @escaping @Sendable () -> Result<Value, ClientError>
    ) async throws -> Value {
        let begun = ContinuousClock.now
        while true {
            let error: ClientError
            switch await worker.run(question) {
            case .success(let value): return value
            case .failure(let found): error = found
            }
            if case .over(let ending) = standing.read({ $0 }) { throw ending }
            // Whether a copy of this daemon fenced it, its thread finds out.
            let isPassing = ErrorClass.isPassing(error.code) || error.code == ErrorNumber.fencedInstance
            guard isPassing, ContinuousClock.now - begun < .seconds(30) else {
                let attempt = "\(attempt) \(settings.installation.prefix.group)"
                if ErrorClass.isConnection(error.code) {
                    throw current.client.unreachable(attempt, settings: settings.installation.kafka)
                }
                throw PublishError(
                    ErrorClass.publishCode(of: error.code) ?? .fatal,
                    "\(attempt): \(error.text) (\(error.name))"
                )
            }
            try await Monotonic.system.sleep(.milliseconds(100))
        }
    }

    // MARK: The end

    /// Leaves the group, so that another host can have the place at once, and gives everything back.
    package func close() async {
        await leave()
        await log.close()
    }

    /// Gives everything back without a good-bye, as a crash would.
    func abandon() async {
        await leave(.dies)
        await log.close()
    }

    private func leave(_ how: Ending = .leaves) async {
        ending.change { $0 = $0 ?? how }
        end(with: PublishError(.fatal, "the daemon has left the group \(settings.installation.prefix.group)"))
        await worker.run { [self] in
            if ended.wait(atMost: .seconds(10)) {
                _ = current.client.shutDown(atMost: .seconds(5))
            } else {
                say(
                    "the member of the group \(settings.installation.prefix.group) did not end in time and was left behind"
                )
            }
        }
        worker.stop()
        // Only now: while it could still answer the coordinator, the lock says that it lives.
        lock.release()
    }

    private func say(_ text: String) {
        settings.installation.kafka.onLog(KafkaSettings.LogLine(level: 4, facility: "CLOSE", text: text))
    }

    // MARK: For others

    /// The host of the daemon of an installation, nil where none runs; throws where that cannot be told in time.
    package static func holder(
        _ kafka: KafkaSettings,
        prefix: TopicPrefix,
        patience: Duration = .seconds(2)
    ) async throws -> String? {
        let asking = try GroupClient(kafka, prefix: prefix)
        do {
            let holder = try await asking.holder(except: nil, patience: patience)
            await asking.close()
            return holder
        } catch {
            await asking.close()
            throw error
        }
    }
}
