import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs
import Simulators
import Synchronization

/// Runs over an API whose rows have modification times, and the reader at the other end, checked after every run.
///
/// Nothing twice, nothing older over something newer, and at the end all that there is.
final class TimedSimulation {
    /// What a check found.
    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    let api: TimedAPI
    let destination: MemoryDestination
    let definition: ExtractorDefinition
    let account: AccountName
    /// How far the local clock is ahead of the API's.
    var skew: Duration
    private let fate: Fate
    private var checked = 0
    private var view: [String: [String: String?]] = [:]
    private var places: [String: [String: Int]] = [:]
    private var ids: Set<String> = []
    /// What the runs warned of, by how often.
    private(set) var warnings: [String: Int] = [:]

    /// Runs by a definition.
    init(
        _ yaml: String,
        api: TimedAPI,
        seed: UInt64,
        skew: Duration = .zero,
        aborts: Double = 0,
        deaths: Double = 0
    ) throws {
        self.api = api
        self.skew = skew
        definition = try ExtractorDefinition.decode(Array(yaml.utf8), file: "timed.yaml")
        account = try AccountName("timed/one")
        let fate = Fate(seed: seed ^ 0xd1ce, aborts: aborts, deaths: deaths)
        self.fate = fate
        destination = MemoryDestination(account, fault: { _, _ in try fate.decide() })
    }

    var streams: [String] { definition.streams.map(\.name) }

    func bookmark(of stream: String) throws -> Bookmark? {
        try destination.bookmark(of: StreamName(stream))
    }

    /// How many keys of a stream are remembered.
    func remembered(_ stream: String) throws -> Int {
        var count = 0
        var after: [UInt8]?
        repeat {
            let found = try destination.versions.keys(
                versionBefore: Instant(nanoseconds: .max),
                format: .epochSeconds,
                after: after,
                limit: 100,
                stream: StreamName(stream)
            )
            count += found.keys.count
            after = found.end
        } while after != nil
        return count
    }

    /// A backfill publishes again what is forgotten, as it stands and under the id that it had.
    var isBackfilling = false
    /// Whether a row is only what it became: not where rows are hidden.
    var checksOrder = true

    // MARK: Syncing

    @discardableResult
    func sync(
        _ names: [String]? = nil,
        limit: Int? = nil,
        since: Instant? = nil,
        resyncs: Bool = false,
        acceptsAbsence: Bool = false,
        backfill: BackfillPart? = nil
    ) async throws -> RunOutcome {
        let clock = api.clock
        let waiting = WaitingClock(WaitedTime(clock))
        let skew = skew
        let wall: WallClock = { clock.now.advanced(by: skew) }
        let requester = try Requester(
            extractor: definition,
            settings: [:],
            transport: api,
            clock: waiting,
            wall: wall,
            jitter: { 0.5 }
        )
        let chosen = definition.streams.filter { names?.contains($0.name) ?? true }
        let plans = try chosen.map { stream in
            let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
            var plan = StreamPlan(stream, of: definition, account: account, to: topic, since: since)
            plan.bookmark = try destination.bookmark(of: topic.stream)
            if resyncs {
                plan.bookmark = plan.bookmark?.anew(
                    isLost: false,
                    fingerprint: plan.fingerprint,
                    since: since
                )
            }
            try plan.bookmark?.check(against: plan.fingerprint, account: account, stream: topic.stream)
            if let backfill {
                plan.backfill = try BackfillProgress(
                    in: destination.state,
                    account: account,
                    id: backfill.id,
                    stream: topic.stream
                )
            }
            return plan
        }
        let told = Locked<[String]>([])
        var run = SyncRun(
            account: account,
            streams: plans,
            limit: limit,
            requester: requester,
            destination: destination,
            wall: wall,
            clock: waiting,
            stop: StopSignal(),
            observer: { event in
                if case .warned(_, let text) = event { told.withLock { $0.append(text) } }
            },
            acceptsAbsence: acceptsAbsence,
            concurrency: 1
        )
        run.backfill = backfill
        let outcome = await run.run()
        for text in told.withLock({ $0 }) { warnings[text, default: 0] += 1 }
        try check()
        return outcome
    }

    // MARK: Checking

    /// Reads on, and checks each event against what came before it.
    func check() throws {
        let events = destination.events
        let history = api.history
        for event in events[checked...] {
            let isNew = ids.insert("\(event.stream) \(event.id)").inserted
            if isBackfilling, !isNew, view[event.stream]?[event.key] == .some(event.value) { continue }
            guard isNew else {
                throw Violation(description: "the id \(event.id) came twice in \(event.stream): \(event)")
            }
            // Of a key that was forgotten as deleted, came back and went unseen, a second delete is told.
            if let before = view[event.stream]?[event.key], let value = before, value == event.value {
                throw Violation(
                    description: "\(event.stream) \(event.key) came twice in succession: \(event)"
                )
            }
            // Children have no history of their own here.
            if checksOrder, let states = history[event.key] { try checkOrder(event, states) }
            view[event.stream, default: [:]][event.key] = .some(event.value)
        }
        checked = events.count
    }

    /// The states of a row come in their order.
    private func checkOrder(_ event: MemoryDestination.Event, _ states: [String?]) throws {
        let place = places[event.stream]?[event.key] ?? 0
        guard let next = states[min(place, states.count)...].firstIndex(of: event.value) else {
            throw Violation(
                description:
                    "\(event.stream) \(event.key): \(event.value ?? "gone") came over state \(place) of "
                    + "\(states)"
            )
        }
        places[event.stream, default: [:]][event.key] = next
    }

    /// What a reader has of a stream.
    func seen(_ stream: String) -> [String: String] { (view[stream] ?? [:]).compactMapValues { $0 } }

    /// Compares what a reader has of a stream with what there is.
    func compare(_ stream: String, with truth: [String: String]) throws {
        let seen = seen(stream)
        for key in Set(seen.keys).union(truth.keys).sorted() where seen[key] != truth[key] {
            throw Violation(
                description:
                    "\(stream) \(key) is \(truth[key] ?? "gone"), the reader has \(seen[key] ?? "nothing")"
            )
        }
    }

    /// Lets everything settle: no traps, and time for what is late.
    func settle(_ names: [String]? = nil, after wait: Duration = .seconds(700)) async throws {
        api.set(TimedAPI.Traps())
        fate.calm()
        api.clock.advance(by: wait)
        // Of few rows a few absent ones are a large share.
        var tries = 5
        while tries > 0, try await sync(names, acceptsAbsence: true).status != .success { tries -= 1 }
        api.clock.advance(by: .seconds(120))
        let outcome = try await sync(names, acceptsAbsence: true)
        guard outcome.status == .success else {
            throw Violation(description: "the last run ended \(outcome.json.compactText)")
        }
    }
}
