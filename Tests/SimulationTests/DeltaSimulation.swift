import Core
import Events
import Extraction
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Synchronization

/// A retailer's Stripe that changes while `sync` is called now and then, on a virtual clock, all of it by a seed.
///
/// The reader at the other end is checked after every event: nothing twice, nothing older over something newer.
final class DeltaSimulation {
    typealias Violation = CheckedReader.Violation

    /// The traps of one simulation; by default all of them.
    struct Traps: Sendable {
        var faults: [String: FaultPlan.Fault] = [
            "late_events": .init(rate: 0.5, seconds: 20),
            "unordered_events": .init(rate: 0.2, seconds: 2),
            "shuffled_ties": .init(rate: 1),
            "old_snapshots": .init(rate: 0.5),
            "short_lived": .init(rate: 0.05),
            "silent_changes": .init(rate: 0.2),
            "lagging_reads": .init(rate: 0.3, seconds: 20),
            "lost_line_items": .init(rate: 0.1),
            "shifting_lists": .init(rate: 0.02),
            "vanishing_cursor": .init(rate: 0.02),
            "rate_limit": .init(rate: 0.02),
            "server_error": .init(rate: 0.02),
            "conflict": .init(rate: 0.01),
            "bad_gateway": .init(rate: 0.01),
            "empty_gateway": .init(rate: 0.01),
            "cut_body": .init(rate: 0.02),
            "reset_body": .init(rate: 0.02),
        ]
        /// How far the local clock is ahead of the API's.
        var skew: Duration = .zero
        /// The share of commits that fail and are redone, and of those that end the run as a kill would: a run of all
        /// streams has a hundred and more.
        var aborts = 0.02
        var deaths = 0.004
    }

    /// Longer than whatever is read again now and then waits.
    private let silence = Duration.seconds(7 * 86_400 + 120)
    let simulator: StripeSimulator
    let destination: MemoryDestination
    private let definition: ExtractorDefinition
    private let account: AccountName
    private let traps: Traps
    private var random: SeededGenerator
    private let fate: Fate
    private var reader = CheckedReader(isStrictOnDeletes: true)
    /// How the runs ended, what they warned of, and why streams failed, each by how often.
    private(set) var told: [String: Int] = [:]

    init(seed: UInt64, records: Int? = nil, traps: Traps = Traps()) throws {
        random = SeededGenerator(seed: seed)
        self.traps = traps
        var faults = traps.faults
        faults["forbidden_charges"] = .init()
        simulator = try StripeSimulator(
            // Some accounts have lists of more than a page.
            .init(seed: seed, records: records ?? (seed % 8 == 4 ? 110 : 16), faults: faults, clockSpeed: 0),
            wall: { Instant(seconds: 4_000_000_000) }
        )
        definition = try ExtractorDefinition.load(folder: Self.extractor)
        let account = try AccountName("stripe/acme")
        self.account = account
        let fate = Fate(seed: seed ^ 0xd1ce, aborts: traps.aborts, deaths: traps.deaths)
        self.fate = fate
        destination = MemoryDestination(account, fault: { _, _ in try fate.decide() })
        remember()
    }

    private static var extractor: String {
        let file = URL(fileURLWithPath: #filePath)
        return file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "extractors/stripe").path
    }

    var streams: [String] { definition.streams.map(\.name) }

    // MARK: Time and change

    /// Checkout sessions end by themselves, and a replica that lags may show how they were just then.
    func advance(_ duration: Duration) {
        simulator.clock.advance(by: duration)
        remember()
    }

