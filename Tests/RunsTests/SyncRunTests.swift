import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

@Suite("A run: extraction, events, commit")
struct SyncRunTests {
    /// A run over a fake service into a fake broker, on from the broker's state.
    static func run(
        _ service: FakeService,
        into destination: MemoryDestination,
        streams: [String],
        limit: Int? = nil,
        stop: StopSignal = StopSignal(),
        observer: @escaping RunObserver = { _ in }
    ) async throws -> RunOutcome {
        let definition = try ExtractorDefinition.decode(
            Array(FakeService.definition(streams: streams).utf8),
            file: "fake.yaml"
        )
        let account = FakeService.account
        let state = destination.state
        let plans = try definition.streams.map { stream in
            let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
            var plan = StreamPlan(stream, of: definition, account: account, to: topic)
            plan.bookmark = try state[StateKey.bookmark(account, topic.stream).bytes].map {
                try Bookmark($0, account: account, stream: topic.stream)
            }
            return plan
        }
        let requester = try Requester(
            extractor: definition,
            settings: [:],
            transport: service,
            clock: WaitingClock(elapsed: { .zero }, sleep: { _ in try Task.checkCancellation() }),
            wall: { Instant(seconds: 1_764_072_000) },
            jitter: { 0 }
        )
        return await SyncRun(
            account: account,
            streams: plans,
            limit: limit,
            requester: requester,
            destination: destination,
            wall: { Instant(seconds: 1_764_072_000) },
            clock: WaitingClock(elapsed: { .zero }, sleep: { _ in try Task.checkCancellation() }),
            stop: stop,
            observer: observer
        ).run()
    }

    private static func keys(_ destination: MemoryDestination, _ stream: String) -> [String] {
        destination.events.filter { $0.stream == stream }.map(\.key)
    }

    private static func expected(_ stream: String, _ count: Int) -> [String] {
        stride(from: count, through: 1, by: -1).map { "\(stream)_\($0)" }
    }

    @Test("every record once and in order; a second run asks for nothing")
    func wholeLists() async throws {
        let service = FakeService(lists: ["a": 95, "b": 10, "c": 0])
        let destination = MemoryDestination(FakeService.account)
        let first = try await Self.run(service, into: destination, streams: ["a", "b", "c"])
        #expect(first.status == .success)
        #expect(first.exitCode == 0)
        for (stream, count) in [("a", 95), ("b", 10), ("c", 0)] {
            #expect(Self.keys(destination, stream) == Self.expected(stream, count))
        }
        let requests = service.log.count
        let second = try await Self.run(service, into: destination, streams: ["a", "b", "c"])
        #expect(second.status == .success)
        #expect(second.streams.allSatisfy { $0.outcome.records == 0 && $0.outcome.note != nil })
        #expect(service.log.count == requests)
        #expect(destination.events.count == 105)
    }

    @Test(
        "a limit stops each stream exactly there, and the next run goes on there",
        arguments: [1, 7, 10, 25]
    )
    func limits(limit: Int) async throws {
        let service = FakeService(lists: ["a": 40])
        let destination = MemoryDestination(FakeService.account)
        for round in 1...(40 / limit + 1) {
            let outcome = try await Self.run(service, into: destination, streams: ["a"], limit: limit)
            #expect(outcome.status == .success)
            #expect(Self.keys(destination, "a").count == min(40, round * limit))
        }
        #expect(Self.keys(destination, "a") == Self.expected("a", 40))
    }

    @Test("404 is unavailable: exit 5 beside others, 1 alone, and the bookmark stays")
    func unavailable() async throws {
        let service = FakeService(lists: ["a": 5])
        let mixed = try await Self.run(
            service,
            into: MemoryDestination(FakeService.account),
            streams: ["a", "gone"]
        )
        #expect(mixed.status == .partial)
        #expect(mixed.exitCode == 5)
        #expect(mixed.streams[1].outcome.status == .unavailable)
        #expect(mixed.streams[1].outcome.bookmark == nil)
        let alone = try await Self.run(
            service,
            into: MemoryDestination(FakeService.account),
            streams: ["gone"]
        )
        #expect(alone.exitCode == 1)
    }

