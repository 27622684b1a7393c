/// The steps by which a session becomes an account's only writer and stays it (I3): events in, actions out.
///
/// Lock → look at the session record → fence → read the committed state → write the record → run. After every
/// fence and for every new producer all steps but the lock, which is still held, are taken again.
///
/// Two rules keep a session that woke from a long freeze from doing harm. Before the fence, and for the case that it
/// froze right there once more after it, it looks who wrote the session record last; a record that somebody else
/// wrote since means that it yields, and the other, fenced or not, finds its own record and goes on.
package struct SessionMachine: Sendable {
    /// What decides how a session starts.
    package struct Settings: Sendable {
        package var account: AccountName
        /// Unique for this start.
        package var session: String
        /// A session is dead whose record stayed at one offset this long.
        package var lease: Duration = .seconds(15)
        /// Between two looks at the record, and two tries of the lock.
        package var interval: Duration = .seconds(1)
        /// A session that commits nothing writes its record this often.
        package var renewal: Duration = .seconds(5)
        /// So long a fenced session leaves the one that fenced it to write its record.
        package var courtesy: Duration = .seconds(6)
        /// Takes the account from a live session on another host.
        package var takesOver = false
        /// Waits for a live session to end, where it would otherwise be refused.
        package var waits = false
        /// So many times a start may be fenced by another one before it gives up.
        package var attempts = 5

        /// The settings of a session; intervals as the design has them.
        package init(account: AccountName, session: String, takesOver: Bool = false, waits: Bool = false) {
            self.account = account
            self.session = session
            self.takesOver = takesOver
            self.waits = waits
        }
    }

    /// A session record and where it stood.
    package struct Sighting: Hashable, Sendable {
        package var record: SessionRecord
        package var offset: Int64

        /// A sighting.
        package init(record: SessionRecord, offset: Int64) {
            self.record = record
            self.offset = offset
        }
    }

    /// What the shell tells.
    package enum Event: Sendable {
        case start
        /// The lock file is ours; its id is what stands in it.
        case lockTaken(id: String)
        /// Somebody on this host holds it: the text says where the file is.
        case lockHeld(at: String)
        /// The wait is over.
        case timer
        /// The last session record, committed or not; asked for at a time before the answer came.
        case sessionSeen(Sighting?, asked: Duration)
        /// `init_transactions` returned: whoever wrote before is fenced.
        case initialised
        /// The committed state was not readable up to the high watermark within its patience.
        case stateStalled
        case neighboursFenced
        /// The state was read up to the high watermark; the last committed session record in it.
        case stateRead(Sighting?)
        /// The transaction of our own record committed.
        case recordWritten
        /// A transaction of events committed; it held the record too.
        case committed
        /// Time passes while running.
        case tick
        /// The producer is of no more use, or not to be trusted any longer.
        case lost
        /// The same, since somebody else took its transactional id, or Kafka gave up its transaction.
        case fenced
        case end
    }

    /// What the shell is to do.
    package enum Action: Equatable, Sendable {
        case takeLock
        case wait(Duration)
        /// In the uncommitted view: a record of an open transaction is a sign of life too.
        case readSession
        /// A new producer of the account's transactional id.
        case initTransactions
        /// Up to the high watermark as it was at the first try after the fence.
        case readState
        case fenceNeighbours
        case writeRecord
        /// The session may be used; state is what was read.
        case ready
        case destroyProducer
        /// Writes the good-bye.
        case writeEnd
        /// Gives back producer and lock.
        case close
        case fail(PublishError.Code, String)
    }

    private enum Phase: Equatable {
        case idle, locking, looking, initialising, reading, writing, running, ending, over
    }

    private let settings: Settings
    private var phase = Phase.idle
    private var lock = ""
    /// Whether our own record was committed: from then on the last record must be ours.
    private var isOwner = false
    private var seen: Sighting?
    private var watch: LeaseWatch
    private var lostStarts = 0
    private var lastWrite: Duration = .zero

    /// A session that has not started.
    package init(settings: Settings) {
        self.settings = settings
        watch = LeaseWatch(lease: settings.lease, longestGap: settings.renewal)
    }

    /// Whether groups may be committed.
    package var isRunning: Bool { phase == .running }

    /// Takes an event at a monotonic time and says what to do, in this order.
    package mutating func handle(_ event: Event, at now: Duration) -> [Action] {
        switch (phase, event) {
        case (.idle, .start):
            return go(.locking, [.takeLock])
        case (.locking, .lockTaken(let id)):
            lock = id
            return go(.looking, [.readSession])
        case (.locking, .lockHeld(let path)):
            if settings.waits { return [.wait(settings.interval)] }
            return fail(
                .alreadyRunning,
                "\(settings.account) is already running on this host (\(path) is locked)"
            )
        case (.locking, .timer):
            return [.takeLock]
        case (.looking, .timer):
            return [.readSession]
        case (.looking, .sessionSeen(let sighting, let asked)):
            return isOwner ? lookAgain(sighting) : look(sighting, asked: asked, now: now)
        case (.initialising, .initialised):
            return go(.reading, [.readState])
        case (.reading, .stateStalled):
            return [.fenceNeighbours]
        case (.reading, .neighboursFenced):
            return [.readState]
        case (.reading, .stateRead(let sighting)):
            return verify(sighting)
        case (.writing, .recordWritten):
            isOwner = true
            lostStarts = 0
            lastWrite = now
            return go(.running, [.ready])
        case (.running, .committed), (.running, .recordWritten):
            lastWrite = now
            return []
        case (.running, .tick):
            return now - lastWrite >= settings.renewal ? [.writeRecord] : []
        case (.running, .end):
            return go(.ending, [.writeEnd])
        case (.ending, .recordWritten), (.ending, .lost), (.ending, .fenced):
            // A good-bye that did not get through costs the next host a lease, nothing else.
            return go(.over, [.close])
        case (.running, .lost):
            return go(.looking, [.destroyProducer, .readSession])
        case (.running, .fenced):
            // At once it would find its own record still to be the last, and fence its successor in mid-start, as often
            // as that tries again.
            return go(.looking, [.destroyProducer, .wait(settings.courtesy)])
        case (.initialising, .lost), (.reading, .lost), (.writing, .lost),
            (.initialising, .fenced), (.reading, .fenced), (.writing, .fenced):
            return startLost()
        case (_, .tick), (.over, _):
            return []
        default:
            preconditionFailure("a session in \(phase) takes no \(event)")
        }
    }

    private mutating func go(_ phase: Phase, _ actions: [Action]) -> [Action] {
        self.phase = phase
        return actions
    }

    private mutating func fail(_ code: PublishError.Code, _ message: String) -> [Action] {
        go(.over, [.destroyProducer, .close, .fail(code, message)])
    }

    /// Step 2 of a first start: whose record it is, and whether it lives.
    private mutating func look(_ sighting: Sighting?, asked: Duration, now: Duration) -> [Action] {
        seen = sighting
        guard let sighting, !isProvenDead(sighting.record), !settings.takesOver else {
            return go(.initialising, [.initTransactions])
        }
        switch watch.look(offset: sighting.offset, asked: asked, now: now) {
        case .isDead: return go(.initialising, [.initTransactions])
        case .lives where !settings.waits: return refuse(sighting.record)
        case .lives, .unknown: return [.wait(settings.interval)]
        }
    }

    private func isProvenDead(_ record: SessionRecord) -> Bool {
        record.status == .ended || record.lock == lock || record.session == settings.session
    }

    /// Step 2 of one that ran already: only as long as its own record is the last (I3).
    private mutating func lookAgain(_ sighting: Sighting?) -> [Action] {
        guard let sighting, sighting.record.session == settings.session else {
            return supplanted(by: sighting?.record)
        }
        seen = sighting
        return go(.initialising, [.initTransactions])
    }

    /// Step 4: whether anybody wrote a session record between our look and our fence.
    private mutating func verify(_ sighting: Sighting?) -> [Action] {
        guard let sighting, sighting.record.session != settings.session else {
            if isOwner && sighting == nil { return supplanted(by: nil) }
            // An owner's record stands already, and in every transaction to come. One for its own sake could be slow
            // in its turn and ask for the next recycle, for ever.
            return isOwner ? resume() : go(.writing, [.writeRecord])
        }
        if isOwner { return supplanted(by: sighting.record) }
        let isNewer = seen.map { sighting.offset > $0.offset } ?? true
        let isTakenFrom = settings.takesOver && sighting.record.session == seen?.record.session
        guard isNewer, !isTakenFrom, !isProvenDead(sighting.record) else {
            return go(.writing, [.writeRecord])
        }
        // It lives, and our fence only made it take its steps again.
        return refuse(sighting.record)
    }

    private mutating func resume() -> [Action] {
        lostStarts = 0
        return go(.running, [.ready])
    }

    private mutating func startLost() -> [Action] {
        lostStarts += 1
        guard lostStarts < settings.attempts else {
            return fail(
                .fenced,
                "\(settings.account) was fenced \(lostStarts) times while starting; another session starts again and again"
            )
        }
        watch = LeaseWatch(lease: settings.lease, longestGap: settings.renewal)
        // Twice the interval: the other one can write its record meanwhile, and one of the two goes on.
        return go(.looking, [.destroyProducer, .wait(settings.interval * 2)])
    }

    private mutating func refuse(_ record: SessionRecord) -> [Action] {
        fail(
            .alreadyRunning,
            "\(settings.account) is already running on \(record.host) (run \(record.run)); "
                + "wait for it with --wait, or take the account from it with --take-over"
        )
    }

    private mutating func supplanted(by record: SessionRecord?) -> [Action] {
        guard let record else {
            return fail(
                .fatal,
                "the session record of \(settings.account) is gone from the state topic; was it deleted?"
            )
        }
        return fail(
            .alreadyRunning,
            "\(settings.account) was taken over by a session on \(record.host) (run \(record.run)); this one ends, "
                + (record.status == .ended
                    ? "and so has that one: run it again, it goes on where that one stopped"
                    : "and that one goes on; to run after it, use --wait")
        )
    }
}
