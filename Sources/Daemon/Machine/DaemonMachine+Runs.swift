import Core
import Scheduling

extension DaemonMachine {
    /// What becomes of a run whose attempt has ended.
    enum Verdict {
        case close
        /// Another attempt after a while.
        case again(after: Duration)
        /// Whoever starts next goes on with it.
        case leave
    }

    // MARK: Orders

    /// A tick may run, as far as its schedule is concerned.
    mutating func order(_ tick: Tick, of id: String) {
        guard let entry = schedules[id]?.entry else { return }
        let run = schedules[id]?.runs[tick.id] ?? runID(now)
        schedules[id]?.runs[tick.id] = run
        enqueue(
            OrderedRun(id: run, account: entry.account, origin: .tick(tick), pool: entry.pool, since: now)
        )
    }

    /// Lines a run up for its pool.
    mutating func enqueue(_ run: OrderedRun) {
        var run = run
        run.stage = .waiting
        run.since = now
        let priority = run.tick.flatMap { schedules[$0.schedule]?.entry.priority } ?? 0
        withQueue(run.pool) { [monotonic = reading.monotonic] in
            $0.add(run.id, priority: priority, at: monotonic)
        }
        runs[run.id] = run
        mayStart = true
    }

    private mutating func withQueue<Value>(_ pool: String, _ body: (inout PoolQueue) -> Value) -> Value {
        body(&queues[pool, default: PoolQueue(slots: settings.slots(of: pool))])
    }

    /// The streams that a run reads, as its schedule says now.
    func streams(of run: OrderedRun) -> Set<String>? {
        switch run.origin {
        case .tick(let tick): schedules[tick.schedule]?.entry.streams
        case .command(let command):
            if case .sync(let request) = command.verb { request.streams.map { Set($0) } } else { nil }
        case .backfill(let chunk): streams(of: chunk)
        }
    }

    /// Starts those that wait, as far as there are places and nobody else reads their streams.
    mutating func startWaiting() {
        guard mayStart, !isDraining else { return }
        mayStart = false
        // One that has waited longer, and only for its streams, is not overtaken on them.
        var passed = waitingEdits
        let backfills = Settings.backfillPool
        for pool in queues.keys.sorted().filter({ $0 != backfills }) + [backfills] {
            // A chunk goes behind everything that is due, whatever that waits for.
            if pool == backfills, queues[pool].map({ $0.count > 0 }) ?? false {
                passed.take(waitingFor: runs, streams(of:))
            }
            guard var queue = queues.removeValue(forKey: pool) else { continue }
            var claims = claims
            let started = queue.fill { id in
                guard let run = runs[id] else { return false }
                let streams = streams(of: run)
                guard claims.obstacle(run.account, streams) == nil,
                    passed.obstacle(run.account, streams) == nil
                else {
                    passed.take(id, run.account, streams)
                    return false
                }
                claims.take(id, run.account, streams)
                return true
            }
            queues[pool] = queue
            self.claims = claims
            for id in started { start(id) }
        }
    }

    private mutating func start(_ id: String) {
        guard let run = runs[id] else { return }
        runs[id]?.stage = .running
        let timeout = run.tick.flatMap { schedules[$0.schedule]?.entry.timeout }
        timers.set(id, timeout.map { reading.monotonic + $0 })
        actions.append(.start(run.order))
    }

    // MARK: Begin and end

    mutating func began(_ id: String) {
        guard let run = runs[id], run.stage == .running, !run.isWithdrawn else { return }
        runs[id]?.hasBegun = true
        runs[id]?.opened = run.opened ?? now
        guard let tick = run.tick else { return }
        if let timeout = schedules[tick.schedule]?.entry.timeout, run.stopReason == nil, !run.hasBegun {
            timers.set(id, reading.monotonic + timeout)
        }
        if schedules[tick.schedule]?.last?.run != id {
            schedules[tick.schedule]?.last = .init(tick: tick, run: id, started: run.opened ?? now)
        }
        schedules[tick.schedule]?.kept = now
        tell(tick.schedule, .began(tick))
    }

    mutating func ended(_ id: String, _ end: RunEnd) {
        guard let run = runs[id], run.stage == .running else { return }
        release(run)
        guard !run.isWithdrawn else { return forget(run) }
        let end = run.judged(end)
        switch verdict(on: run, end, at: now) {
        case .close: close(run, end)
        case .again(let pause): rest(run, end, for: pause)
        case .leave:
            reopen(run)
            runs[id]?.stage = .left
        }
    }

    /// Gives back what a run held.
    private mutating func release(_ run: OrderedRun) {
        timers.set(run.id, nil)
        claims.release(run.id, run.account)
        withQueue(run.pool) { $0.release() }
        mayStart = true
    }

