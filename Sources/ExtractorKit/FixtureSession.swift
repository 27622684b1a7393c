import Core
import Extraction
import JSON
import Runs

/// The runs of one stream or family, as a sync has them, into memory: each goes on where the one before it ended.
final class FixtureSession {
    /// What came of a run.
    struct Outcome {
        var events: [Fixture.Event]
        var records: [(key: String, value: [UInt8])]
        var error: (any SluiceError)?
        /// Who asked: it knows the account's secrets, and what the login told.
        var requester: Requester
    }

    private let definition: ExtractorDefinition
    private let stream: StreamDefinition
    private let settings: [String: JSONValue]
    private let account: AccountName
    private let destination: EventCollector

    init(_ definition: ExtractorDefinition, _ stream: StreamDefinition, settings: [String: JSONValue]) throws
    {
        self.definition = definition
        self.stream = stream
        self.settings = settings
        account = try AccountName(extractor: definition.name, account: "fixture")
        destination = EventCollector(account)
    }

    /// Makes the runs of a fixture again, and gives what came of each as it ends.
    func replay(
        _ fixture: Fixture,
        secrets: [String],
        _ take: (_ index: Int, Outcome, ReplayTransport) -> Void = { _, _, _ in }
    ) async throws {
        var login: FixtureLogin?
        if case .login(let asked) = try definition.authentication(settings: settings) {
            login = FixtureLogin(asked, telling: fixture.login)
        }
        for (index, run) in fixture.runs.enumerated() {
            let transport = ReplayTransport(run.exchanges, secrets: secrets)
            let outcome = try await self.run(
                at: run.at,
                since: run.since,
                limit: run.limit,
                transport,
                logins: login ?? transport,
                .passing()
            )
            take(index, outcome, transport)
        }
    }

    /// One run, all of it at one time; `logins` carries the requests for a token.
    func run(
        at: Instant,
        since: Instant?,
        limit: Int?,
        _ transport: any HTTPTransport,
        logins: any HTTPTransport,
        _ clock: WaitingClock
    ) async throws -> Outcome {
        let requester = try Requester(
            extractor: definition,
            settings: settings,
            transport: transport,
            logins: logins,
            clock: clock,
            wall: { at },
            jitter: { 0.5 }
        )
        let stop = StopSignal()
        let found = try await StreamFinder(requester: requester, stop: stop).find([ChosenStream(stream)])
        var outcome = await SyncRun(
            account: account,
            streams: try found.streams.map { try plan($0, since) },
            limit: limit,
            requester: requester,
            destination: destination,
            wall: { at },
            clock: clock,
            stop: stop,
            acceptsAbsence: true,
            concurrency: 1
        ).run()
        outcome.add(found)
        let (events, records) = destination.take()
        return Outcome(
            events: Self.sorted(events),
            records: records,
            error: outcome.error ?? outcome.streams.lazy.compactMap(\.outcome.error).first,
            requester: requester
        )
    }

    private func plan(_ stream: StreamDefinition, _ since: Instant?) throws -> StreamPlan {
        let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
        var plan = StreamPlan(stream, of: definition, account: account, to: topic)
        plan.bookmark = try destination.bookmark(of: topic.stream)
        if plan.bookmark == nil { plan.since = since }
        return plan
    }

    /// By key, as side by side looks come in no order; those of one key stay in theirs.
    private static func sorted(_ events: [Fixture.Event]) -> [Fixture.Event] {
        events.enumerated().sorted {
            ($0.element.key, $0.offset) < ($1.element.key, $1.offset)
        }.map(\.element)
    }
}
