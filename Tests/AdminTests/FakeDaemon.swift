import Core
import Events
import JSON
import Scheduling
import Synchronization

@testable import Daemon

/// A daemon without Kafka, clocks or runs: commands change what it shows, and a run gets further with every look.
final class FakeDaemon: DaemonControl {
    /// What cannot be reached.
    struct Away: Error, CustomStringConvertible {
        var description: String { "no broker answers" }
    }

    struct State {
        var view: DaemonView
        var entries: [String: ScheduleEntry] = [:]
        var skips: [String: [Instant: String]] = [:]
        var logs: [String: String] = [:]
        var isKafkaAway = false
        var isAlive = true
        var unreadiness: [String] = []
        /// Whether runs go on by themselves.
        var isMoving = false
        var commands: [(verb: DaemonCommand.Verb, by: String)] = []
        fileprivate var looks = 0
        fileprivate var waiting: [CheckedContinuation<Void, Never>] = []
        fileprivate var watchers: [(looks: Int, waits: Int, CheckedContinuation<Void, Never>)] = []
        fileprivate var waits = 0

        init(view: DaemonView) { self.view = view }
    }

    private let state: Mutex<State>
    private let time: Monotonic
    private let begin: Duration

    /// A daemon that shows this, its clock going on from there.
    init(_ scene: State, time: Monotonic = .system) {
        state = Mutex(scene)
        self.time = time
        begin = time.now()
    }

    /// Changes what it shows, as something that happens by itself does.
    func change(_ body: (inout State) -> Void) {
        let woken = state.withLock { state in
            body(&state)
            state.view.revision += 1
            return state.waiting.take()
        }
        for continuation in woken { continuation.resume() }
    }

    /// Lets the patience of whoever waits for a change be over.
    func losePatience() {
        for continuation in state.withLock({ $0.waiting.take() }) { continuation.resume() }
    }

