import Core
import Scheduling
import YAML

extension DaemonMachine {
    /// Does a command, once, however often it is read.
    mutating func take(_ command: DaemonCommand) {
        if let answer = memory.answer(to: command.id) { return actions.append(.answer(answer)) }
        guard !memory.isOpen(command.id) else { return }
        if isDraining {
            // The next daemon reads it again; who waits for a run must not wait for that.
            guard case .sync = command.verb else { return }
            return refuse(command.id, "daemon.draining", "the daemon is ending; run `sluice sync` again")
        }
        if let done = doneBefore(command) { return answer(done) }
        // What was accepted waits as long as it takes, be it for the next daemon.
        if let expires = command.expires, expires <= now, !memory.wasAccepted(command.id) {
            return refuse(command.id, "daemon.expired", "the command came after \(expires.rfc3339())")
        }
        memory.begin(command.id)
        switch command.verb {
        case .trigger(let id, let insteadOfNext):
            guard isKnown(id, command) else { return }
            trigger(id, insteadOfNext, command)
        case .pause(let id, let reason, let until):
            guard isKnown(id, command) else { return }
            pause(id, .init(reason: reason, by: command.by, until: until), command)
        case .resume(let id):
            guard isKnown(id, command) else { return }
            resume(id, command)
        case .skipNext(let id):
            guard isKnown(id, command) else { return }
            skipNext(id, command)
        case .undoSkips(let id):
            guard isKnown(id, command) else { return }
            undoSkips(id, command)
        case .cancel(let run): cancel(run, command)
        case .backfill(let request):
            guard isKnown(request.schedule, command) else { return }
            backfill(request, command)
        case .resumeBackfill(let id): resumeBackfill(id, command)
        case .sync(let request): sync(request, command)
        case .state(let request): change(request, command)
        }
    }

    // MARK: Answers

    mutating func answer(_ answer: CommandAnswer) {
        if answer.status != .accepted { memory.end(answer) }
        actions.append(.answer(answer))
    }

    mutating func refuse(_ command: String, _ code: String, _ message: String) {
        answer(.init(command: command, status: .refused, code: code, message: message))
    }

    /// Answers once what was changed is durable.
    private mutating func done(_ id: String, _ command: DaemonCommand, _ message: String) {
        let answer = CommandAnswer(command: command.id, status: .done, message: message)
        memory.end(answer)
        schedules[id]?.remember(command.id)
        keep(id, then: [answer])
    }

    /// The answer to a command that an earlier daemon did; nil where none did.
    private func doneBefore(_ command: DaemonCommand) -> CommandAnswer? {
        let (ids, isSync): (Set<String>, Bool) =
            switch command.verb {
            case .trigger(let id, _), .pause(let id, _, _), .resume(let id), .skipNext(let id),
                .undoSkips(let id):
                ([id], false)
            case .cancel, .resumeBackfill: (Set(schedules.ids), false)
            case .backfill(let request): ([request.schedule], false)
            case .sync(let request): (accounts[request.account] ?? [], true)
            case .state(let request): (accounts[request.account] ?? [], false)
            }
        guard ids.contains(where: { schedules[$0]?.commands.contains(command.id) == true }) else {
            return nil
        }
        guard isSync else {
            return .init(
                command: command.id,
                status: .done,
                message: "it was done before the daemon's restart"
            )
        }
        return .init(
            command: command.id,
            status: .refused,
            code: "daemon.interrupted",
            message: "the daemon ended while the run went on; what it read is kept: run `sluice sync` again"
        )
    }

    private mutating func isKnown(_ id: String, _ command: DaemonCommand) -> Bool {
        if let schedule = schedules[id], !schedule.isRemoved { return true }
        let known = schedules.all.filter { !$0.isRemoved }.map(\.entry.schedule.id).sorted()
        let hint =
            NearestName.of(id, among: known).map { "did you mean \($0)?" }
            ?? "`sluice schedule list` names all"
        refuse(command.id, "daemon.unknown_schedule", "there is no schedule \(id); \(hint)")
        return false
    }

    /// Whether a schedule reads the account; refuses the command where none does.
    mutating func isKnown(_ account: AccountName, _ command: DaemonCommand) -> Bool {
        if accounts[account] != nil { return true }
        let names = accounts.keys.map(\.text).sorted()
        let hint = NearestName.of(account.text, among: names).map { "; did you mean \($0)?" } ?? ""
        refuse(
            command.id,
            "daemon.unknown_account",
            "no schedule of the daemon reads the account \(account)\(hint)"
        )
        return false
    }

    mutating func audit(
        _ what: String,
        _ id: String,
        _ command: DaemonCommand,
        before: String? = nil,
        after: String? = nil,
        reason: String? = nil
    ) {
        actions.append(
            .audit(
                AuditEntry(
                    by: command.by,
                    what: what,
                    schedule: id,
                    account: schedules[id]?.entry.account,
                    before: before,
                    after: after,
                    reason: reason,
                    command: command.id
                )
            )
        )
    }

    // MARK: Schedules

    private mutating func trigger(_ id: String, _ insteadOfNext: Bool, _ command: DaemonCommand) {
        let run = runID(now)
        let tick = Tick(schedule: id, nominal: now, due: now, cause: .manual(id: command.id))
        schedules[id]?.runs[tick.id] = run
        let before = schedules[id]?.machine.skips ?? [:]
        tell(id, .trigger(id: command.id, insteadOfNext: insteadOfNext))
        guard memory.isOpen(command.id) else { return }
        let left = schedules[id]?.machine.skips.keys.first { before[$0] == nil }
        audit("trigger", id, command, after: left.map { "without the tick of \($0.rfc3339())" })
        answer(.init(command: command.id, status: .accepted, run: run, message: "the run is asked for"))
    }

