import Core
import Events
import Extraction
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Synchronization

/// Runs of one of our extractors over a simulated account that changes, on its virtual clock, all of it by a seed.
///
/// The reader at the other end is checked after every run: nothing twice, nothing older over newer, and at the end all
/// that there is.
final class ServiceSimulation {
    typealias Violation = CheckedReader.Violation

    /// What is there, by stream and key.
    typealias Truth = [String: [String: [UInt8]]]

    let simulator: any Simulator
    let destination: MemoryDestination
    let definition: ExtractorDefinition
    /// The streams and families that are read.
    let streams: [String]
    let account: AccountName
    private let settings: [String: JSONValue]
    private let stateKeys: [Secret]
    private let skew: Duration
    /// What of the records goes out as entities, to topics that begin with `retail.entity.`.
    private let entities: EntityMode
    /// What becomes of personal fields.
    private let protection: @Sendable (StreamDefinition) -> RecordProtection?
    private let fate: Fate
    private let truth: () -> Truth
    private(set) var random: SeededGenerator
    /// The requests' faults of now.
    private var faults: [String] = []
    private var reader = CheckedReader(isStrictOnDeletes: false)
    /// How the runs ended, what they warned of, and why streams failed, each by how often.
    private(set) var told: [String: Int] = [:]

    /// An account that nobody has read yet.
    ///
    /// - Parameters:
    ///   - simulator: the account.
    ///   - extractor: the folder of the extractor, below `extractors/`.
    ///   - settings: what the account's file says, but for `base_url`.
    ///   - stateKeys: what seals a credential that the API replaces.
    ///   - edit: changes the text of the definition.
    ///   - seed: the same seed gives the same rounds.
    ///   - streams: the streams that are read; nil for all of the extractor.
    ///   - entities: what of the records goes out as entities, to topics that begin with `retail.entity.`.
    ///   - protection: what becomes of a stream's personal fields.
    ///   - skew: how far the local clock is ahead of the account's.
    ///   - aborts: the share of commits that fail and are redone.
    ///   - deaths: the share of commits that end the run as a kill would.
    ///   - truth: what a reader must have now, of the streams of the definition at least.
    /// - Throws: if there is no such extractor.
    init(
        _ simulator: any Simulator,
        extractor: String,
        settings: [String: JSONValue],
        stateKeys: [Secret] = [],
        edit: (String) -> String = { $0 },
        seed: UInt64,
        only streams: [String]? = nil,
        entities: EntityMode = .none,
        protection: @escaping @Sendable (StreamDefinition) -> RecordProtection? = { _ in nil },
        skew: Duration = .zero,
        aborts: Double = 0,
        deaths: Double = 0,
        truth: @escaping () -> Truth
    ) throws {
        self.simulator = simulator
        self.settings = settings.merging(["base_url": "http://127.0.0.1:1"]) { $1 }
        self.stateKeys = stateKeys
        self.skew = skew
        self.entities = entities
        self.protection = protection
        self.truth = truth
        random = SeededGenerator(seed: seed)
        let file = "\(Self.folder(extractor))/extractor.yaml"
        let text = edit(try String(contentsOfFile: file, encoding: .utf8))
        definition = try ExtractorDefinition.decode(Array(text.utf8), file: file)
        self.streams = streams ?? definition.streams.map(\.name)
        account = try AccountName("\(extractor)/acme")
        let fate = Fate(seed: seed ^ 0xd1ce, aborts: aborts, deaths: deaths)
        self.fate = fate
        destination = MemoryDestination(account, fault: { _, _ in try fate.decide() })
        remember()
    }

    private static func folder(_ extractor: String) -> String {
        let file = URL(fileURLWithPath: #filePath)
        return file.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "extractors/\(extractor)").path
    }

    /// All requests so far.
    var requests: Int { simulator.requests.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    // MARK: Time and change

    func advance(_ duration: Duration) { simulator.clock.advance(by: duration) }

    /// From now on each of these faults strikes a share of the requests, and no others do.
    func strike(_ names: [String], rate: Double) throws {
        var document = faults.map { JSONValue.Member(name: $0, value: .null) }
        document += names.map { .init(name: $0, value: ["rate": .number("\(rate)")]) }
        try simulator.faultPlan.change(.object(document))
        faults = names
    }

    /// One round: changes, time, and a run over all streams or some.
    ///
    /// - Parameter change: makes one change of the account; called a few times.
    /// - Throws: a `Violation`, or what `change` throws.
    func round(_ change: (inout SeededGenerator) throws -> Void) async throws {
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            try change(&random)
            if Bool.random(using: &random) { advance(.seconds(Int.random(in: 0...4, using: &random))) }
        }
        remember()
        switch Int.random(in: 0..<40, using: &random) {
        case 0: advance(.seconds(32 * 86_400))
        case 1...4: advance(.seconds(Int.random(in: 3600...30_000, using: &random)))
        case 5...15: advance(.seconds(Int.random(in: 60...900, using: &random)))
        default: advance(.seconds(Int.random(in: 0...30, using: &random)))
        }
        let chosen =
            Int.random(in: 0..<3, using: &random) == 0
            ? streams.filter { _ in Bool.random(using: &random) } : streams
        let limit = Int.random(in: 0..<8, using: &random) == 0 ? Int.random(in: 1...40, using: &random) : nil
        try await sync(chosen, limit: limit)
        // A list may have grown while it was read.
        if faults.contains("shifting_lists") { remember() }
        try check()
    }

