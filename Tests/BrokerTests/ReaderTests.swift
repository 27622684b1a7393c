import Core
import Kafka
import Synchronization
import Testing

@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(10)))
struct ReaderTests {
    private func commit(_ producer: TransactionalProducer, to state: String, _ values: [String]) async throws
    {
        _ = try await producer.commit(
            TransactionGroup(pages: [], state: values.map { ProducerFixture.bookmark($0) }),
            stateTopic: state,
            statePartition: 0,
            transaction: (run: "r", number: 1)
        )
    }

    private func withReader<Result>(_ body: (TopicReader) async throws -> Result) async throws -> Result {
        let reader = try TopicReader(settings: TestBroker.settings, patience: .seconds(10))
        do {
            let result = try await body(reader)
            await reader.close()
            return result
        } catch {
            await reader.close()
            throw error
        }
    }

    @Test func readsUpToTheHighWatermarkOverControlRecords() async throws {
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            try await commit(producer, to: state, ["1", "2"])
            try await commit(producer, to: state, ["3"])
        }
        try await withReader { reader in
            let end = try await reader.highWatermark(topic: state, partition: 0)
            // Three records and a marker of each commit; the last one is written a moment after its commit.
            #expect(end == 4 || end == 5)
            var offsets: [Int64] = []
            let position = try await reader.read(
                topic: state,
                partition: 0,
                committed: true,
                from: nil,
                upTo: end,
                deadline: .seconds(10)
            ) { offsets.append($0.offset) }
            #expect(offsets == [0, 1, 3])
            #expect(position == end)
        }
    }

    /// A library that does not know who leads asks for the beginning again half a second later: in each session's start.
    @Test func aReadingFromTheBeginningKnowsWhoLeads() async throws {
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            try await commit(producer, to: state, ["1"])
        }
        let lines = Locked<[String]>([])
        var settings = try TestBroker.settings
        settings.overrides.append(("debug", "topic"))
        settings.onLog = { line in lines.withLock { $0.append(line.text) } }
        try await closing(try TopicReader(settings: settings), by: { await $0.close() }) { reader in
            let position = try await reader.read(
                topic: state,
                partition: 0,
                committed: true,
                from: nil,
                upTo: 1,
                deadline: .seconds(10)
            ) { _ in }
            #expect(position == 1)
        }
        let said = lines.withLock { $0 }
        #expect(said.contains { $0.contains(state) })
        #expect(!said.contains { $0.contains("timed offset query") })
    }

    @Test func readsAPartFromAnOffsetToAnEnd() async throws {
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            try await commit(producer, to: state, (0..<2500).map(String.init))
        }
        try await withReader { reader in
            var offsets: [Int64] = []
            for (from, end) in [(10, 1500), (1500, 1501), (1501, 1501)] as [(Int64, Int64)] {
                let position = try await reader.read(
                    topic: state,
                    partition: 0,
                    committed: true,
                    from: from,
                    upTo: end,
                    deadline: .seconds(10)
                ) { offsets.append($0.offset) }
                #expect(position == end)
            }
            #expect(offsets == Array(10..<1501))
        }
    }

    /// The API's requests share the daemon's reader.
    @Test func readsAtOnceGoOneBehindTheOther() async throws {
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            try await commit(producer, to: state, (0..<500).map(String.init))
        }
        try await withReader { reader in
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await reader.lastValues(of: state, within: .seconds(20)) { $1 }.count
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts == Array(repeating: counts[0], count: 8) && counts[0] > 0)
        }
    }

    @Test func emptyPartitionsEndAtZero() async throws {
        let topic = try await TestBroker.topic("empty", partitions: 3)
        try await withReader { reader in
            let ends = try await reader.endOffsets(topic: topic)
            #expect(ends == [0, 0, 0])
        }
    }

    @Test func anOffsetBeyondTheEndIsRefusedAndNeverReadFromElsewhereI2() async throws {
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { try await commit($0, to: state, ["1"]) }
        try await withReader { reader in
            var count = 0
            let error = await #expect(throws: PublishError.self) {
                try await reader.read(
                    topic: state,
                    partition: 0,
                    committed: true,
                    from: 700,
                    upTo: 900,
                    deadline: .seconds(10)
                ) { _ in count += 1 }
            }
            #expect(error?.code == .fatal)
            #expect(count == 0)
        }
    }

    @Test func anUnknownTopicIsSaidSo() async throws {
        try await withReader { reader in
            let error = await #expect(throws: PublishError.self) {
                try await reader.highWatermark(topic: TestBroker.name("missing"), partition: 0)
            }
            #expect(error?.code == .unknownTopic)
        }
    }

    @Test func anOpenTransactionOfAnotherHidesCommittedStateAndTheWatermarkShowsItI2() async throws {
        let state = try await TestBroker.topic("state")
        let other = try await HeldTransaction(TestBroker.name("other"))
        async let blocked: Void = commit(other.producer, to: state, ["open"])
        await other.stands()
        // Before the wait for `blocked` that leaving by an error implies.
        defer { other.goOn() }
        let reader = try TopicReader(settings: TestBroker.settings)
        // Its record is on the broker once the watermark moved.
        while try await reader.highWatermark(topic: state, partition: 0) < 1 {}
        try await TestBroker.withProducer(TestBroker.name("id")) {
            try await commit($0, to: state, ["newest"])
        }
        let end = try await reader.highWatermark(topic: state, partition: 0)
        #expect(end == 2 || end == 3)

        var seen: [TopicRecord] = []
        let held = try await reader.read(
            topic: state,
            partition: 0,
            committed: true,
            from: nil,
            upTo: end,
            deadline: .seconds(2)
        ) { seen.append($0) }
        #expect(held == 0)
        #expect(
            seen.isEmpty,
            "the committed bookmark is not visible: a reader that stops here reads an older one"
        )

        other.goOn()
        try await blocked
        let position = try await reader.read(
            topic: state,
            partition: 0,
            committed: true,
            from: nil,
            upTo: end,
            deadline: .seconds(10)
        ) { seen.append($0) }
        #expect(position == end)
        #expect(seen.map { String(decoding: $0.value ?? [], as: UTF8.self) } == ["open", "newest"])
        await reader.close()
        await other.producer.close()
    }

    @Test func whatWasAbortedIsHiddenFromACommittedReadAndShownToTheOther() async throws {
        let events = try await TestBroker.topic("events")
        let state = try await TestBroker.topic("state", configuration: [("max.message.bytes", "2000")])
        let large = String(decoding: (0..<9000).map { _ in UInt8.random(in: 48...90) }, as: UTF8.self)
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(
                    TransactionGroup(
                        pages: [ProducerFixture.page(topic: events, [("a", "1")])],
                        state: [ProducerFixture.bookmark(large)]
                    ),
                    stateTopic: state,
                    statePartition: 0,
                    transaction: (run: "r", number: 1)
                )
            }
            #expect(error?.code == .fatal)
        }
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            _ = try await producer.commit(
                TransactionGroup(pages: [ProducerFixture.page(topic: events, [("b", "2")])], state: []),
                stateTopic: state,
                statePartition: 0,
                transaction: (run: "r", number: 2)
            )
        }
        let committed = try await TestBroker.records(of: events)[0]
        let all = try await TestBroker.records(of: events, committed: false)[0]
        #expect(committed.map(\.key) == [Array("b".utf8)])
        #expect(all.map(\.key) == [Array("a".utf8), Array("b".utf8)])
    }
}