    /// A tick that somebody asked for will not run.
    mutating func refuse(_ tick: Tick, _ reason: SkipReason, of id: String) {
        schedules[id]?.runs[tick.id].map { run in
            if runs[run] == nil { schedules[id]?.runs[tick.id] = nil }
        }
        guard case .manual(let command) = tick.cause else { return }
        refuse(command, "daemon.\(reason.code)", "no run: \(reason.text)")
    }

    private mutating func pause(_ id: String, _ pause: ScheduleMachine.Pause, _ command: DaemonCommand) {
        let before = schedules[id]?.machine.pause
        tell(id, .pause(pause))
        audit("pause", id, command, before: before?.text ?? "active", after: pause.text, reason: pause.reason)
        actions.append(.paused(schedule: id, pause))
        done(id, command, pause.text)
    }

    private mutating func resume(_ id: String, _ command: DaemonCommand) {
        // A pause whose end has come is over by itself.
        tell(id, .wake(.steady))
        guard let before = schedules[id]?.machine.pause else {
            return done(id, command, "it was not paused")
        }
        tell(id, .resume)
        audit("resume", id, command, before: before.text, after: "active")
        actions.append(.resumed(schedule: id))
        done(id, command, "resumed")
    }

    private mutating func skipNext(_ id: String, _ command: DaemonCommand) {
        let before = schedules[id]?.machine.skips ?? [:]
        tell(id, .skipNext(by: command.by))
        guard let tick = schedules[id]?.machine.skips.keys.filter({ before[$0] == nil }).min() else {
            return refuse(command.id, "daemon.no_tick", "no tick is in sight that could be left out")
        }
        audit("skip next", id, command, after: tick.rfc3339())
        done(id, command, "the tick of \(tick.rfc3339()) is left out")
    }

    private mutating func undoSkips(_ id: String, _ command: DaemonCommand) {
        tell(id, .wake(.steady))
        let before = schedules[id]?.machine.skips.keys.sorted().map { $0.rfc3339() } ?? []
        tell(id, .undoSkips)
        audit("undo skips", id, command, before: before.joined(separator: ", "))
        done(
            id,
            command,
            before.isEmpty ? "no tick was to be left out" : "run again: \(before.joined(separator: ", "))"
        )
    }

    // MARK: Runs

    private mutating func cancel(_ id: String, _ command: DaemonCommand) {
        if let (schedule, backfill) = self.backfill(named: id) {
            return cancel(backfill, of: schedule, command)
        }
        guard let run = runs[id], !run.isWithdrawn else {
            return refuse(
                command.id,
                "daemon.unknown_run",
                "no run \(id) waits or runs, and no backfill of that name goes on; `sluice runs` and `sluice backfills` "
                    + "name all"
            )
        }
        let schedule = run.tick?.schedule
        actions.append(
            .audit(
                AuditEntry(
                    by: command.by,
                    what: "cancel",
                    schedule: schedule,
                    account: run.account,
                    before: id,
                    command: command.id
                )
            )
        )
        if run.stage == .running {
            runs[id]?.cancels.append(command.id)
            stop(id, .asked(by: command.by))
            let message = "the run ends after its page"
            answer(.init(command: command.id, status: .accepted, run: id, message: message))
        } else if let tick = run.tick, run.opened == nil {
            withdraw(tick, of: tick.schedule)
            tell(tick.schedule, .abandon(tick, .skipRequested(by: command.by)))
            done(tick.schedule, command, "the run had not begun, and will not")
        } else if run.tick != nil {
            runs[id]?.cancels.append(command.id)
            stop(id, .asked(by: command.by))
        } else {
            refuseSync(run, "daemon.cancelled", "\(command.by) cancelled the run before it began")
            answer(.init(command: command.id, status: .done, run: id, message: "the run will not begin"))
        }
    }

    private mutating func sync(_ request: DaemonCommand.SyncRequest, _ command: DaemonCommand) {
        guard isKnown(request.account, command) else { return }
        let run = OrderedRun(
            id: runID(now),
            account: request.account,
            origin: .command(command),
            pool: ScheduleEntry.usualPool,
            since: now
        )
        enqueue(run)
        answer(.init(command: command.id, status: .accepted, run: run.id, message: "the run is asked for"))
    }

    /// Refuses a run that was handed over and waits.
    mutating func refuseSync(_ run: OrderedRun, _ code: String, _ message: String) {
        guard case .command(let command) = run.origin else { return }
        unqueue(run)
        runs[run.id] = nil
        refuse(command.id, code, message)
    }

    /// The last schedule of an account is gone.
    mutating func refuseSyncs(of account: AccountName) {
        for run in runs.values.filter({ $0.account == account && $0.stage == .waiting && $0.tick == nil })
            .sorted(by: { $0.id < $1.id })
        {
            refuseSync(run, "daemon.unknown_account", "the account's last schedule was removed")
        }
    }
}

extension ScheduleMachine.Pause {
    /// In words.
    var text: String {
        let end = until.map { " until \($0.rfc3339())" } ?? ""
        return "paused by \(by)\(end)" + (reason.isEmpty ? "" : ": \(reason)")
    }
}
