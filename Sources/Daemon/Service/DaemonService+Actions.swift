import Core
import JSON
import Runs
import Scheduling
import Synchronization
import Telemetry

extension DaemonService {
    /// So many records are written at once while no run writes them.
    private static let keptAtOnce = 4

    /// Tells the machine what happened and does what it says; the loop then looks when to wake next.
    func tell(_ event: DaemonMachine.Event) {
        handle(event)
        changes.bump()
        bell.ring()
    }

    /// Looks at the clock and does what is due.
    func look() {
        if handle(.look) { changes.bump() }
    }

    /// Whether there was anything to do.
    @discardableResult
    private func handle(_ event: DaemonMachine.Event) -> Bool {
        let reading = clocks.read()
        let actions = shared.withLock { shared in
            let actions = shared.machine.handle(event, at: reading)
            shared.lastLook = reading.monotonic
            for action in actions { note(action, &shared, at: reading.wall) }
            return actions
        }
        for action in actions { perform(action) }
        return !actions.isEmpty
    }

    /// What must be known before the lock is given back: what was decided, in order, and what is about to run.
    private func note(_ action: DaemonMachine.Action, _ shared: inout Shared, at now: Instant) {
        switch action {
        case .record(let schedule, let skipped):
            shared.outbox.append(
                line(.skipped(schedule: schedule, skipped), at: now),
                in: shared.schedules[schedule]?.entry.schedule.timetable
            )
        case .audit(let entry): shared.outbox.append(line(.audit(entry), at: now))
        case .answer(let answer): shared.outbox.append(line(.answer(answer), at: now))
        case .start(let order):
            shared.active[order.run] = Active(order: order)
        case .stop(let run, let reason): shared.active[run]?.reason = reason
        case .withdraw(let run): shared.active[run]?.isWithdrawn = true
        case .keep(let schedule, let answers): shared.keeps.add(schedule, answers)
        case .tell(let backfill): shared.outbox.append(line(.backfill(backfill), at: now))
        case .finished, .paused, .resumed, .clockChanged, .change: break
        }
    }

    private func perform(_ action: DaemonMachine.Action) {
        switch action {
        case .start(let order):
            numbers.ordered(order)
            start(order)
        case .stop(let run, let reason): stop(run, reason)
        case .withdraw(let run): stop(run, .replaced)
        case .record(let schedule, let skipped):
            numbers.skipped(schedule, skipped)
            logger.info(
                "did not run",
                [
                    "schedule": .string(schedule), "ticks": .number(String(skipped.count)),
                    "first": .string(skipped.first.rfc3339()), "reason": .string(skipped.reason.text),
                ]
            )
            send()
        case .audit: send()
        case .answer(let answer):
            answers.take(answer)
            send()
            if answer.status != .accepted { later { [self] in await records.done(answer.command) } }
        case .keep: keepers.ring()
        case .tell(let note):
            send()
            logger.info(
                "backfill",
                [
                    "backfill": .string(note.backfill.id), "schedule": .string(note.schedule),
                    "status": .string(note.backfill.status.rawValue),
                    "done": .number(String(note.backfill.done)),
                    "chunks": .number(String(note.backfill.chunks)),
                ]
            )
        case .change(let command, let request): change(command, request)
        case .finished(let run, let end): finish(run, end)
        case .paused(let schedule, let pause):
            logger.warning("paused", ["schedule": .string(schedule), "reason": .string(pause.reason)])
        case .resumed(let schedule): logger.info("resumed", ["schedule": .string(schedule)])
        case .clockChanged(let change):
            numbers.jumped(change)
            logger.warning("\(change.text); ticks that lie between are judged as docs/schedules.md says")
        }
    }

    func line(_ event: RunLine.Event, at now: Instant) -> RunLine {
        RunLine(at: now, host: settings.place.host, event: event)
    }

    /// Has what waits for the log of runs handed over.
    func send() { outbox.ring() }

