import Core
import Events
import Extraction
import JSON
import Kafka
import Runs

extension WholeWay {
    /// The whole way: a session as `sluice sync` has one, measured from its start to its end.
    func whole(kafka: String, prefix: String, account: String, locks: String) async throws {
        let name = try StreamName(stream.name)
        let account = try AccountName(extractor: "pages", account: account)
        let prefix = try TopicPrefix(prefix)
        let topic = try TopicTemplate.standard.topic(prefix: prefix, account: account, stream: name)
        let mapper = EntityMapper(
            stream.entities,
            currencies: CurrencyTable(),
            account: account,
            stream: stream.name,
            prefix: prefix
        )
        var settings = SessionSettings(
            kafka: KafkaSettings(bootstrap: kafka),
            prefix: prefix,
            account: account,
            run: RunID(at: Instant.systemClock()).text,
            host: "bench",
            lockFolder: try LockFolder(path: locks),
            eventTopics: ([topic] + mapper.topics).map { EventTopic(stream: name, topic: $0) }
        )
        settings.cacheFolder = CacheFolder(path: "\(locks)/cache")
        var plan = StreamPlan(
            definition: stream,
            name: name,
            builder: makeBuilder(topic: topic),
            fingerprint: stream.fingerprint(topic: topic),
            bookmark: nil
        )
        if !stream.entities.isEmpty {
            plan.outlet = StreamOutlet(mapper, stream.name.hasSuffix("beside") ? .beside : .instead)
        }
        let plans = [plan]
        let requester = requester
        let clock = WaitingClock(ContinuousClock())
        let outcome = try await AccountSession.withSession(settings) { session in
            // A session starts once and reads for long: what it costs is not part of a record's way.
            let before = Usage.now
            let outcome = await SyncRun(
                account: account,
                streams: plans,
                requester: requester,
                destination: session,
                wall: Instant.systemClock,
                clock: clock,
                stop: StopSignal()
            ).run()
            Self.report(
                outcome.streams[0].outcome.records,
                before,
                Usage.now,
                transactions: outcome.transactions
            )
            return outcome
        }
        guard outcome.status == .success else { throw BenchFailure(text: outcome.json.compactText) }
    }
}

/// A run that was to be measured and failed.
struct BenchFailure: Error {
    var text: String
}
