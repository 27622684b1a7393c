import Core
import JSON
import Testing

@testable import Kafka

@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(3)))
struct SessionTests {
    private func refusal(_ settings: SessionSettings) async throws -> (any SluiceError)? {
        do {
            let session = try await AccountSession.start(settings)
            await session.end()
            return nil
        } catch let error as any SluiceError {
            return error
        }
    }

    @Test func `I1 a session commits, ends, and the next one goes on from its bookmark`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        #expect(try first.bookmark(of: fixture.stream) == nil)
        try await first.commit(fixture.group(1...3))
        try await first.commit(fixture.group(4...5))
        await first.end()

        let record = try #require(try await fixture.sessionRecord())
        #expect(record.status == .ended)
        #expect(record.transaction == 2)
        let second = try await AccountSession.start(fixture.settings())
        #expect(try second.bookmark(of: fixture.stream)?.list.token == .string("c5"))
        let kept = try #require(second.state[StateKey.topic(fixture.account, try fixture.topic).bytes])
        #expect(try KeptTopic(kept, account: fixture.account, topic: fixture.topic).hasEvents)
        await second.end()
        #expect(try await fixture.keys() == ["c1", "c2", "c3", "c4", "c5"])
    }

    @Test func `a session's state follows its own commits`() async throws {
        let fixture = try SessionFixture()
        let key = StateKey.schedule(fixture.account, "hourly").bytes
        let session = try await AccountSession.start(fixture.settings())
        try await session.commit(fixture.group(1...3))
        #expect(try session.bookmark(of: fixture.stream)?.list.token == .string("c3"))
        let schedule = StateRecord(key: key, value: Array(#"{"format":1,"of":"a daemon to come"}"#.utf8))
        try await session.commit(TransactionGroup(pages: [], state: [schedule]))
        #expect(session.state[key] == schedule.value)
        // What is refused changes nothing.
        var refused = try fixture.group(4...4)
        refused.pages = [ProducerFixture.page(topic: "\(fixture.prefix).nowhere", [("c4", "{}")])]
        await #expect(throws: PublishError.self) { try await session.commit(refused) }
        #expect(try session.bookmark(of: fixture.stream)?.list.token == .string("c3"))
        try await session.commit(fixture.group(4...5))
        #expect(try session.bookmark(of: fixture.stream)?.list.token == .string("c5"))
        await session.end()

        // A later version's record of a schedule is the daemon's to refuse.
        let second = try await AccountSession.start(fixture.settings())
        #expect(second.state[key] == schedule.value)
        #expect(try second.bookmark(of: fixture.stream)?.list.token == .string("c5"))
        let gone = StateRecord(key: key, value: nil)
        try await second.commit(TransactionGroup(pages: [], state: [gone]))
        #expect(second.state[key] == nil)
        await second.end()
    }

    @Test func `I3 a second session on the host is refused and fences nothing`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "publish.already_running")
        #expect(error.exitCode == .alreadyRunning)
        try await first.commit(fixture.group(1...1))
        #expect(try await fixture.sessionRecord()?.transaction == 1)
        await first.end()
        #expect(try await fixture.keys() == ["c1"])
    }

    @Test func `a session that died on the host is replaced at once`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(fixture.group(1...1))
        await first.abandon()
        let begun = ContinuousClock.now
        let second = try await AccountSession.start(fixture.settings())
        #expect(ContinuousClock.now - begun < .seconds(10))
        #expect(try second.bookmark(of: fixture.stream)?.list.token == .string("c1"))
        try await second.commit(fixture.group(2...2))
        await second.end()
        #expect(try await fixture.keys() == ["c1", "c2"])
    }

    @Test func `I3 a live session on another host is refused and fences nothing`() async throws {
        let fixture = try SessionFixture(factor: 4)
        let keys = try await AccountSession.withSession(fixture.settings(host: "a")) { session in
            try await session.commit(fixture.group(1...1))
            let error = try #require(try await refusal(fixture.settings(host: "b")))
            #expect(error.codeText == "publish.already_running")
            #expect(error.message.contains("already running on a"))
            try await session.commit(fixture.group(2...2))
            return try await fixture.keys()
        }
        #expect(keys == ["c1", "c2"])
        #expect(try await fixture.sessionRecord()?.host == "a")
    }

    @Test func `I3 a session whose lease ran out is taken over, and cannot publish when it wakes`()
        async throws
    {
        let fixture = try SessionFixture(factor: 4)
        // Without renewals it is as frozen.
        let frozen = try await AccountSession.start(fixture.settings(host: "a"))
        try await frozen.commit(fixture.group(1...1))
        let successor = try await AccountSession.start(fixture.settings(host: "b"))
        #expect(try successor.bookmark(of: fixture.stream)?.list.token == .string("c1"))
        try await successor.commit(fixture.group(2...2))

        let error = await #expect(throws: PublishError.self) { try await frozen.commit(fixture.group(2...2)) }
        #expect(error?.code == .alreadyRunning)
        // And did not fence its successor on the way.
        try await successor.commit(fixture.group(3...3))
        await successor.end()
        await frozen.end()
        #expect(try await fixture.keys() == ["c1", "c2", "c3"])
        #expect(try await fixture.sessionRecord()?.host == "b")
    }

    @Test func `take-over fences a live session, which ends`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings(host: "a"))
        try await first.commit(fixture.group(1...1))
        var settings = try fixture.settings(host: "b")
        settings.takesOver = true
        let second = try await AccountSession.start(settings)
        let error = await #expect(throws: PublishError.self) { try await first.commit(fixture.group(2...2)) }
        #expect(error?.exitCode == .alreadyRunning)
        try await second.commit(fixture.group(2...2))
        await second.end()
        await first.end()
        #expect(try await fixture.keys() == ["c1", "c2"])
    }

    @Test func `of two hosts that start at once, one goes on`() async throws {
        let fixture = try SessionFixture(factor: 4)
        let refusals = AsyncStream<Void>.makeStream()
        let outcomes = await withTaskGroup(of: String.self) { group in
            for host in ["a", "b"] {
                group.addTask {
                    do {
                        return try await AccountSession.withSession(fixture.settings(host: host)) { session in
                            // Alive until the other one has been told.
                            for await _ in refusals.stream { break }
                            // A busy broker may let one run out of its time, of which nothing is left.
                            while true {
                                do {
                                    try await session.commit(fixture.group(1...1))
                                    return "ran"
                                } catch let error as PublishError where error.code == .aborted {
                                    continue
                                }
                            }
                        }
                    } catch let error as PublishError {
                        refusals.continuation.finish()
                        return error.codeText
                    } catch {
                        refusals.continuation.finish()
                        return "\(error)"
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.sorted() == ["publish.already_running", "ran"])
        #expect(try await fixture.keys() == ["c1"])
    }

    @Test func `a fenced session whose record still is the last takes its steps again and goes on`()
        async throws
    {
        let fixture = try SessionFixture()
        let session = try await AccountSession.start(fixture.settings())
        try await session.commit(fixture.group(1...1))
        // As a neighbour that found us dead would, or a transaction that timed out.
        try await TestBroker.withProducer(fixture.prefix.transactionalID(of: fixture.account)) { _ in }
        let error = await #expect(throws: PublishError.self) {
            try await session.commit(fixture.group(2...2))
        }
        #expect(error?.recovery == .retry(after: nil))
        try await session.commit(fixture.group(2...2))
        await session.end()
        #expect(try await fixture.keys() == ["c1", "c2"])
    }

    @Test func `the open transaction of a dead neighbour is fenced, and a start does not stand still`()
        async throws
    {
        let fixture = try SessionFixture()
        let neighbourName = try fixture.neighbour()
        let neighbour = try AccountName(neighbourName)
        // The neighbour starts on this host and dies...
        let dead = try await AccountSession.start(fixture.settings(account: neighbourName))
        let record = try #require(
            try await TestBroker.records(of: fixture.prefix.stateTopic)[Int(fixture.partition)]
                .last { $0.key == StateKey.session(neighbour).bytes }?.value
        )
        await dead.abandon()
        // ...in the middle of a transaction that no timeout ends soon.
        let held = try await HeldTransaction(
            fixture.prefix.transactionalID(of: neighbour),
            transactionTimeout: .seconds(120)
        )
        async let open = held.producer.commit(
            TransactionGroup(
                pages: [],
                state: [StateRecord(key: StateKey.session(neighbour).bytes, value: record)]
            ),
            stateTopic: fixture.prefix.stateTopic,
            statePartition: fixture.partition,
            transaction: (run: "dead", number: 1)
        )
        await held.stands()
        let reader = try TopicReader(settings: TestBroker.settings)
        let before = try await reader.highWatermark(
            topic: fixture.prefix.stateTopic,
            partition: fixture.partition
        )
        #expect(before > 0)

        let begun = ContinuousClock.now
        let session = try await AccountSession.start(fixture.settings())
        // Far before the transaction would time out.
        #expect(ContinuousClock.now - begun < .seconds(60))
        try await session.commit(fixture.group(1...1))
        await session.end()
        held.goOn()
        do {
            _ = try await open
            Issue.record("the dead neighbour published")
        } catch let error as PublishError {
            #expect(error.code == .fenced)
        }
        await held.producer.close()
        await reader.close()
        #expect(try await fixture.keys() == ["c1"])
    }

    // MARK: Refused state (I2)

    @Test func `accounts that start first at once write one layout`() async throws {
        let fixture = try SessionFixture()
        let partitions = TopicLayout.state.partitions
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["stripe/acme", "stripe/other", "zendesk/acme"] {
                group.addTask {
                    var settings = try fixture.settings(account: name)
                    settings.stateLayout.partitions = partitions
                    let session = try await AccountSession.start(settings)
                    await session.end()
                }
            }
            try await group.waitForAll()
        }
        let layouts = try await TestBroker.records(of: fixture.prefix.stateTopic)[0]
            .filter { $0.key == StateKey.layout.bytes }
        #expect(layouts.count == 1)
        let layout = try LayoutRecord(layouts.first?.value ?? [], topic: "t")
        #expect(layout.partitions == 64)
        #expect(layout.prefix == fixture.prefix.text)
    }

    @Test func `another partition count is refused`() async throws {
        let fixture = try SessionFixture()
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(
            topic: fixture.prefix.stateTopic,
            partitions: 6,
            replication: 1,
            configuration: [("cleanup.policy", "compact")]
        )
        await admin.close()
        let layout = LayoutRecord(partitions: 4, prefix: fixture.prefix.text, id: "x")
        try await fixture.write([layout.record(topic: "t")], partition: 0)
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "state.other_layout")
        #expect(error.message.contains("4 partitions and now has 6"))
    }

    @Test func `a state topic that is not compacted is refused`() async throws {
        let fixture = try SessionFixture()
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(
            topic: fixture.prefix.stateTopic,
            partitions: 4,
            replication: 1,
            configuration: [("cleanup.policy", "delete")]
        )
        await admin.close()
        #expect(try await refusal(fixture.settings())?.codeText == "state.other_layout")
    }

    @Test func `state of a newer format is refused, and what it protects stays`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        await first.end()
        let key = StateKey.bookmark(fixture.account, fixture.stream).bytes
        try await fixture.write([StateRecord(key: key, value: Array(#"{"format":99}"#.utf8))])
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "state.newer_format")
        #expect(error.message.contains("upgrade sluice"))
        #expect(try await fixture.sessionRecord()?.status == .ended)
    }

    @Test func `an event topic that became shorter is refused until it is accepted`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(fixture.group(1...3))
        await first.end()
        // A topic created anew looks just like this: its end lies before what was kept.
        try await fixture.write([
            KeptTopic(topic: fixture.topic, ends: [1000]).record(account: fixture.account)
        ])
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "state.topic_shrank")
        #expect(error.message.contains("--accept"))
        var accepting = try fixture.settings()
        accepting.acceptsLoss = true
        #expect(try await refusal(accepting) == nil)
        // Accepted once, it is the new length.
        #expect(try await refusal(fixture.settings()) == nil)
    }

    @Test func `I2: a stream whose topic lost events stays marked until it was read anew`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        try await first.commit(fixture.group(1...3))
        #expect(first.lost.isEmpty)
        await first.end()
        try await fixture.write([
            KeptTopic(topic: fixture.topic, ends: [1000]).record(account: fixture.account)
        ])
        var anew = try fixture.settings()
        anew.resyncs = [fixture.stream]
        let second = try await AccountSession.start(anew)
        #expect(second.lost == [fixture.stream])
        // It dies before it commits anything; the topic's new length is kept by now.
        await second.abandon()
        let third = try await AccountSession.start(fixture.settings())
        #expect(third.lost.isEmpty)
        let bookmark = try #require(try third.bookmark(of: fixture.stream))
        #expect(bookmark.list == Bookmark.List(read: 2, isAnew: true))
        // Asked for again, all of it is still due.
        #expect(bookmark.anew(isLost: false).list.isAnew)
        await third.end()
    }

    @Test(
        "I2: a bookmark that is missing where our events exist is refused until a resync",
        arguments: Envelope.allCases
    )
    func missingBookmark(_ envelope: Envelope) async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        var group = try fixture.group(1...3)
        group.pages[0].envelope = envelope
        try await first.commit(group)
        let key = StateKey.bookmark(fixture.account, fixture.stream).bytes
        try await first.commit(TransactionGroup(pages: [], state: [StateRecord(key: key, value: nil)]))
        await first.end()
        let error = try #require(try await refusal(fixture.settings()))
        #expect(error.codeText == "state.missing")
        var resyncing = try fixture.settings()
        resyncing.resyncs = [fixture.stream]
        #expect(try await refusal(resyncing) == nil)
    }

    @Test func `events of others in the topic are no reason to refuse`() async throws {
        let fixture = try SessionFixture()
        let first = try await AccountSession.start(fixture.settings())
        await first.end()
        let other = ProducerFixture.page(topic: try fixture.topic, stream: "refunds", [("x", "{}")])
        try await TestBroker.withProducer(TestBroker.name("other")) { producer in
            _ = try await producer.commit(
                TransactionGroup(pages: [other], state: []),
                stateTopic: fixture.prefix.stateTopic,
                statePartition: 0,
                transaction: (run: "x", number: 1)
            )
        }
        #expect(try await refusal(fixture.settings()) == nil)
    }
}