    /// Hands over what waits for the log of runs, as it comes.
    func deliver() async {
        while !Task.isCancelled {
            await outbox.wait(atMost: .seconds(30), clocks.monotonic)
            do {
                try await handOver()
            } catch is CancellationError {
                return
            } catch {
                logger.warning("the log of runs refuses a line", ["error": .string("\(error)")])
            }
        }
    }

    /// In the order in which it was decided: of two that hand over at once, one waits for the other.
    private func handOver() async throws {
        await delivery.take()
        defer { delivery.give() }
        let lines = shared.withLock { shared in
            defer { shared.outbox = RunOutbox() }
            return shared.outbox.lines
        }
        for (index, line) in lines.enumerated() {
            do {
                try await records.append(line)
            } catch let error as StateError {
                // It cannot be written at all, and must hold up nothing behind it.
                logger.error("a line of the log of runs is left out", ["error": .string("\(error)")])
            } catch {
                shared.withLock { $0.outbox.giveBack(Array(lines[index...])) }
                throw error
            }
        }
    }

    // MARK: Runs

    private func start(_ order: RunOrder) {
        let (stop, schedule) = shared.withLock { shared in
            (
                shared.active[order.run]?.stop,
                order.schedule.flatMap { shared.schedules[$0] }
                    ?? shared.schedules.values.first { $0.account == order.account }
            )
        }
        guard let stop, let schedule else {
            return tell(.ended(run: order.run, RunEnd(status: .failed, reason: "its schedule is gone")))
        }
        later { [self] in
            let result = await performer.perform(order, settings.sources(schedule), self, stop: stop)
            shared.withLock { $0.active[order.run]?.result = result }
            tell(.ended(run: order.run, result.end))
            settle(order.run, result.end)
        }
    }

    /// What is shown of a run whose attempt is over and which is not: another will follow, or nobody wants it.
    private func settle(_ run: String, _ end: RunEnd) {
        let isWithdrawn = shared.withLock { shared in
            guard let active = shared.active[run] else { return Bool?.none }
            if active.isWithdrawn { shared.active[run] = nil }
            return active.isWithdrawn
        }
        switch isWithdrawn {
        case true?: board.forget(run)
        case false?: board.wait(run, for: "its next attempt: \(end.reason ?? end.status.rawValue)")
        case nil: break
        }
    }

    /// The schedule whose tick an order is; a backfill's chunk says nothing of how its ticks go.
    private func loaded(_ order: RunOrder) -> LoadedSchedule? {
        if case .backfill = order.origin { return nil }
        return order.schedule.flatMap { id in shared.withLock { $0.schedules[id] } }
    }

    private func stop(_ run: String, _ reason: StopReason) {
        let stop = shared.withLock { $0.active[run]?.stop }
        stop?.give(StopSignal.ended)
        guard stop != nil else { return }
        board.wait(run, for: "its last page, then it ends: \(reason.text)")
    }

    /// A run is over for good.
    private func finish(_ run: String, _ end: RunEnd) {
        let active = shared.withLock { $0.active.removeValue(forKey: run) }
        guard let active else { return }
        let now = clocks.wall()
        var view = board.view(run) ?? RunView(start: RunStart(active.order), started: now)
        view.ended = now
        view.status = end.status
        view.waiting = nil
        if view.errorMessage == nil { view.errorMessage = end.reason }
        let log = board.log(of: run)
        board.end(view, log: log)
        numbers.finished(view.start, end.status, took: now.since(view.started))
        if let watch, let loaded = loaded(active.order) {
            let streams = view.streams
            later { await watch.finished(run, end, streams, of: loaded) }
        }
        // A tick that a drain leaves open is no end: whoever starts next goes on with it.
        guard active.reason != .drain || end.status != .cancelled else { return }
        shared.withLock { shared in
            if let log, !log.isEmpty { shared.outbox.append(line(.log(run: run, text: log), at: now)) }
            shared.outbox.append(line(.ended(RunFinish(active, view, end)), at: now))
        }
        send()
        logger.log(
            end.status == .success ? .info : .warning,
            "run ended",
            [
                "run": .string(run), "schedule": .string(active.order.schedule ?? ""),
                "status": .string(end.status.rawValue), "events": .number(String(view.events)),
            ]
        )
        if case .command(let command) = active.order.origin {
            later { [self] in await records.done(command.id) }
        } else if case .tick(let tick) = active.order.origin, case .manual(let id) = tick.cause {
            later { [self] in await records.done(id) }
        }
    }

