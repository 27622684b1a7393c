import Configuration
import Core
import Events
import Extraction
import JSON
import Kafka
import Runs
import Scheduling
import Synchronization
import Telemetry

/// Performs runs: each in its account's session, its tick recorded in its first and its last transaction (I5).
struct RunPerformer: RunPerforming {
    /// What the runs' side asks of the one that decides.
    protocol Desk: Sendable {
        /// The record of the run's schedule as it stands when the run begins.
        func opening(_ order: RunOrder, at now: Instant) -> ScheduleRecord?
        /// The record of the run's schedule as it stands when the run is over; nil where another attempt will follow.
        func closing(_ order: RunOrder, _ end: RunEnd) -> ScheduleRecord?
        /// The run's first transaction has committed.
        func began(_ run: String)
        /// What was decided before is in the log of runs.
        func flush() async throws
        func append(_ event: RunLine.Event)
    }

    let place: RunPlace
    let board: RunBoard
    let metrics: DaemonMetrics
    let sessions = AccountSessions<OpenAccount>()
    let limits = LimitBoard()
    let logger: Logger
    let now: WallClock

    /// One attempt at a run, from its session's start to its last transaction.
    func perform(_ order: RunOrder, _ sources: AccountSources, _ desk: any Desk, stop: StopSignal) async
        -> RunResult
    {
        let started = now()
        board.begin(RunStart(order), at: started, waiting: "the account's settings")
        var onProgress: (@Sendable (JSONValue) -> Void)?
        if case .command = order.origin {
            onProgress = { desk.append(.progress(run: order.run, streams: $0)) }
        }
        let attempt = RunAttempt(
            order: order,
            started: started,
            board: board,
            logger: logger,
            onProgress: onProgress
        )
        do {
            // Secrets are read anew, which can take seconds.
            let setup = try await SerialThread.apart { try AccountSetup(sources) }
            attempt.redact(setup.redaction)
            board.wait(order.run, for: "the account's session")
            let session = try session(setup, order)
            try await sessions.run(order.account, open: { try await open(session, stop, $0) }) {
                account in
                await run(attempt, setup, account, desk, stop)
            }
        } catch is CancellationError {
            if attempt.result == nil { attempt.finish(.cancelled, "ended before it began") }
        } catch {
            attempt.fail(error)
        }
        return attempt.result
            ?? RunResult(
                end: RunEnd(status: .failed, isTransient: true, reason: "the session was lost"),
                started: started
            )
    }

    /// Writes a schedule's record while no run of it needs to be active.
    func keep(
        _ account: AccountName,
        run: String,
        stop: StopSignal,
        _ records: @escaping @Sendable ([[UInt8]: [UInt8]]) async throws -> [StateRecord]?
    ) async throws {
        let result = Locked<Result<Bool, any Error>?>(nil)
        let settings = place.session(account, run: run, topics: [])
        try await sessions.run(account, open: { try await open(settings, stop, $0) }) { open in
            let kept: Result<Bool, any Error>
            do {
                kept = .success(try await open.keep(records))
            } catch {
                kept = .failure(error)
            }
            result.withLock { $0 = kept }
        }
        _ = try result.withLock { $0 }?.get()
    }

    /// The session that a run needs, with the topics that are known before anything is asked.
    private func session(_ setup: AccountSetup, _ order: RunOrder) throws -> SessionSettings {
        let topics = try setup.knownTopics.known(place.prefix)
        var settings = place.session(setup.account, run: order.run, topics: topics)
        if case .command(let command) = order.origin, case .sync(let request) = command.verb {
            settings.acceptsLoss = request.acceptsLoss
            settings.resyncs = request.isResync ? try setup.streams.choice : []
        }
        return settings
    }

    /// Opens an account, whoever does; runs that join bring the way to its API, which ends with the session.
    func open(
        _ settings: SessionSettings,
        _ stop: StopSignal,
        _ body: @escaping @Sendable (OpenAccount) async -> Void
    ) async throws {
        try await AccountSession.withSession(settings, startUnless: stop.wait) { session in
            let account = OpenAccount(session, topics: settings.eventTopics, registry: place.registry)
            await body(account)
            await account.close()
        }
    }

    // MARK: In the session