    /// One round: changes, time, a sync of some streams.
    func round() async throws {
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3: try simulator.change(creates: 1)
            case 3..<8: try simulator.change(updates: 1)
            default: try simulator.change(deletes: 1)
            }
            remember()
            if Bool.random(using: &random) { advance(.seconds(Int.random(in: 0...4, using: &random))) }
        }
        switch Int.random(in: 0..<40, using: &random) {
        case 0: advance(.seconds(32 * 86_400))
        case 1...4: advance(.seconds(Int.random(in: 3600...30_000, using: &random)))
        case 5...15: advance(.seconds(Int.random(in: 60...900, using: &random)))
        default: advance(.seconds(Int.random(in: 0...30, using: &random)))
        }
        let isForbidden = Int.random(in: 0..<5, using: &random) == 0
        try simulator.faultPlan.change(["forbidden_charges": ["rate": .number(isForbidden ? "1" : "0")]])
        let chosen =
            Int.random(in: 0..<3, using: &random) == 0
            ? streams.filter { _ in Bool.random(using: &random) } : streams
        let limit = Int.random(in: 0..<6, using: &random) == 0 ? Int.random(in: 1...40, using: &random) : nil
        _ = try await sync(chosen, limit: limit)
        remember()
        try check()
    }

    /// Keeps what every object is now, where it changed.
    func remember() {
        for (stream, records) in simulator.truth() { reader.remember(records, of: stream) }
    }

    // MARK: Syncing

    /// One run; `answered` is told of each request's address once it was answered, before the run goes on.
    func sync(
        _ names: [String],
        limit: Int? = nil,
        resyncs: Bool = false,
        acceptsAbsence: Bool = true,
        since: Instant? = nil,
        answered: (@Sendable (String) -> Void)? = nil
    ) async throws -> RunOutcome {
        let clock = simulator.clock
        let waiting = WaitingClock(WaitedTime(clock))
        let skew = traps.skew
        let wall: WallClock = { clock.now.advanced(by: skew) }
        let fate = fate
        let requester = try Requester(
            extractor: definition,
            settings: [
                "api_key": "sk_test_simulated", "base_url": "http://127.0.0.1:1",
                "requests_per_second": .number("1000"),
            ],
            transport: RequestWatch(base: InProcessTransport(simulator), answered: answered),
            clock: waiting,
            wall: wall,
            jitter: { fate.roll() }
        )
        let plans = try definition.streams.filter { names.contains($0.name) }.map { stream in
            let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
            var plan = StreamPlan(stream, of: definition, account: account, to: topic, since: since)
            plan.bookmark = try destination.bookmark(of: topic.stream)
            if resyncs {
                plan.bookmark = plan.bookmark?.anew(isLost: false, fingerprint: plan.fingerprint, since: nil)
            }
            return plan
        }
        let warnings = Locked<[String]>([])
        let outcome = await SyncRun(
            account: account,
            streams: plans,
            limit: limit,
            requester: requester,
            destination: destination,
            wall: wall,
            clock: waiting,
            stop: StopSignal(),
            observer: { event in
                if case .warned(_, let text) = event { warnings.withLock { $0.append(text) } }
            },
            acceptsAbsence: acceptsAbsence,
            concurrency: 1
        ).run()
        for text in warnings.withLock({ $0 }) { told["warned: \(text)", default: 0] += 1 }
        told["run \(outcome.status.rawValue)", default: 0] += 1
        for (_, stream) in outcome.streams {
            if let error = stream.error { told[error.codeText, default: 0] += 1 }
        }
        try checkPlaces(names, now: min(clock.now, wall()))
        return outcome
    }

    /// No bookmark passes the hold-back before now, by whichever clock is behind.
    private func checkPlaces(_ names: [String], now: Instant) throws {
        for name in names {
            guard let feed = try destination.bookmark(of: StreamName(name))?.feed else { continue }
            guard let holdBack = definition.feeds.first(where: { $0.name == feed.name })?.holdBack,
                feed.at <= now.advanced(by: .zero - holdBack)
            else {
                throw Violation(
                    description: "the bookmark of \(name) is \(feed.at.rfc3339()) at \(now.rfc3339())"
                )
            }
        }
    }

    // MARK: Checking

    /// Reads on, and checks each event against what came before it.
    func check() throws {
        try reader.check(destination.events)
    }

    /// Lets everything settle without faults, and compares the reader's view with the truth.
    func settle(_ chosen: [String]? = nil) async throws {
        let streams = chosen ?? streams
        var calm: [JSONValue.Member] = []
        for fault in StripeSimulator.faults {
            calm.append(.init(name: fault, value: ["rate": .number("0")]))
        }
        try simulator.faultPlan.change(.object(calm))
        advance(.seconds(700))
        for _ in 0..<8 {
            advance(.seconds(120))
            let outcome = try await sync(streams)
            if outcome.status == .success { break }
        }
        // What no event tells is read again in a week at the latest.
        advance(silence)
        for _ in 0..<8 {
            let outcome = try await sync(streams)
            if outcome.status == .success { break }
        }
        remember()
        try check()
        let truth = simulator.truth()
        for stream in streams { try reader.compare(truth[stream] ?? [:], of: stream) }
    }
}

/// Calls back once a request was answered.
private struct RequestWatch: HTTPTransport {
    var base: InProcessTransport
    var answered: (@Sendable (String) -> Void)?

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let response = try await base.perform(request)
        answered?(request.address)
        return response
    }
}
