import Core
import Scheduling
import YAML

extension DaemonMachine {
    /// A backfill by its id, or by that of its chunk's run, with its schedule; nil where none that goes on has it.
    func backfill(named id: String) -> (schedule: String, backfill: String)? {
        if let chunk = runs[id]?.chunk { return (chunk.schedule, chunk.backfill) }
        for schedule in schedules.all
        where schedule.backfills.contains(where: { $0.id == id && $0.status == .active }) {
            return (schedule.entry.schedule.id, id)
        }
        return nil
    }

    // MARK: Begin

    mutating func backfill(_ request: DaemonCommand.BackfillRequest, _ command: DaemonCommand) {
        guard let schedule = schedules[request.schedule] else { return }
        if let problem = problem(with: request, schedule) {
            return refuse(command.id, problem.code, problem.message)
        }
        let record = BackfillRecord(
            id: "backfill-\(runID(now))",
            by: command.by,
            created: now,
            streams: request.streams?.isEmpty == true ? nil : request.streams,
            from: request.from,
            to: request.to,
            chunk: request.chunk
        )
        let plan = plan(of: record, schedule)
        guard !request.isDryRun else {
            return answer(
                .init(command: command.id, status: .done, message: "it would read \(plan); nothing was begun")
            )
        }
        schedules[request.schedule]?.add(record)
        audit("backfill", request.schedule, command, after: "\(record.id): \(plan)")
        actions.append(
            .tell(
                BackfillNote(schedule: request.schedule, account: schedule.entry.account, backfill: record)
            )
        )
        done(record.id, request.schedule, command, "\(record.id) reads \(plan)")
        orderChunks(of: request.schedule)
    }

    /// Answers once what was changed is durable.
    private mutating func done(_ backfill: String, _ id: String, _ command: DaemonCommand, _ message: String)
    {
        let answer = CommandAnswer(command: command.id, status: .done, run: backfill, message: message)
        memory.end(answer)
        schedules[id]?.remember(command.id)
        keep(id, then: [answer])
    }

    /// What a backfill reads, in words.
    private func plan(of record: BackfillRecord, _ schedule: FollowedSchedule) -> String {
        let names = record.streams ?? schedule.entry.backfills.readable?.sorted()
        let streams = names.map { $0.joined(separator: ", ") } ?? "every stream that can be read by time"
        let left = schedule.entry.backfills.refused.keys.sorted()
        let without =
            record.streams != nil || left.isEmpty
            ? "" : ", without \(left.joined(separator: ", ")), which cannot be read by time"
        let chunks = record.chunks == 1 ? "1 chunk" : "\(record.chunks) chunks"
        let range =
            "from \(record.from.rfc3339()) up to \(record.to.rfc3339()), that not included"
        return
            "\(streams) of \(schedule.entry.account) \(range), in \(chunks) of \(LengthText.short(record.chunk))\(without)"
    }

    private typealias Problem = (code: String, message: String)

    private func problem(with request: DaemonCommand.BackfillRequest, _ schedule: FollowedSchedule)
        -> Problem?
    {
        guard request.from < request.to else {
            return (
                "daemon.bad_time",
                "from \(request.from.rfc3339()) to \(request.to.rfc3339()) is no stretch of time; --to must be later"
            )
        }
        guard request.from < now else {
            return (
                "daemon.bad_time",
                "\(request.from.rfc3339()) is not there yet: a backfill reads the past, the schedule what comes"
            )
        }
        guard request.chunk >= BackfillRecord.shortestChunk else {
            return (
                "daemon.bad_chunk",
                "a chunk of \(request.chunk) s is too short, since each is a run; the shortest is "
                    + LengthText.short(BackfillRecord.shortestChunk)
            )
        }
        let chunks = BackfillRecord.chunks(from: request.from, to: request.to, chunk: request.chunk)
        guard chunks <= BackfillRecord.maximumChunks else {
            return (
                "daemon.bad_chunk",
                "that would be \(chunks) chunks, and \(BackfillRecord.maximumChunks) are the most; choose longer ones"
            )
        }
        guard schedule.backfills.count(where: { $0.status == .active }) < BackfillRecord.maximumActive else {
            return (
                "daemon.too_many_backfills",
                "\(BackfillRecord.maximumActive) backfills of \(request.schedule) go on already; wait for one, or "
                    + "cancel one: `sluice backfills` names them"
            )
        }
        return problem(withStreams: request.streams ?? [], schedule.entry)
    }