    /// Returns when so many looked and so many waited for a change.
    func seen(looks: Int, waits: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.looks >= looks, state.waits >= waits { return true }
                state.watchers.append((looks, waits, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    var commands: [(verb: DaemonCommand.Verb, by: String)] { state.withLock { $0.commands } }

    private func note(_ body: (inout State) -> Void) {
        let fulfilled = state.withLock { state in
            body(&state)
            let (looks, waits) = (state.looks, state.waits)
            let fulfilled = state.watchers.filter { $0.looks <= looks && $0.waits <= waits }
            state.watchers.removeAll { $0.looks <= looks && $0.waits <= waits }
            return fulfilled
        }
        for watcher in fulfilled { watcher.2.resume() }
    }

    // MARK: DaemonControl

    func view() async -> DaemonView {
        defer { note { $0.looks += 1 } }
        return state.withLock { state in
            var view = state.view
            view.at = now(state)
            for index in view.schedules.indices {
                view.schedules[index].next = upcoming(view.schedules[index].id, count: 5, state)
            }
            return view
        }
    }

    func outline() async -> DaemonView { await view() }

    func revision() async -> Int { await view().revision }

    func change(from revision: Int, within patience: Duration) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isNow = state.withLock { state in
                    if state.isMoving { Self.advance(&state, at: now(state)) }
                    guard state.view.revision == revision, !Task.isCancelled else { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isNow { continuation.resume() }
                note { $0.waits += 1 }
            }
        } onCancel: {
            losePatience()
        }
    }

    func run(_ id: String) async -> RunView? {
        state.withLock { state in state.view.runs.first { $0.start.run == id } }
    }

    func log(of run: String) async -> String? { state.withLock { $0.logs[run] } }

    func upcoming(_ schedule: String, count: Int) async -> [UpcomingTick]? {
        state.withLock { state in
            state.entries[schedule] == nil ? nil : upcoming(schedule, count: count, state)
        }
    }

    func bookmarks(of account: AccountName) async throws -> [BookmarkView]? {
        guard !state.withLock({ $0.isKafkaAway }) else { throw Away() }
        guard account.text == "stripe/acme" else { return nil }
        let bookmark = Bookmark(
            fingerprint: Fingerprint(key: ["id"], version: nil, progress: "window", topic: "t"),
            list: .init(isDone: true, records: 120, pages: 3),
            window: .init(at: Scene.start),
            changed: HandChange(kind: .set, at: Scene.start, by: "ada@ops", reason: "the API lost changes"),
            updated: Int64(Scene.start.milliseconds)
        )
        return [BookmarkView(stream: "charges", bookmark: bookmark, json: ["format": 4])]
    }

    func topics() async throws -> [TopicView] {
        try state.withLock { state in
            guard !state.isKafkaAway else { throw Away() }
            let streams = [
                ("stripe/acme", "charges"), ("stripe/acme", "customers"), ("hubspot/emea", "contacts"),
                ("zendesk/support", "tickets"),
            ]
            return try streams.enumerated().map { index, topic in
                let account = try AccountName(topic.0)
                return TopicView(
                    name: "retail.\(account.extractor).\(topic.1)",
                    account: account,
                    stream: topic.1,
                    records: Int64(index * 48_211 + 1_204)
                )
            }
        }
    }

    func catalog() async throws -> [CatalogSummary] { try await entries().map(CatalogSummary.init) }

    func catalog(of topic: String) async throws -> TopicCatalog {
        let found = try await entries().filter { $0.topic == topic }
        let drift = SchemaDrift(path: "metadata.tier", kind: .newField, found: "string")
        let notices = found.filter { $0.stream.text == "charges" }.map {
            SchemaNotice(
                account: $0.account,
                stream: $0.stream,
                entry: .init(drift: drift, since: Scene.start)
            )
        }
        return TopicCatalog(topic: topic, entries: found, drift: notices)
    }

    private func entries() async throws -> [CatalogEntry] {
        try await topics().map { topic in
            CatalogEntry(
                topic: topic.name,
                account: topic.account,
                stream: try StreamName(topic.stream),
                owner: topic.stream == "charges" ? "crm@shop.example" : nil,
                classification: topic.stream == "charges" ? "confidential" : nil,
                request: "GET /v1/\(topic.stream)",
                reading: "a list, then the feed events",
                key: ["id"],
                others: ["retail.entity.Customer"],
                fields: [
                    CatalogField(path: "id", types: "string"),
                    CatalogField(
                        path: "email",
                        types: "string or null",
                        personal: "email",
                        treatment: "hash"
                    ),
                    CatalogField(path: "lines.data[].amount", types: "integer"),
                ],
                asOf: topic.stream == "tickets" ? nil : Scene.start.advanced(by: .seconds(-90))
            )
        }
    }

    func schedule(_ id: String) async -> ScheduleView? { await view().schedules.first { $0.id == id } }

    func events(of topic: String, count: Int) async throws -> [EventView]? {
        guard try await topics().contains(where: { $0.name == topic }) else { return nil }
        return (0..<min(count, 12)).map { index in
            EventView(
                partition: index % 3,
                offset: Int64(9000 - index),
                at: Scene.start.advanced(by: .seconds(-index * 7)),
                key: "acme/ch_3Q\(index)xK",
                headers: [
                    .init(name: "ce_id", value: "ch_3Q\(index)xK/1774"),
                    .init(name: "ce_type", value: "stripe.charges.upsert"),
                    .init(name: "sluice_txn", value: "01JQ4/7/120"),
                ],
                value: index == 3
                    ? nil
                    : #"{"id":"ch_3Q\#(index)xK","amount":\#(1200 + index),"note":"<b>kept as text</b>"}"#
            )
        }
    }

    func metrics() async -> [UInt8] { Array("sluice_up 1\n".utf8) }
    func isAlive() async -> Bool { state.withLock { $0.isAlive } }
    func unreadiness() async -> [String] { state.withLock { $0.unreadiness } }

    func ask(_ verb: DaemonCommand.Verb, by: String) async throws -> CommandAnswer {
        guard !state.withLock({ $0.isKafkaAway }) else { throw Away() }
        var answer = CommandAnswer(command: "c1", status: .done, message: "done")
        change { state in
            state.commands.append((verb, by))
            answer = Self.obey(verb, by: by, &state, at: now(state))
        }
        return answer
    }

    // MARK: What comes of it

    private func now(_ state: State) -> Instant { state.view.at.advanced(by: time.now() - begin) }

    private func upcoming(_ id: String, count: Int, _ state: State) -> [UpcomingTick] {
        guard let entry = state.entries[id] else { return [] }
        let pause = state.view.schedules.first { $0.id == id }?.pause
        return Upcoming(schedule: entry.schedule, skips: state.skips[id] ?? [:], pause: pause)
            .ticks(after: now(state), count: count)
    }

    private static func refused(_ code: String, _ message: String) -> CommandAnswer {
        CommandAnswer(command: "c1", status: .refused, code: code, message: message)
    }

    private static func obey(
        _ verb: DaemonCommand.Verb,
        by: String,
        _ state: inout State,
        at now: Instant
    ) -> CommandAnswer {
        func done(_ message: String) -> CommandAnswer {
            CommandAnswer(command: "c1", status: .done, message: message)
        }
        func place(_ id: String) -> Int? { state.view.schedules.firstIndex { $0.id == id } }
        let unknown = refused("daemon.unknown_schedule", "there is no such schedule")
        switch verb {
        case .trigger(let id, _):
            guard let place = place(id) else { return unknown }
            guard state.view.schedules[place].active == nil else {
                return refused(
                    "daemon.already_running",
                    "a run of \(id) is active: wait for it, or cancel it"
                )
            }
            let run = "01JQ5MANUAL\(state.commands.count)"
            let schedule = state.view.schedules[place]
            state.view.schedules[place].active = run
            state.view.schedules[place].state = .running
            state.view.runs.insert(Scene.freshRun(run, of: schedule, at: now), at: 0)
            state.logs[run] = "10:15:00 run \(run) of \(schedule.account) began: asked for by \(by)\n"
            return CommandAnswer(command: "c1", status: .accepted, run: run, message: "\(id) runs")
        case .pause(let id, let reason, let until):
            guard let place = place(id) else { return unknown }
            state.view.schedules[place].pause = .init(reason: reason, by: by, until: until)
            state.view.schedules[place].state = .paused
            return done("\(id) is paused")
        case .resume(let id):
            guard let place = place(id) else { return unknown }
            state.view.schedules[place].pause = nil
            state.view.schedules[place].state = .idle
            return done("\(id) is resumed")
        case .skipNext(let id):
            guard place(id) != nil, let entry = state.entries[id] else { return unknown }
            let taken = Upcoming(schedule: entry.schedule, skips: state.skips[id] ?? [:])
                .ticks(after: now, count: 20)
            guard let next = taken.first(where: { $0.skip == nil }) else {
                return refused("daemon.no_tick", "no tick comes")
            }
            state.skips[id, default: [:]][next.nominal] = by
            return done("the tick of \(next.nominal.rfc3339()) is left out")
        case .undoSkips(let id):
            guard place(id) != nil else { return unknown }
            state.skips[id] = nil
            return done("nothing is left out any more")
        case .backfill(let request):
            guard let place = place(request.schedule) else { return unknown }
            return Scene.begin(request, of: state.view.schedules[place], by: by, &state, at: now)
        case .resumeBackfill(let id):
            guard let place = state.view.backfills.firstIndex(where: { $0.note.backfill.id == id }) else {
                return refused("daemon.unknown_backfill", "there is no such backfill")
            }
            state.view.backfills[place].note.backfill.status = .active
            state.view.backfills[place].note.backfill.ended = nil
            state.view.backfills[place].note.backfill.reason = nil
            return done("\(id) goes on")
        case .cancel(let id) where state.view.backfills.contains(where: { $0.note.backfill.id == id }):
            for place in state.view.backfills.indices where state.view.backfills[place].note.backfill.id == id
            {
                state.view.backfills[place].note.backfill.status = .cancelled
                state.view.backfills[place].note.backfill.ended = now
                state.view.backfills[place].note.backfill.reason = "ended by \(by)"
                state.view.backfills[place].run = nil
                state.view.backfills[place].waiting = nil
            }
            return done("\(id) is cancelled")
        case .cancel(let run):
            guard let place = state.view.runs.firstIndex(where: { $0.start.run == run }) else {
                return refused("daemon.unknown_run", "there is no such run")
            }
            guard state.view.runs[place].status == nil else {
                return refused("daemon.run_ended", "the run has ended already")
            }
            end(place, .cancelled, &state, at: now)
            return done("\(run) ends after its page")
        case .sync:
            return refused("daemon.not_here", "not from here")
        case .state(let request):
            guard request.account.text == "stripe/acme" else {
                return refused("daemon.unknown_account", "no schedule reads it")
            }
            return done("\(request.change.name) of \(request.account): \(request.reason)")
        }
    }

    /// Every run reads a page more, or ends; every backfill of the visitor has done a chunk more.
    private static func advance(_ state: inout State, at now: Instant) {
        for place in state.view.backfills.indices where state.view.backfills[place].isMoving {
            state.view.revision += 1
            state.view.backfills[place].note.backfill.done += 1
        }
        for index in state.view.runs.indices where state.view.runs[index].status == nil {
            state.view.revision += 1
            state.view.runs[index].transactions += 1
            let step = state.view.runs[index].transactions
            for row in state.view.runs[index].streams.indices {
                var stream = state.view.runs[index].streams[row]
                guard stream.status != "success", step > row * 4 else { continue }
                stream.status = step > row * 4 + 18 ? "success" : "running"
                stream.phase = stream.status == "running" ? "list" : nil
                stream.records += 250 + 31 * row
                stream.pages += 1
                stream.requests += 1
                state.view.runs[index].streams[row] = stream
            }
            let run = state.view.runs[index]
            state.logs[run.start.run, default: ""] +=
                "10:15:\(step % 60 + 10) transaction \(step): \(run.events) events\n"
            if run.streams.allSatisfy({ $0.status == "success" }) { end(index, .success, &state, at: now) }
        }
    }

    private static func end(_ index: Int, _ status: RunEnd.Status, _ state: inout State, at now: Instant) {
        state.view.runs[index].status = status
        state.view.runs[index].ended = now
        state.view.runs[index].waiting = nil
        let run = state.view.runs[index]
        guard let id = run.start.schedule,
            let place = state.view.schedules.firstIndex(where: { $0.id == id })
        else { return }
        state.view.schedules[place].active = nil
        state.view.schedules[place].state = .idle
        state.view.schedules[place].lastRuns.insert(run, at: 0)
        if status == .success { state.view.schedules[place].lastSuccess = now }
    }
}

extension BackfillView {
    /// The scene's own stand still, to be looked at.
    fileprivate var isMoving: Bool {
        let backfill = note.backfill
        return backfill.status == .active && backfill.by != Scene.asker && backfill.done + 1 < backfill.chunks
    }
}

extension Array {
    /// All elements; none are left.
    fileprivate mutating func take() -> [Element] {
        defer { self = [] }
        return self
    }
}
