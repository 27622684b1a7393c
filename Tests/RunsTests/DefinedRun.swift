import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs

/// A run by a definition of a test's own, with what is remembered and with feeds, on from the destination's state.
enum DefinedRun {
    static let now = Instant(seconds: 1_764_072_000)

    static func run(
        _ yaml: String,
        _ service: any HTTPTransport,
        into destination: MemoryDestination,
        now: Instant = Self.now,
        choosing chosen: [String]? = nil,
        resyncs: Bool = false,
        since: Instant? = nil,
        entities: EntityMode = .none,
        stop: StopSignal = StopSignal(),
        maximumEntries: Int = FeedReader.usualMaximum,
        schema: RecordSchema? = nil,
        onDrift: DriftResponse = .warn,
        limit: Int? = nil,
        deadLetters: Int = 0,
        observer: @escaping RunObserver = { _ in },
        registration: (StreamDefinition, [String]) throws -> StreamRegistration? = { _, _ in nil },
        catalog: (StreamDefinition) -> [CatalogEntry]? = { _ in nil }
    ) async throws -> RunOutcome {
        let definition = try ExtractorDefinition.decode(Array(yaml.utf8), file: "fake.yaml")
        let clock = WaitingClock(elapsed: { .zero }, sleep: { _ in try Task.checkCancellation() })
        let requester = try Requester(
            extractor: definition,
            settings: [:],
            transport: service,
            clock: clock,
            wall: { now },
            jitter: { 0 }
        )
        let found = try await StreamFinder(requester: requester, stop: stop).find(
            chosen.map { try definition.chosen($0) } ?? definition.allStreams
        )
        let plans = try found.streams.map { stream in
            let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
            var plan = StreamPlan(
                stream,
                of: definition,
                account: FakeService.account,
                to: topic,
                since: since
            )
            if !stream.entities.isEmpty {
                let mapper = EntityMapper(
                    stream.entities,
                    currencies: definition.currencies,
                    account: FakeService.account,
                    stream: stream.name,
                    prefix: try TopicPrefix("p")
                )
                plan.outlet = StreamOutlet(mapper, entities)
            }
            plan.outlet.registration = try registration(stream, plan.outlet.entityTopics)
            plan.bookmark = try destination.bookmark(of: topic.stream)
            plan.drift = try schema.map { schema in
                DriftPlan(
                    schema: schema,
                    response: onDrift,
                    known: try destination.stateValue(.schema(FakeService.account, topic.stream)).map {
                        try SchemaRecord($0, account: FakeService.account, stream: topic.stream)
                    }
                )
            }
            plan.catalog = try catalog(stream).map { entries in
                CatalogPlan(
                    entries: entries,
                    known: try destination.stateValue(.catalog(FakeService.account, topic.stream)).map {
                        try CatalogRecord($0, account: FakeService.account, stream: topic.stream)
                    }
                )
            }
            if resyncs { plan.bookmark = plan.bookmark?.anew(isLost: false, fingerprint: plan.fingerprint) }
            return plan
        }
        var run = SyncRun(
            account: FakeService.account,
            streams: plans,
            limit: limit,
            requester: requester,
            destination: destination,
            wall: { now },
            clock: clock,
            stop: stop,
            observer: observer
        )
        run.maximumEntries = maximumEntries
        run.deadLetters = DeadLetterPlan(run: "r1", limit: deadLetters)
        var outcome = await run.run()
        outcome.add(found)
        return outcome
    }
}