    private func problem(withStreams named: [String], _ entry: ScheduleEntry) -> Problem? {
        let choice = entry.backfills
        guard named.reduce(0, { $0 + $1.utf8.count }) <= 2048 else {
            return ("daemon.too_many_streams", "those are too many names; leave them out for all streams")
        }
        let refused = named.compactMap { name in choice.refused[name].map { "\(name) \($0)" } }
        guard refused.isEmpty else {
            return ("daemon.no_backfill", "no backfill: \(refused.joined(separator: "; "))")
        }
        let known = choice.readable ?? entry.streams
        if let known, let stranger = named.first(where: { !known.contains($0) }) {
            let hint =
                NearestName.of(stranger, among: known.sorted()).map { "did you mean \($0)?" }
                ?? "it reads \(known.sorted().joined(separator: ", "))"
            return (
                "daemon.unknown_stream", "\(entry.schedule.id) does not read a stream \(stranger); \(hint)"
            )
        }
        if named.isEmpty, choice.readable?.isEmpty == true {
            let reasons = choice.refused.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return (
                "daemon.no_backfill",
                "no stream of \(entry.schedule.id) can be read by time: \(reasons.joined(separator: "; "))"
            )
        }
        return nil
    }

    // MARK: Cancel, resume

    mutating func cancel(_ backfill: String, of id: String, _ command: DaemonCommand) {
        audit("cancel", id, command, before: backfill)
        if let run = schedules[id]?.chunks[backfill].flatMap({ runs[$0] }), run.stage == .running {
            runs[run.id]?.cancels.append(command.id)
            end(backfill, of: id, by: command.by, as: .cancelled, "ended by \(command.by)")
            return answer(
                .init(
                    command: command.id,
                    status: .accepted,
                    run: backfill,
                    message: "the backfill ends after the page of its chunk"
                )
            )
        }
        end(backfill, of: id, by: command.by, as: .cancelled, "ended by \(command.by)")
        done(backfill, id, command, "the backfill is cancelled; `sluice backfill --resume` goes on with it")
    }

    mutating func resumeBackfill(_ backfill: String, _ command: DaemonCommand) {
        let found = schedules.all.lazy.compactMap { schedule in
            schedule.backfills.first { $0.id == backfill }.map { (schedule, $0) }
        }.first
        guard let (schedule, record) = found, !schedule.isRemoved else {
            return refuse(
                command.id,
                "daemon.unknown_backfill",
                "there is no backfill \(backfill); `sluice backfills` names all that can be resumed"
            )
        }
        let id = schedule.entry.schedule.id
        switch record.status {
        case .active: return done(backfill, id, command, "it goes on already")
        case .done:
            return refuse(command.id, "daemon.backfill_done", "it is done: there is nothing left to read")
        case .cancelled, .failed: break
        }
        // The definition or the schedule may be another one by now.
        if let problem = problem(withStreams: record.streams ?? [], schedule.entry) {
            return refuse(command.id, problem.code, problem.message)
        }
        schedules[id]?.change(backfill) { $0.resume() }
        audit("resume backfill", id, command, before: record.reason, after: backfill)
        done(
            backfill,
            id,
            command,
            "it goes on with chunk \(record.done + 1) of \(record.chunks)"
        )
        tell(backfill, of: id)
        orderChunks(of: id)
    }
}

extension BackfillRecord {
    fileprivate mutating func resume() {
        status = .active
        ended = nil
        reason = nil
    }
}