    private func run(
        _ attempt: RunAttempt,
        _ setup: AccountSetup,
        _ account: OpenAccount,
        _ desk: any Desk,
        _ stop: StopSignal
    ) async {
        let order = attempt.order
        do {
            switch try await begin(attempt, account, desk) {
            case .hasBegun: break
            case .isRecorded: return attempt.finish(.duplicate, "the tick is recorded as run")
            case .isUnwanted: return attempt.finish(.cancelled, "it was withdrawn before it began")
            }
            board.wait(order.run, for: nil)
            let outcome = try await read(attempt, setup, account, stop)
            metrics.attempted(setup.account, outcome)
            attempt.take(outcome)
        } catch is CancellationError {
            attempt.finish(.cancelled, "ended early")
        } catch {
            attempt.fail(error)
        }
        guard let end = attempt.result?.end else { return }
        do {
            let isOver = try await account.keep { state in
                let record = desk.closing(order, end)
                if record != nil { try await desk.flush() }
                return try record?.records(account: order.account, in: state)
            }
            if isOver { CrashPoint.hit(.afterTickEnd) }
        } catch {
            // The tick stays open in the state: whoever starts next goes on with it.
            attempt.log(.error, "the end of the tick could not be recorded: \(attempt.redacted(error))")
        }
    }

    private enum Beginning {
        case hasBegun
        /// Its tick is recorded as run already (I5).
        case isRecorded
        /// It was withdrawn meanwhile.
        case isUnwanted
    }

    /// The run's first transaction.
    private func begin(_ attempt: RunAttempt, _ account: OpenAccount, _ desk: any Desk) async throws
        -> Beginning
    {
        let order = attempt.order
        if case .tick(let tick) = order.origin {
            let known = try ScheduleRecord(
                in: account.session.state,
                account: order.account,
                id: tick.schedule
            )
            if let last = known?.last, last.tick.id == tick.id, last.ended != nil { return .isRecorded }
        }
        let isWanted = try await account.keep { state in
            let record = desk.opening(order, at: now())
            // What it says was decided must be told before it says so.
            if record != nil { try await desk.flush() }
            return try record?.records(account: order.account, in: state)
        }
        guard isWanted else { return .isUnwanted }
        CrashPoint.hit(.afterTickStart)
        desk.began(order.run)
        desk.append(.started(RunStart(order)))
        return .hasBegun
    }

    private func read(
        _ attempt: RunAttempt,
        _ setup: AccountSetup,
        _ account: OpenAccount,
        _ stop: StopSignal
    ) async throws -> RunOutcome {
        let time = place.time(setup.account)
        let requester = try account.requester(
            setup,
            place.transports,
            wall: time?.wall ?? Instant.systemClock,
            limits: limits
        ) { skew in
            attempt.log(.warning, skew.message)
        }
        attempt.redact { requester.redact($0) }
        var (limit, since, isResync, accepts) = (Int?.none, Instant?.none, false, false)
        var chosen = setup.streams
        if case .command(let command) = attempt.order.origin, case .sync(let request) = command.verb {
            (limit, since, isResync, accepts) = (
                request.limit, request.since, request.isResync, request.acceptsLoss
            )
            // The schedule whose settings it uses may read others.
            chosen = try setup.definition.chosen(request.streams ?? [])
        }
        let backfill = attempt.order.chunk
        if let backfill { chosen = try backfill.chosen(of: setup) }
        let observe = metrics.observer(of: setup.account, next: attempt.observe)
        let finder = StreamFinder(requester: requester, stop: stop, observer: observe)
        var found = try await finder.find(chosen)
        let topics = try setup.topics(of: found.streams, place.prefix)
        try await account.add(topics + setup.entityTopics(of: found.streams, place.prefix))
        let plans = SyncPlans(
            account: setup.account,
            definition: setup.definition,
            since: since,
            isAccountInKey: setup.isAccountInKey,
            envelope: setup.envelope,
            entities: setup.entityPlan(place.prefix),
            isResync: isResync,
            drift: setup.drift,
            catalog: setup.catalog,
            registry: account.registry,
            privacy: setup.privacy
        )
        var streams = try plans.make(&found, topics, account.session)
        if let backfill { try backfill.place(&streams, setup.account, account.session.state) }
        var run = SyncRun(
            account: setup.account,
            streams: streams,
            limit: limit,
            requester: requester,
            destination: account.session,
            wall: time?.wall ?? now,
            clock: time?.clock ?? WaitingClock(ContinuousClock()),
            stop: stop,
            observer: observe,
            acceptsAbsence: accepts
        )
        run.backfill = backfill?.part
        run.deadLetters = DeadLetterPlan(run: attempt.order.run, limit: setup.deadLetters)
        var outcome = await run.run()
        outcome.add(found)
        return outcome
    }
}