    /// The streams, and of families all that there are or ever were.
    private func names(in truth: Truth) -> [String] {
        let known = reader.streams.union(truth.keys).sorted()
        return streams.flatMap { stream in
            guard definition.streams.contains(where: { $0.name == stream && $0.isFamily }) else {
                return [stream]
            }
            return known.filter { FamilyName.isMember($0, of: stream) }
        }
    }

    /// Keeps what every record is now, where it changed.
    func remember() {
        let truth = truth()
        for stream in names(in: truth) { reader.remember(truth[stream] ?? [:], of: stream) }
    }

    // MARK: Syncing

    /// One run over all streams, or over these.
    @discardableResult
    func sync(
        _ names: [String]? = nil,
        limit: Int? = nil,
        acceptsAbsence: Bool = true
    ) async throws -> RunOutcome {
        let clock = simulator.clock
        let waiting = WaitingClock(WaitedTime(clock))
        let skew = skew
        let wall: WallClock = { clock.now.advanced(by: skew) }
        let fate = fate
        let requester = try Requester(
            extractor: definition,
            settings: settings,
            transport: InProcessTransport(simulator),
            clock: waiting,
            wall: wall,
            stateKeys: stateKeys,
            jitter: { fate.roll() }
        )
        try requester.use(destination, of: account)
        let chosen = definition.streams.filter { (names ?? streams).contains($0.name) }.map {
            ChosenStream($0)
        }
        let stop = StopSignal()
        let found: FoundStreams
        do {
            found = try await StreamFinder(requester: requester, stop: stop).find(chosen)
        } catch let error as any SluiceError {
            var outcome = RunOutcome(streams: [], transactions: 0, duration: .zero)
            outcome.error = error
            return tell(outcome)
        }
        let warnings = Locked<[String]>([])
        var outcome = await SyncRun(
            account: account,
            streams: try found.streams.map { try plan($0) },
            limit: limit,
            requester: requester,
            destination: destination,
            wall: wall,
            clock: waiting,
            stop: stop,
            observer: { event in
                if case .warned(_, let text) = event { warnings.withLock { $0.append(text) } }
            },
            acceptsAbsence: acceptsAbsence,
            concurrency: 1
        ).run()
        for text in warnings.withLock({ $0 }) { told["warned: \(text)", default: 0] += 1 }
        outcome.add(found)
        return tell(outcome)
    }

    private func tell(_ outcome: RunOutcome) -> RunOutcome {
        told["run \(outcome.status.rawValue)", default: 0] += 1
        for (name, stream) in outcome.streams {
            if let error = stream.error { told["\(name): \(error.codeText)", default: 0] += 1 }
        }
        return outcome
    }

    private func plan(_ stream: StreamDefinition) throws -> StreamPlan {
        let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
        var plan = StreamPlan(
            stream,
            of: definition,
            account: account,
            to: topic,
            protection: protection(stream)
        )
        if !stream.entities.isEmpty {
            let mapper = EntityMapper(
                stream.entities,
                currencies: definition.currencies,
                account: account,
                stream: stream.name,
                prefix: try TopicPrefix("retail"),
                protection: plan.builder.protection
            )
            plan.outlet = StreamOutlet(mapper, entities)
        }
        plan.bookmark = try destination.bookmark(of: topic.stream)
        return plan
    }

    // MARK: Checking

    /// Reads on, and checks each event against what came before it.
    func check() throws {
        try reader.check(destination.events)
    }

    /// What a reader has of a stream.
    func seen(_ stream: String) -> [String: String] { reader.seen(stream) }

    /// Lets everything settle without faults, and compares what a reader has with what there is.
    ///
    /// - Parameter wait: longer than anything is late, and than any interval of the definition.
    /// - Throws: a `Violation`.
    func settle(after wait: Duration = .seconds(25 * 3600)) async throws {
        try strike([], rate: 0)
        fate.calm()
        for _ in 0..<2 {
            advance(wait)
            let outcome = try await sync()
            guard outcome.status == .success else {
                throw Violation(description: "a calm run ended \(outcome.json.compactText)")
            }
        }
        try check()
        try compare()
    }

    /// Compares what a reader has with what there is.
    func compare() throws {
        let truth = truth()
        for stream in names(in: truth) { try reader.compare(truth[stream] ?? [:], of: stream) }
    }
}