    // MARK: What outlives the daemon

    /// Writes the records of schedules as they change, a few at a time: each may need a session of its own, and a folder
    /// of new ones asks for all of them at once.
    func keepRecords() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                while let (schedule, answers) = shared.withLock({ $0.keeps.take(atMost: Self.keptAtOnce) }) {
                    group.addTask { [self] in
                        await keep(schedule, then: answers)
                        shared.withLock { $0.keeps.done(schedule) }
                        keepers.ring()
                    }
                }
                await keepers.wait(atMost: .seconds(30), clocks.monotonic)
            }
        }
    }

    /// Writes a schedule's record until it is written, and then says so to those who asked.
    private func keep(_ schedule: String, then answers: [CommandAnswer]) async {
        var pause = Duration.seconds(1)
        while true {
            let account = shared.withLock {
                $0.schedules[schedule]?.account ?? $0.machine.account(of: schedule)
            }
            guard let account else { return }
            do {
                try await performer.keep(account, run: RunID(at: clocks.wall()).text, stop: drained) {
                    [self] state in
                    let record = shared.withLock { $0.machine.record(of: schedule) }
                    try await flush()
                    return try record?.records(account: account, in: state)
                }
                break
            } catch is CancellationError {
                return
            } catch {
                logger.warning(
                    "cannot keep what was decided, and tries again",
                    ["schedule": .string(schedule), "error": .string("\(error)")]
                )
                do { try await clocks.monotonic.sleep(pause) } catch { return }
                pause = min(pause * 2, .seconds(30))
            }
        }
        let now = clocks.wall()
        shared.withLock { shared in
            for answer in answers { shared.outbox.append(line(.answer(answer), at: now)) }
        }
        send()
        for answer in answers {
            self.answers.take(answer)
            await records.done(answer.command)
        }
    }

}

extension DaemonService: RunPerformer.Desk {
    func opening(_ order: RunOrder, at now: Instant) -> ScheduleRecord? {
        shared.withLock { $0.machine.opening(order, at: now) }
    }

    func closing(_ order: RunOrder, _ end: RunEnd) -> ScheduleRecord? {
        let reading = clocks.read()
        return shared.withLock { $0.machine.closing(order, end, at: reading) }
    }

    func began(_ run: String) { tell(.began(run: run)) }

    func flush() async throws {
        try await handOver()
        try await records.flush()
    }

    func append(_ event: RunLine.Event) {
        let now = clocks.wall()
        if case .started(let start) = event {
            let pool = shared.withLock { shared in
                start.schedule.flatMap { shared.schedules[$0]?.entry.pool }
            }
            numbers.began(start, pool: pool ?? ScheduleEntry.usualPool, at: now)
            if let watch, start.attempt == 1, start.backfill == nil,
                let loaded = shared.withLock({ shared in
                    start.schedule.flatMap { shared.schedules[$0] }
                })
            {
                later { await watch.began(start.run, of: loaded) }
            }
        }
        shared.withLock { $0.outbox.append(line(event, at: now)) }
        send()
    }
}

extension StopReason {
    /// In words.
    var text: String {
        switch self {
        case .replaced: "a later tick takes its place"
        case .timeout: "its timeout is over"
        case .asked(let by): "\(by) asked for it"
        case .drain: "the daemon ends"
        }
    }
}
