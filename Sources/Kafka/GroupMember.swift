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
    var instance: String {
        let legal = host.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": Character(scalar)
            default: "-"
            }
        }
        let text = String(legal.prefix(200))
        return text.allSatisfy { $0 == "." } ? "host-\(text.count)" : text
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
/// A host's lock keeps a second one on it out at once. Between hosts the group's coordinator decides: it gives the one
/// partition of the topic to one member, and to another host only after that one left or was silent for its session
/// timeout. `close()` must be called.
package final class GroupMember: Sendable {
    /// How the coordinator sees it.
    private enum Standing: Sendable {
        /// It is asked for a place, or the group is being ordered anew.
        case waiting
        /// It is the one.
        case holds
        /// Somebody else is, or it is of no more use.
        case over(PublishError)
    }

    /// How it ends.
    private enum Ending: Sendable {
        /// It tells the coordinator, so that its place is free.
        case leaves
        /// Without a word, as a crash would.
        case dies
    }

    private let settings: MemberSettings
    private let client: Client
    private let queue: GroupQueue
    private let lock: HostLock
    private let log: LogTopic
    private let standing = Watched(Standing.waiting)
    private let silence: Locked<Silence>
    /// The offset that was committed last.
    private let done = Locked(Int64(0))
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
        do {
            lock = try await takeLock(settings, asking)
            // A place that is taken is not asked for: to order the group anew would disturb who has it.
            if let other = try await asking.holder(except: settings.instance) {
                lock.release()
                throw Self.runsAlready(settings, other)
            }
        } catch {
            await asking.close()
            throw error
        }
        await asking.close()
        let client = try Client(
            settings: settings.named,
            role: .member(
                group: settings.installation.prefix.group,
                instance: settings.instance,
                sessionTimeout: settings.sessionTimeout
            )
        )
        let queue: GroupQueue
        switch client.handle.subscribe(to: settings.installation.prefix.commandsTopic) {
        case .success(let joined): queue = joined
        case .failure(let error):
            _ = client.shutDown()
            throw PublishError(
                .fatal,
                "joining the group \(settings.installation.prefix.group): \(error.text)"
            )
        }
        let member = GroupMember(settings, client, queue, lock, log)
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
        _ client: Client,
        _ queue: GroupQueue,
        _ lock: HostLock,
        _ log: LogTopic
    ) {
        self.settings = settings
        self.client = client
        self.queue = queue
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
            await standing.wait { standing in
                if case .waiting = standing { false } else { true }
            }
        }
        try Task.checkCancellation()
        switch standing.read({ $0 }) {
        case .holds: return
        case .over(let error): throw error
        case .waiting:
            guard isSettled else {
                throw client.unreachable(
                    "joining the group \(settings.installation.prefix.group)",
                    settings: settings.installation.kafka
                )
            }
        }
    }

    // MARK: The member's thread

    private func listen() {
        defer { queue.destroy() }
        var hasPlace = false
        while ending.read({ $0 == nil }) {
            silence.withLock { $0.look(at: time.now()) }
            if let event = queue.next(limit: .milliseconds(500)) {
                switch event {
                case .assigned(let count): hasPlace = count > 0
                case .revoked: hasPlace = false
                case .error: break
                }
                answer(event)
            }
            if let error = client.handle.fatalError { end(with: fenced(error)) }
        }
        if ending.read({ $0 == .dies }) { return }
        // A static member's end alone would keep its place for the session timeout, from every other host.
        queue.unsubscribe()
        // Closed before that is answered, it would not have left.
        answerAll(for: hasPlace ? .seconds(5) : .milliseconds(500))
        queue.close()
        let begun = ContinuousClock.now
        while !queue.isClosed, ContinuousClock.now - begun < .seconds(5) {
            answerAll(for: .milliseconds(100))
        }
    }

    private func answerAll(for limit: Duration) {
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < limit, !queue.isClosed {
            guard let event = queue.next(limit: .milliseconds(50)) else { continue }
            if case .revoked = event {
                queue.giveBack()
                return
            }
        }
    }

    private func answer(_ event: GroupEvent) {
        switch event {
        case .assigned(let count) where count > 0: stand(.holds)
        case .assigned: end(with: Self.runsAlready(settings, other() ?? "another host"))
        case .revoked(let isLost):
            stand(.waiting)
            // Silent for too long: whoever took the place has it. Joining anew could take it away again.
            if isLost, let other = other() {
                end(with: Self.runsAlready(settings, other))
                return
            }
            queue.giveBack()
        case .error(let error):
            if error.isFatal || error.code == ErrorNumber.fencedInstance { end(with: fenced(error)) }
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

    private func other() -> String? {
        guard
            case .success(let members) = client.handle.members(
                of: settings.installation.prefix.group,
                limit: .seconds(2)
            )
        else { return nil }
        return members.host(except: settings.instance)
    }

    private func fenced(_ error: ClientError) -> PublishError {
        PublishError(
            .alreadyRunning,
            "another daemon of \(settings.installation.prefix) calls itself \(settings.host), as this one does, and took its place "
                + "(\(error.text)); give each host a name of its own"
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
        await standing.wait { standing in
            if case .waiting = standing { false } else { true }
        }
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
            let error = await worker.run { [client, settings] in
                client.handle.commit(settings.installation.prefix.commandsTopic, 0, offset: offset)
            }
            if error == nil {
                silence.withLock { $0.confirm(at: asked) }
            } else {
                // Its thread hears what became of it.
                try await time.sleep(.milliseconds(100))
            }
        }
    }

    /// The offset that was committed last; nil where none was.
    package func committed() async throws -> Int64? {
        let offset = try await ask("reading what is committed of") { [client, settings] in
            client.handle.committedOffset(settings.installation.prefix.commandsTopic, 0, limit: .seconds(5))
        }
        done.withLock { $0 = max($0, offset ?? 0) }
        return offset
    }

    /// Commits that everything before an offset is done: the next daemon goes on from there.
    package func commit(before offset: Int64) async throws {
        try await hold()
        try await ask("committing the commands of") { [client, settings] in
            let error = client.handle.commit(settings.installation.prefix.commandsTopic, 0, offset: offset)
            return error.map { Result<Void, ClientError>.failure($0) } ?? .success(())
        }
        done.withLock { $0 = max($0, offset) }
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
            guard ErrorClass.isPassing(error.code), ContinuousClock.now - begun < .seconds(30) else {
                let attempt = "\(attempt) \(settings.installation.prefix.group)"
                if ErrorClass.isConnection(error.code) {
                    throw client.unreachable(attempt, settings: settings.installation.kafka)
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
                _ = client.shutDown(atMost: .seconds(5))
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

/// Asks about a group without being a member of it.
private final class GroupClient: Sendable {
    private let client: Client
    private let settings: KafkaSettings
    private let group: String
    private let worker = SerialThread()

    init(_ settings: KafkaSettings, prefix: TopicPrefix) throws(PublishError) {
        self.settings = settings
        group = prefix.group
        client = try Client(settings: settings, role: .admin)
    }

    func clusterID() async throws(PublishError) -> String {
        try await worker.run { [self] () throws(PublishError) in
            guard let id = client.handle.clusterID(limit: .seconds(20)) else {
                throw client.unreachable("asking for the cluster's id", settings: settings)
            }
            return id
        }
    }

    /// The host of a member, of the one that has the commands if there is one.
    func holder(
        except instance: String?,
        patience: Duration = .seconds(20)
    ) async throws(PublishError) -> String? {
        try await worker.run { [self] () throws(PublishError) in
            let begun = ContinuousClock.now
            while true {
                let left = patience - (ContinuousClock.now - begun)
                let error: ClientError
                switch client.handle.members(of: group, limit: max(.milliseconds(100), left)) {
                case .success(let members):
                    return members.host(except: instance)
                case .failure(let found): error = found
                }
                guard ErrorClass.isPassing(error.code), ContinuousClock.now - begun < patience else {
                    let attempt = "asking for the daemon (the group \(group))"
                    if ErrorClass.isConnection(error.code) {
                        throw client.unreachable(attempt, settings: settings)
                    }
                    if ErrorClass.publishCode(of: error.code) == .notAuthorized {
                        throw PublishError(
                            .notAuthorized,
                            "\(attempt): \(error.text); grant the principal Describe on the group"
                        )
                    }
                    throw PublishError(.fatal, "\(attempt): \(error.text) (\(error.name))")
                }
                Latch.pause(.milliseconds(50))
            }
        }
    }

    func close() async {
        await worker.run { [self] in _ = client.shutDown(atMost: .seconds(2)) }
        worker.stop()
    }
}
