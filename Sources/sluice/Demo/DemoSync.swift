import Core
import Events
import Extraction
import Kafka
import Runs

/// One sync of the account as `sluice sync` does it: a session, a run, and the session's end.
struct DemoSync: Sendable {
    let account: DemoAccount
    let broker: DemoBroker
    let folder: TemporaryFolder
    let stop: StopSignal
    let observer: RunObserver

    /// How the run ended; `CancellationError` where the stop came before the session was there.
    func run() async throws -> RunOutcome {
        var settings = SessionSettings(
            kafka: broker.settings,
            prefix: broker.prefix,
            account: account.name,
            run: RunID(at: Instant.systemClock()).text,
            host: "demo",
            lockFolder: try LockFolder(path: "\(folder.path)/locks"),
            eventTopics: broker.topics
        )
        settings.cacheFolder = CacheFolder(path: "\(folder.path)/cache")
        settings.topicOrigin = .asFound
        return try await AccountSession.withSession(settings, startUnless: stop.wait) { session in
            await SyncRun(
                account: account.name,
                streams: try plans(session),
                requester: account.requester,
                destination: session,
                wall: account.wall,
                clock: account.clock,
                stop: stop,
                observer: observer
            ).run()
        }
    }

    private func plans(_ session: AccountSession) throws -> [StreamPlan] {
        try zip(account.definition.streams, broker.topics).map { definition, topic in
            let fingerprint = definition.fingerprint(topic: topic.topic)
            let bookmark = try session.bookmark(of: topic.stream)
            try bookmark?.check(against: fingerprint, account: account.name, stream: topic.stream)
            return StreamPlan(
                definition: definition,
                feed: account.definition.feed(of: definition),
                name: topic.stream,
                builder: EventBuilder(
                    extractor: account.name.extractor,
                    account: account.name.account,
                    stream: definition.name,
                    topic: topic.topic,
                    version: definition.version?.format,
                    remembers: definition.remembers
                ),
                fingerprint: fingerprint,
                bookmark: bookmark
            )
        }
    }
}