    /// What becomes of a run by the end of an attempt.
    func verdict(on run: OrderedRun, _ end: RunEnd, at now: Instant) -> Verdict {
        if let chunk = run.chunk { return verdict(on: chunk, run, end) }
        guard let tick = run.tick, let schedule = schedules[tick.schedule] else { return .close }
        let isAsked = run.stopReason.map { $0 != .drain } ?? false
        if isDraining, !isAsked, end.status == .cancelled || end.isTransient { return .leave }
        guard end.status.isFailure, end.isTransient, !isAsked, !schedule.isRemoved else { return .close }
        guard run.hasBegun else {
            // It is not recorded: it waits, as for a place. One that may be recorded cannot be recorded as skipped.
            if run.opened != nil, let deadline = tick.deadline, deadline <= now { return .close }
            let vain = Backoff.vain
            return .again(
                after: Backoff.pause(vain.first, after: run.vainAttempts + 1, longest: vain.longest)
            )
        }
        guard let retries = schedule.entry.retries, run.attempt <= retries.maximum else { return .close }
        let pause = Backoff.pause(retries.backoff, after: run.attempt)
        if let next = schedule.machine.nextDue, now.advanced(by: pause) >= next { return .close }
        return .again(after: pause)
    }

    private mutating func rest(_ run: OrderedRun, _ end: RunEnd, for pause: Duration) {
        reopen(run)
        let until = reading.monotonic + pause
        runs[run.id]?.stage = .resting(until: until)
        runs[run.id]?.since = now
        runs[run.id]?.failure = end.reason
        if run.hasBegun { runs[run.id]?.attempt += 1 } else { runs[run.id]?.vainAttempts += 1 }
        timers.set(run.id, until)
    }

    private mutating func reopen(_ run: OrderedRun) {
        runs[run.id]?.isClosing = false
        if run.isClosing, let schedule = run.tick?.schedule { schedules[schedule]?.reopen(run) }
    }

    /// Closes the tick of a run.
    mutating func close(_ run: OrderedRun, _ end: RunEnd) {
        runs[run.id] = nil
        actions.append(.finished(run: run.id, end))
        let answers = run.cancels.map { command in
            CommandAnswer(command: command, status: .done, run: run.id, message: "the run has ended")
        }
        for answer in answers { memory.end(answer) }
        if let chunk = run.chunk { return close(chunk, run, end, then: answers) }
        guard let tick = run.tick else {
            if case .command(let command) = run.origin {
                memory.end(
                    .init(command: command.id, status: .done, run: run.id, message: "the run has ended")
                )
            }
            for answer in answers { actions.append(.answer(answer)) }
            return
        }
        schedules[tick.schedule]?.close(run, end, at: now)
        schedules[tick.schedule]?.runs[tick.id] = nil
        let pause = schedules[tick.schedule]?.machine.pause
        tell(tick.schedule, .ended(tick, isFailure: end.status.isCounted))
        // The run's last transaction has written it, unless there was none.
        let isPausing = schedules[tick.schedule]?.machine.pause != pause
        if !answers.isEmpty || isPausing || (!run.isClosing && end.status != .duplicate) {
            keep(tick.schedule, then: answers)
        }
        if case .manual(let id) = tick.cause {
            memory.end(.init(command: id, status: .done, run: run.id, message: "the run has ended"))
        }
        retireIfIdle(tick.schedule)
    }

    // MARK: Early ends

    /// Lets a run end early; one between two attempts is over.
    mutating func stop(_ id: String, _ reason: StopReason) {
        guard let run = runs[id] else { return }
        if run.stage == .running {
            guard run.stopReason == nil else { return }
            runs[id]?.stopReason = reason
            actions.append(.stop(run: id, reason))
        } else {
            unqueue(run)
            close(run, RunEnd(status: .cancelled, reason: "ended before its next attempt"))
        }
    }

    /// Takes back a tick that was asked for and has not begun.
    mutating func withdraw(_ tick: Tick, of id: String) {
        guard let run = schedules[id]?.runs[tick.id].flatMap({ runs[$0] }) else { return }
        if run.stage == .running {
            runs[run.id]?.isWithdrawn = true
            actions.append(.withdraw(run: run.id))
        } else {
            unqueue(run)
            forget(run)
        }
    }

    /// Takes a run out of its line.
    mutating func unqueue(_ run: OrderedRun) {
        timers.set(run.id, nil)
        if run.stage == .waiting { withQueue(run.pool) { $0.remove(run.id) } }
        mayStart = true
    }

    /// Forgets a run of which nothing came.
    private mutating func forget(_ run: OrderedRun) {
        runs[run.id] = nil
        guard let tick = run.tick else { return }
        schedules[tick.schedule]?.runs[tick.id] = nil
        retireIfIdle(tick.schedule)
    }

    /// The time of a run is over: to run, or to rest.
    mutating func expire(_ id: String) {
        guard let run = runs[id] else { return }
        switch run.stage {
        case .running: stop(id, .timeout)
        case .resting: if !isDraining { enqueue(run) }
        case .waiting, .left: break
        }
    }

    mutating func drain() {
        guard !isDraining else { return }
        isDraining = true
        for id in runs.keys.sorted() {
            guard let run = runs[id] else { continue }
            if run.stage == .running {
                stop(id, .drain)
            } else if run.tick == nil, run.chunk == nil {
                refuseSync(run, "daemon.draining", "the daemon is ending; run `sluice sync` again")
            } else {
                timers.set(id, nil)
            }
        }
    }
}