    @Test("refused credentials end the run with 3 after one request a stream at most")
    func refusedCredentials() async throws {
        let service = FakeService(lists: ["a": 5, "b": 5]) { _, _ in
            FakeService.answer(401, #"{"error":{"message":"Invalid API Key"}}"#)
        }
        let outcome = try await Self.run(
            service,
            into: MemoryDestination(FakeService.account),
            streams: ["a", "b"]
        )
        #expect(outcome.status == .failed)
        #expect(outcome.exitCode == 3)
        #expect(service.log.count <= 2)
    }

    @Test("I2: a cut page fails its stream, keeps its bookmark and nothing of the page")
    func cutPage() async throws {
        let service = FakeService(lists: ["a": 30, "b": 30]) { path, number in
            path == "/b" && number > 4 ? FakeService.answer(200, #"{"data":[{"id":"b_x"#) : nil
        }
        let destination = MemoryDestination(FakeService.account)
        let outcome = try await Self.run(service, into: destination, streams: ["a", "b"])
        #expect(outcome.exitCode == 5)
        #expect(Self.keys(destination, "a").count == 30)
        let published = Self.keys(destination, "b")
        #expect(published == Array(Self.expected("b", 30).prefix(published.count)))
        #expect(!published.contains("b_x"))
        #expect(outcome.streams[1].outcome.bookmark?["list"]?["records"]?.int ?? 0 == published.count)
    }

    @Test("a record that the broker refuses fails its stream alone")
    func refusedRecord() async throws {
        let service = FakeService(lists: ["a": 30, "b": 30])
        let destination = MemoryDestination(FakeService.account) { _, group in
            if group.pages.contains(where: { $0.stream == "b" }) {
                throw PublishError(.recordTooLarge, "too large", stream: "b")
            }
        }
        let outcome = try await Self.run(service, into: destination, streams: ["a", "b"])
        #expect(outcome.exitCode == 5)
        #expect(Self.keys(destination, "a") == Self.expected("a", 30))
        #expect(Self.keys(destination, "b").isEmpty)
    }

    @Test("every request counts, failed ones and retries too, and also where the run fails")
    func requests() async throws {
        let service = FakeService(lists: ["a": 30, "b": 30]) { path, number in
            if path == "/b" { return FakeService.answer(500, "{}") }
            return number == 3 ? FakeService.answer(503, "{}") : nil
        }
        let outcome = try await Self.run(
            service,
            into: MemoryDestination(FakeService.account),
            streams: ["a", "b"]
        )
        #expect(outcome.status == .partial)
        #expect(outcome.json["requests"]?.int == service.log.count)
        #expect(outcome.json["streams"]?["b"]?["requests"]?.int == 5)

        let refusing = FakeService(lists: ["a": 30]) { _, number in
            number == 2 ? FakeService.answer(401, "{}") : nil
        }
        let failed = try await Self.run(
            refusing,
            into: MemoryDestination(FakeService.account),
            streams: ["a"]
        )
        #expect(failed.status == .failed)
        #expect(failed.exitCode == 3)
        #expect(failed.json["requests"]?.int == 2)
        #expect(refusing.log.count == 2)
    }

    @Test("Kafka away in mid-run ends it with 3; the next run goes on")
    func kafkaAway() async throws {
        let service = FakeService(lists: ["a": 100])
        let isAway = Locked(true)
        let destination = MemoryDestination(FakeService.account) { attempt, _ in
            if attempt > 1, isAway.withLock({ $0 }) { throw PublishError(.unreachable, "Kafka is away") }
        }
        let outcome = try await Self.run(service, into: destination, streams: ["a"])
        #expect(outcome.exitCode == 3)
        isAway.withLock { $0 = false }
        let next = try await Self.run(service, into: destination, streams: ["a"])
        #expect(next.exitCode == 0)
        #expect(Self.keys(destination, "a") == Self.expected("a", 100))
    }

    @Test("a signal ends the reading, the pages at hand commit, and the exit code is 128+n")
    func signal() async throws {
        let stop = StopSignal()
        let service = FakeService(lists: ["a": 1_000]) { _, number in
            if number == 5 { stop.give(15) }
            return nil
        }
        let destination = MemoryDestination(FakeService.account)
        let outcome = try await Self.run(service, into: destination, streams: ["a"], stop: stop)
        #expect(outcome.status == .cancelled)
        #expect(outcome.exitCode == 143)
        let published = Self.keys(destination, "a")
        #expect(published.count < 1_000)
        #expect(outcome.streams[0].outcome.records == published.count)
        let next = try await Self.run(service, into: destination, streams: ["a"])
        #expect(next.exitCode == 0)
        #expect(Self.keys(destination, "a") == Self.expected("a", 1_000))
    }

    @Test("I1: aborts at random lose and double nothing", arguments: 0..<50)
    func randomAborts(seed: UInt64) async throws {
        let service = FakeService(lists: ["a": 137, "b": 64, "c": 11])
        let random = Locked(SeededGenerator(seed: seed))
        let destination = MemoryDestination(FakeService.account) { _, _ in
            let draw = random.withLock { $0.next() % 3 }
            if draw == 0 { throw PublishError(.aborted, "aborted") }
        }
        var rounds = 0
        while rounds < 60 {
            rounds += 1
            let outcome = try await Self.run(service, into: destination, streams: ["a", "b", "c"])
            if outcome.status == .success { break }
        }
        for (stream, count) in [("a", 137), ("b", 64), ("c", 11)] {
            #expect(Self.keys(destination, stream) == Self.expected(stream, count))
        }
    }

    @Test("what became ready during a commit goes together in the next one")
    func groupCommit() async throws {
        let service = FakeService(lists: ["a": 400])
        let reads = Locked(0)
        let (whole, isWhole) = AsyncStream.makeStream(of: Void.self)
        let destination = MemoryDestination(
            FakeService.account,
            gate: {
                // The first commit lasts until the list was read: all the rest must share the second.
                for await _ in whole {}
            }
        )
        let outcome = try await Self.run(service, into: destination, streams: ["a"]) { event in
            guard case .read = event else { return }
            let count = reads.withLock { reads in
                reads += 1
                return reads
            }
            if count == 40 { isWhole.finish() }
        }
        #expect(outcome.status == .success)
        // The last page was read and may not have been handed over yet when the second transaction began.
        #expect(destination.transactions <= 3)
        #expect(outcome.transactions == destination.transactions)
    }

    @Test("the summary's form is golden")
    func summary() async throws {
        let service = FakeService(lists: ["a": 12])
        let outcome = try await Self.run(
            service,
            into: MemoryDestination(FakeService.account),
            streams: ["a", "gone"]
        )
        let text = outcome.json.compactText
        #expect(text.hasPrefix(#"{"status":"partial","records":12,"deletes":0,"dead_letters":0,"requests":"#))
        #expect(outcome.json["streams"]?["gone"]?["error"]?["code"]?.text == "extraction.unavailable")
        #expect(outcome.json["streams"]?["a"]?["bookmark"]?["list"]?["done"]?.bool == true)
        #expect(outcome.json["error"]?["code"]?.text == "extraction.unavailable")
    }
}
