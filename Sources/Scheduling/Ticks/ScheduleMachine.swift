package import Core

/// Decides what becomes of each tick of one schedule; performs nothing.
///
/// It is told of everything that happens and answers with what to do. Whatever it is told, and in whatever order, each
/// nominal time is started once, or lies in one recorded range with its reason (I5).
package struct ScheduleMachine: Sendable {
    /// What happens.
    package enum Event: Sendable {
        /// The loop looked at the clock.
        case wake(ClockChange)
        /// A started tick has its place in the pool and runs.
        case began(Tick)
        /// A run is over; nil where it says nothing of failures in a row, as one that somebody ended.
        case ended(Tick, isFailure: Bool?)
        /// A tick that waits is not wanted any more.
        case abandon(Tick, SkipReason)
        case pause(Pause)
        case resume
        /// Leave out the next tick that would run.
        case skipNext(by: String)
        /// Do not leave out anything that was asked to be.
        case undoSkips
        /// Run now, under an id; `insteadOfNext` leaves out the next tick.
        case trigger(id: String, insteadOfNext: Bool)
        /// The schedule was changed, or its zone's rules were.
        case edit(Schedule)
    }

    /// What is to be done about it.
    package enum Action: Hashable, Sendable {
        /// Ask for a run.
        case start(Tick)
        /// Let the active run end after its page.
        case stop(Tick)
        /// Take back a tick that was asked for and has not begun.
        case withdraw(Tick)
        /// Record ticks that will not run.
        case skip(SkippedTicks)
        /// A tick that somebody asked for will not run.
        case refuse(Tick, SkipReason)
        /// The schedule paused itself.
        case paused(Pause)
        /// A pause that had an end is over.
        case resumed
    }

    /// Who paused a schedule, why, and until when.
    package struct Pause: Hashable, Sendable {
        package var reason: String
        package var by: String
        package var until: Instant?

        /// A pause.
        package init(reason: String, by: String, until: Instant? = nil) {
            self.reason = reason
            self.by = by
            self.until = until
        }
    }

    private struct Active: Sendable {
        var tick: Tick
        var hasBegun = false
        var isStopping = false
    }

    package private(set) var schedule: Schedule
    package private(set) var pause: Pause?
    /// Nominal times to leave out, and who asked for it.
    package private(set) var skips: [Instant: String] = [:]
    /// Failed runs in a row.
    package private(set) var failures = 0
    private var settled: SettledTimes
    /// Decided, and not due yet: its jitter.
    private var pending: [Tick] = []
    private var active: Active?
    /// Waiting for the active run to end.
    private var queue: [Tick] = []
    /// Ticks that were left out by a calendar and are made up for when that ends.
    private var deferred: (latest: Instant, until: Instant)?
    /// Of those that wait, the nominal times that lie in a recorded range: the clock was put back, and they came again.
    private var reopened: Set<Instant> = []
    private var actions: [Action] = []
    private var ahead: Ahead?

    /// What comes next, found once and not at every look at the clock.
    private struct Ahead: Sendable {
        /// By the timetable; unknown once it has passed.
        var nominal: Instant?
        var isNominalKnown = true
        /// That will run.
        var open: Instant?
        /// Before that, the first of those that wait for the end of a calendar: a time to look at the clock of its own.
        var deferred: (nominal: Instant, until: Instant)?
    }

    /// A machine of a schedule that is new, or whose ticks are recorded up to a nominal time.
    ///
    /// A run that is going on is told of as `running`. An old schedule begins with `.wake(.started)`, by which all since is
    /// judged as downtime. The recorded ranges may overlap, repeat themselves and lie beyond ticks that waited: a tick that
    /// lies in one of them does not come again, one that lies between them does (I5).
    package init(
        _ schedule: Schedule,
        at now: Instant,
        recordedThrough: Instant? = nil,
        recorded: [SkippedTicks] = [],
        last: Tick? = nil,
        running: Tick? = nil,
        pause: Pause? = nil,
        skips: [Instant: String] = [:],
        failures: Int = 0
    ) {
        self.schedule = schedule
        self.pause = pause
        self.skips = skips
        self.failures = failures
        if let recordedThrough {
            settled = SettledTimes(
                through: recordedThrough,
                recorded: recorded,
                at: now,
                in: schedule.timetable
            )
        } else {
            settled = SettledTimes(through: now)
        }
        for tick in [last, running].compactMap({ $0 }) where !tick.isManual { settled.settle(tick.nominal) }
        active = running.map { Active(tick: $0, hasBegun: true) }
        lookAhead()
    }

    /// The tick that is active: asked for, or running.
    package var activeTick: Tick? { active?.tick }
    package var waitingTicks: [Tick] { queue }
    /// Those that are decided and wait for the end of their jitter.
    package var pendingTicks: [Tick] { pending }
    /// The tick that a calendar holds back, and until when.
    package var deferredTick: (nominal: Instant, until: Instant)? { deferred.map { ($0.latest, $0.until) } }
    /// When the next tick is due that will run; nil where none is in sight.
    package var nextDue: Instant? {
        if let due = pending.map(\.due).min() { return due }
        return pause == nil ? ahead?.open.map { schedule.due($0) } : nil
    }

    /// Up to here every nominal time ran, runs, or lies in a range that was given to be recorded; never one that waits.
    package var recordableThrough: Instant {
        var waiting = (pending + queue).filter { !$0.isManual }.map(\.nominal)
        if let active, !active.hasBegun, !active.tick.isManual { waiting.append(active.tick.nominal) }
        if let deferred { waiting.append(deferred.latest) }
        // One that came again is recorded already, and what lies beyond it has run.
        let first = waiting.filter { !reopened.contains($0) }.min()
        return first.map { min(settled.highest, $0.advanced(by: .nanoseconds(-1))) } ?? settled.highest
    }

    /// Counts a tick as begun without a look at the clock: the record of its run is about to be written.
    ///
    /// From here on it is no longer given up for being late.
    package mutating func begin(_ tick: Tick) {
        if active?.tick.id == tick.id { active?.hasBegun = true }
    }

    /// When to look again; nil where nothing will come by itself.
    package func wakeTime() -> Instant? {
        var times = pending.map(\.due)
        times += queue.compactMap(\.deadline)
        if let active, !active.hasBegun, let deadline = active.tick.deadline { times.append(deadline) }
        if let until = deferred?.until { times.append(until) }
        if let pause {
            if let until = pause.until { times.append(until) }
        } else if let ahead {
            if let tick = ahead.open { times.append(schedule.due(tick)) }
            if let until = ahead.deferred?.until { times.append(until) }
        }
        return times.min()
    }

    /// The next ticks to come, without those that are decided, and what would become of them.
    package func upcoming(_ count: Int, after now: Instant) -> [UpcomingTick] {
        var upcoming = Upcoming(schedule: schedule, skips: skips, pause: pause)
        upcoming.settled = settled
        // What passed in a pause is decided when something wants to know.
        return upcoming.ticks(after: max(now, settled.through), count: count)
    }

    /// Takes in what happened and says what to do.
    package mutating func handle(_ event: Event, at now: Instant) -> [Action] {
        actions = []
        switch event {
        case .wake(let change): settle(to: now, change)
        case .began(let tick): begin(tick)
        case .ended(let tick, let isFailure): end(tick, isFailure: isFailure, at: now)
        case .abandon(let tick, let reason): abandon(tick, reason)
        case .pause(let pause):
            settle(to: now, .steady)
            self.pause = pause
        case .resume:
            settle(to: now, .steady)
            pause = nil
        case .skipNext(let by):
            settle(to: now, .steady)
            skipNext(by: by)
        case .undoSkips:
            // What was left out and due before is decided.
            settle(to: now, .steady)
            skips = [:]
            ahead = nil
        case .trigger(let id, let insteadOfNext):
            settle(to: now, .steady)
            if insteadOfNext { skipNext(by: id) }
            fire(Tick(schedule: schedule.id, nominal: now, due: now, cause: .manual(id: id)), at: now)
        case .edit(let schedule):
            // What was due under the old words is decided by them: a change is not retroactive.
            settle(to: now, .steady)
            self.schedule = schedule
            ahead = nil
            skips = skips.filter {
                schedule.timetable.next(after: $0.key.advanced(by: .nanoseconds(-1))) == $0.key
            }
        }
        startPending(at: now)
        dropLate(at: now)
        forgetReopened()
        lookAhead()
        return actions
    }

    // MARK: Time

    private mutating func lookAhead() {
        if ahead == nil {
            let open = nextOpen()
            ahead = Ahead(isNominalKnown: false, open: open, deferred: nextDeferred(before: open))
        }
        guard let known = ahead?.isNominalKnown, !known else { return }
        ahead?.nominal = schedule.timetable.next(after: settled.through)
        ahead?.isNominalKnown = true
    }

    /// What was found up to an instant has passed.
    private mutating func pass(_ end: Instant) {
        ahead?.isNominalKnown = false
        if [ahead?.open, ahead?.deferred?.nominal].contains(where: { $0.map { $0 <= end } ?? false }) {
            ahead = nil
        }
    }

    private func nextOpen() -> Instant? {
        var after = settled.through
        while let tick = schedule.nextCounting(after: after) {
            if let end = settled.end(of: tick) {
                after = end
            } else if skips[tick] != nil {
                after = tick
            } else {
                return tick
            }
        }
        return nil
    }

    private func nextDeferred(before open: Instant?) -> (nominal: Instant, until: Instant)? {
        guard schedule.exclusions.action == .defer else { return nil }
        var after = settled.through
        while let tick = schedule.timetable.next(after: after), open.map({ tick < $0 }) ?? true {
            if let end = settled.end(of: tick) {
                after = end
            } else if skips[tick] != nil {
                after = tick
            } else {
                return schedule.exclusions.end(after: tick, in: schedule.timetable.zone).map { (tick, $0) }
            }
        }
        return nil
    }

    private mutating func settle(to now: Instant, _ change: ClockChange) {
        if now < settled.through {
            settled.putBack(to: now)
            ahead = nil
        }
        if let until = pause?.until, until <= now {
            decide(through: until.advanced(by: .nanoseconds(-1)), now, change)
            pause = nil
            actions.append(.resumed)
        }
        decide(through: now, now, change)
        startDeferred(at: now)
    }

    /// Decides on all ticks since the last look.
    private mutating func decide(through end: Instant, _ now: Instant, _ change: ClockChange) {
        guard end > settled.through else { return }
        if let ahead, ahead.isNominalKnown, ahead.nominal.map({ $0 > end }) ?? true {
            return change.judgement == .live ? settled.run(to: end) : settled.jump(to: end, ran: [])
        }
        pass(end)
        let isLive = change.judgement == .live
        let highest = settled.highest
        // After the clock was put back a time comes again only while it runs on: over what it jumps is recorded.
        let after = isLive ? settled.through : max(settled.through, highest)
        let ticks = MissedTicks(of: schedule.timetable, after: after, through: end, without: settled)
        var sorter = TickSorter(schedule: schedule, pause: pause, skips: skips)
        let open = sorter.sort(ticks)
        for skipped in sorter.skipped { actions.append(.skip(skipped)) }
        if let latest = sorter.deferred { postpone(latest) }
        let chosen = judge(open, now, change.judgement) + [sorter.deferred].compactMap { $0 }
        reopened.formUnion(chosen.filter { $0 <= highest })
        if isLive { settled.run(to: end) } else { settled.jump(to: end, ran: chosen) }
        skips = skips.filter { $0.key > end }
    }

    /// Sends on the ticks that run, records the others, and gives the nominal times of the first.
    private mutating func judge(_ open: [Instant], _ now: Instant, _ judgement: ClockChange.Judgement)
        -> [Instant]
    {
        var judge = TickJudge(schedule: schedule, now: now)
        let chosen = judge.choose(open, judgement)
        for skipped in judge.skipped { actions.append(.skip(skipped)) }
        for choice in chosen {
            var tick = choice
            if let within = schedule.policy.startWithin {
                tick.deadline = max(tick.due, now).advanced(by: .seconds(within))
            }
            pending.append(tick)
        }
        return chosen.map(\.nominal)
    }

    /// Keeps the latest of the ticks that a calendar leaves out until its time is over.
    private mutating func postpone(_ latest: Instant) {
        if let earlier = deferred?.latest { skip(earlier, .coalesced(into: latest)) }
        deferred = nil
        let zone = schedule.timetable.zone
        if let until = schedule.exclusions.end(after: latest, in: zone) {
            deferred = (latest, until)
        } else if let calendar = schedule.exclusions.reason(at: latest, in: zone) {
            skip(latest, .excluded(calendar: calendar))
        }
    }

    private mutating func startDeferred(at now: Instant) {
        guard let (latest, until) = deferred, until <= now else { return }
        deferred = nil
        pending.append(Tick(schedule: schedule.id, nominal: latest, due: until, cause: .catchUp))
    }

    private mutating func startPending(at now: Instant) {
        guard let latest = pending.lazy.filter({ $0.due <= now }).map(\.nominal).max() else { return }
        // In the order of their names: none waits for its jitter behind a later one.
        let due = pending.filter { $0.nominal <= latest }.sorted { $0.nominal < $1.nominal }
        pending.removeAll { $0.nominal <= latest }
        for tick in due {
            if let pause { skip(tick, .paused(pause.reason)) } else { fire(tick, at: now) }
        }
    }

    // MARK: Runs

    private mutating func fire(_ tick: Tick, at now: Instant) {
        guard let current = active else { return start(tick) }
        // Every one of several that are made up for has its turn, whatever else comes meanwhile.
        if case .all = schedule.policy.catchUp, tick.cause == .catchUp {
            let place = queue.firstIndex { !$0.isManual && $0.nominal > tick.nominal }
            queue.insert(tick, at: place ?? queue.endIndex)
            return
        }
        switch schedule.policy.overlap {
        case .skip: skip(tick, .overlap)
        case .queue: if queue.isEmpty { queue.append(tick) } else { skip(tick, .overlap) }
        case .replace:
            for waiting in queue { skip(waiting, .replaced(by: tick.nominal)) }
            queue = [tick]
            guard !current.isStopping else { return }
            active?.isStopping = true
            actions.append(current.hasBegun ? .stop(current.tick) : .withdraw(current.tick))
            guard !current.hasBegun else { return }
            // It had not begun: nothing has to end first.
            skip(current.tick, .replaced(by: tick.nominal))
            active = nil
            startNext()
        }
    }

    private mutating func start(_ tick: Tick) {
        if let latest = deferred?.latest, !tick.isManual, latest < tick.nominal {
            // The calendar was changed: nothing is left to wait for.
            deferred = nil
            skip(latest, .coalesced(into: tick.nominal))
        }
        active = Active(tick: tick)
        actions.append(.start(tick))
    }

    private mutating func startNext() {
        guard active == nil, !queue.isEmpty else { return }
        start(queue.removeFirst())
    }

    private mutating func end(_ tick: Tick, isFailure: Bool?, at now: Instant) {
        guard active?.tick.id == tick.id else { return }
        active = nil
        if let isFailure { failures = isFailure ? failures + 1 : 0 }
        if isFailure == true, let limit = schedule.policy.pauseAfterFailures, failures >= limit, pause == nil
        {
            let pause = Pause(reason: "\(failures) failed runs in a row", by: "sluice")
            self.pause = pause
            actions.append(.paused(pause))
        }
        dropLate(at: now)
        if let pause {
            // What somebody asked for runs in spite of it.
            for waiting in queue where !waiting.isManual { skip(waiting, .paused(pause.reason)) }
            queue.removeAll { !$0.isManual }
        }
        startNext()
    }

    private mutating func abandon(_ tick: Tick, _ reason: SkipReason) {
        if let place = queue.firstIndex(where: { $0.id == tick.id }) {
            queue.remove(at: place)
        } else if let current = active, current.tick.id == tick.id, !current.hasBegun {
            active = nil
        } else {
            return
        }
        skip(tick, reason)
        startNext()
    }

    /// Gives up what could not begin in time.
    private mutating func dropLate(at now: Instant) {
        let late = queue.filter { $0.deadline.map { $0 <= now } ?? false }
        queue.removeAll { $0.deadline.map { $0 <= now } ?? false }
        for tick in late { skip(tick, .startDeadline) }
        guard let current = active, !current.hasBegun, let deadline = current.tick.deadline, deadline <= now
        else { return }
        actions.append(.withdraw(current.tick))
        skip(current.tick, .startDeadline)
        active = nil
        startNext()
    }

    private mutating func skip(_ tick: Tick, _ reason: SkipReason) {
        guard case .manual(let id) = tick.cause else { return skip(tick.nominal, reason) }
        actions.append(.refuse(tick, reason))
        // It takes no other's place any more.
        guard skips.values.contains(id) else { return }
        skips = skips.filter { $0.value != id }
        ahead = nil
    }

    private mutating func skip(_ nominal: Instant, _ reason: SkipReason) {
        actions.append(.skip(SkippedTicks(first: nominal, last: nominal, count: 1, reason: reason)))
    }

    private mutating func forgetReopened() {
        guard !reopened.isEmpty else { return }
        var waiting = Set((pending + queue).map(\.nominal))
        if let active { waiting.insert(active.tick.nominal) }
        if let deferred { waiting.insert(deferred.latest) }
        reopened.formIntersection(waiting)
    }

    private mutating func skipNext(by: String) {
        if let tick = nextOpen() { skips[tick] = by }
        ahead = nil
    }
}
