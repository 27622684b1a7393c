import Configuration
package import Core
import Events
import Extraction
package import Kafka
package import Runs

/// Replays or drops dead letters of an account, in its session.
package struct LettersJob: AccountJob {
    private let request: StateRequest
    private let kafka: KafkaSettings
    private let prefix: TopicPrefix
    /// Nil where nothing is to be published.
    private let setup: AccountSetup?
    /// The registry that must know the schemas of what is published; nil where there is none.
    private let registry: SchemaRegistry?

    /// A job that a change of state asks for; `setup` says how the account's records are published.
    package init(
        _ request: StateRequest,
        kafka: KafkaSettings,
        prefix: TopicPrefix,
        setup: AccountSetup?,
        registry: SchemaRegistry?
    ) {
        self.request = request
        self.kafka = kafka
        self.prefix = prefix
        self.setup = setup
        self.registry = registry
    }

    /// Events go out, with what is remembered of them, in the transaction that takes their letters away (I1).
    ///
    /// `before` is told what it comes to and gives what commits last: it says that the job is done. Cut short, it is done again,
    /// and finds what is left. `add` takes on the topics.
    package func run(
        in session: AccountSession,
        at now: Instant,
        add: ([EventTopic]) async throws -> Void,
        before: @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState {
        guard case .letters(let ids, _, let work) = request.change else { return ChangedState() }
        let wanted = Set(ids)
        let letters = try await DeadScan(kafka, prefix: prefix).run { wanted.contains($0) }.filter {
            wanted.contains($0.id) && $0.account == request.account
        }
        let steps: [LetterReplay.Step] =
            switch work {
            case .drop: LetterReplay.drops(of: letters)
            case .replay: try await replay(letters, session, at: now, add)
            }
        let changed = ChangedState(lines: steps.flatMap(\.lines))
        let last = try await before(changed)
        for (number, step) in steps.enumerated() {
            var group = step.group
            if number == steps.count - 1 { group.state += last }
            guard !group.settled.isEmpty || !group.state.isEmpty else { continue }
            try await session.commit(group, tries: Self.tries)
            CrashPoint.hit(.afterStateChange)
        }
        return changed
    }

    /// So often a transaction is tried that Kafka took back.
    private static let tries = 5

    private func replay(
        _ letters: [DeadLetter],
        _ session: AccountSession,
        at now: Instant,
        _ add: ([EventTopic]) async throws -> Void
    ) async throws -> [LetterReplay.Step] {
        guard let setup else { preconditionFailure("how records are published is known") }
        try SyncPlans.check(setup.envelope, hasRegistry: registry != nil)
        let registry = registry.map { RegistrySession($0) }
        var streams: [StreamName: Result<LetterReplay.Stream, any Error>] = [:]
        for name in Set(letters.map(\.stream)).sorted() {
            do {
                streams[name] = .success(try await stream(name, setup, registry, session, add))
            } catch let error as any SluiceError where Self.staysWithLetter(error) {
                streams[name] = .failure(error)
            }
        }
        let known = streams
        let replay = try LetterReplay(letters, versions: session.versions, now: now) { letter in
            guard let stream = known[letter.stream] else { preconditionFailure("each stream was looked at") }
            return try stream.get()
        }
        let places = replay.doubts.map { KeySearch.Place(topic: $0.topic, key: $0.key) }
        let newest = try await KeySearch(kafka).newest(
            among: Set(places),
            since: replay.doubtedSince ?? now
        )
        return try replay.steps { newest[KeySearch.Place(topic: $0.topic, key: $0.key)] }
    }

    /// What says why a letter cannot be replayed now, and is no trouble of the session's own.
    private static func staysWithLetter(_ error: any SluiceError) -> Bool {
        error.recovery == .failStream || error.exitCode == .configuration
    }

    private func stream(
        _ name: StreamName,
        _ setup: AccountSetup,
        _ registry: RegistrySession?,
        _ session: AccountSession,
        _ add: ([EventTopic]) async throws -> Void
    ) async throws -> LetterReplay.Stream {
        let definition = try setup.definition.stream(named: name.text)
        let topics = try setup.topics(of: [definition], prefix)
        let plans = SyncPlans(
            account: setup.account,
            definition: setup.definition,
            isAccountInKey: setup.isAccountInKey,
            envelope: setup.envelope,
            entities: setup.entityPlan(prefix),
            drift: setup.drift,
            registry: registry,
            privacy: setup.privacy
        )
        let stream = LetterReplay.Stream(
            plan: try plans.plan(definition, topics[0], session),
            records: try KeptRecords(
                of: definition,
                in: setup.definition,
                settings: setup.settings.values
            )
        )
        try await stream.plan.outlet.prepare()
        try await add(topics + setup.entityTopics(of: [definition], prefix))
        return stream
    }
}
