import Core
import Daemon
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
        let plans = SyncPlans(
            account: account.name,
            definition: account.definition
        )
        return try await AccountSession.withSession(settings, startUnless: stop.wait) { session in
            let finder = StreamFinder(requester: account.requester, stop: stop)
            var found = try await finder.find(account.definition.allStreams)
            return await SyncRun(
                account: account.name,
                streams: try plans.make(&found, broker.topics, session),
                requester: account.requester,
                destination: session,
                wall: account.wall,
                clock: account.clock,
                stop: stop,
                observer: observer
            ).run()
        }
    }
}
