import Core
import Kafka
import Testing

@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(10)))
struct ProducerTests {
    @Test func commitPublishesEventsWithTheirHeadersAndTheStateThatCoversThemI1() async throws {
        let topic = try await TestBroker.topic("events")
        let state = try await TestBroker.topic("state", partitions: 3)
        let page = ProducerFixture.page(topic: topic, [("ch_1", #"{"amount":1.10}"#), ("ch_2", nil)])
        let outcome = try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            try await producer.commit(
                TransactionGroup(pages: [page], state: [ProducerFixture.bookmark(#"{"at":2}"#)]),
                stateTopic: state,
                statePartition: 2,
                transaction: (run: "r1", number: 4)
            )
        }
        #expect(outcome.duration < .seconds(5))

        let records = try await TestBroker.records(of: topic)[0]
        #expect(records.count == 2)
        let first = try #require(records.first)
        #expect(first.key == Array("ch_1".utf8))
        #expect(first.value == Array(#"{"amount":1.10}"#.utf8))
        #expect(
            first.headers.map { "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))" } == [
                "ce_specversion=1.0", "ce_source=/stripe/acme/charges", "ce_id=ch_1:7",
                "ce_type=stripe.charges.upsert", "ce_time=2026-01-02T03:04:05Z",
                "content-type=application/json",
                "sluice_txn=r1/4/2",
            ]
        )
        let second = try #require(records.last)
        #expect(second.value == nil)
        #expect(second[header: "ce_type"] == "stripe.charges.delete")
        #expect(second[header: "content-type"] == nil)
        #expect(second[header: "sluice_txn"] == "r1/4/2")

        let bookmarks = try await TestBroker.records(of: state)
        #expect(bookmarks.map(\.count) == [0, 0, 1])
        #expect(bookmarks[2].first?.value == Array(#"{"at":2}"#.utf8))
        #expect(bookmarks[2].first?.headers == [])
    }

    @Test func stateTombstonesAreNullAndEmptyValuesAreNot() async throws {
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            for value in [nil, ""] {
                _ = try await producer.commit(
                    TransactionGroup(pages: [], state: [ProducerFixture.bookmark(value)]),
                    stateTopic: state,
                    statePartition: 0,
                    transaction: (run: "r", number: 1)
                )
            }
        }
        #expect(try await TestBroker.records(of: state)[0].map(\.value) == [nil, []])
    }

    @Test func manyTransactionsOfOneProducerKeepTheOrderOfAKey() async throws {
        let topic = try await TestBroker.topic("events")
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            for number in 0..<20 {
                let records = (0..<500).map { (key: "k\($0 % 7)", value: "\(number * 500 + $0)") }
                _ = try await producer.commit(
                    TransactionGroup(
                        pages: [ProducerFixture.page(topic: topic, records)],
                        state: [ProducerFixture.bookmark("\(number)")]
                    ),
                    stateTopic: state,
                    statePartition: 0,
                    transaction: (run: "r", number: number)
                )
            }
        }
        let values = try await TestBroker.records(of: topic)[0].map {
            String(decoding: $0.value ?? [], as: UTF8.self)
        }
        #expect(values == (0..<10_000).map(String.init))
    }

    @Test func aLaterProducerFencesAnEarlierOneI3() async throws {
        let topic = try await TestBroker.topic("events")
        let state = try await TestBroker.topic("state")
        let id = TestBroker.name("id")
        @Sendable func commit(_ producer: TransactionalProducer, _ key: String) async throws {
            _ = try await producer.commit(
                TransactionGroup(pages: [ProducerFixture.page(topic: topic, [(key, "1")])], state: []),
                stateTopic: state,
                statePartition: 0,
                transaction: (run: "r", number: 1)
            )
        }
        try await TestBroker.withProducer(id) { zombie in
            try await commit(zombie, "before")
            try await TestBroker.withProducer(id) { owner in
                let error = await #expect(throws: PublishError.self) { try await commit(zombie, "zombie") }
                #expect(error?.code == .fenced)
                #expect(error?.exitCode == .alreadyRunning)
                #expect(zombie.mustRecycle)
                try await commit(owner, "owner")
            }
        }
        let keys = try await TestBroker.records(of: topic)[0].map {
            String(decoding: $0.key ?? [], as: UTF8.self)
        }
        #expect(keys == ["before", "owner"])
    }

    @Test(arguments: [[], [("message.max.bytes", "30000")]])
    func aRecordThatIsTooLargeIsNamedAndNothingIsVisible(overrides: [(String, String)]) async throws {
        let topic = try await TestBroker.topic("events", configuration: [("max.message.bytes", "20000")])
        let other = try await TestBroker.topic("other")
        let state = try await TestBroker.topic("state")
        // Refused by the broker, and by the client itself. Random digits: what compresses well is small enough for the broker again.
        let size = 60_000
        let large = String(decoding: (0..<size).map { _ in UInt8.random(in: 48...57) }, as: UTF8.self)
        var settings = try TestBroker.settings
        settings.overrides = overrides
        let pages = [
            ProducerFixture.page(topic: other, stream: "refunds", [("re_1", "1")]),
            ProducerFixture.page(topic: topic, [("ch_1", "1"), ("ch_large", large), ("ch_3", "3")]),
        ]
        try await TestBroker.withProducer(TestBroker.name("id"), settings: settings) { producer in
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(
                    TransactionGroup(pages: pages, state: [ProducerFixture.bookmark("1")]),
                    stateTopic: state,
                    statePartition: 0,
                    transaction: (run: "r", number: 1)
                )
            }
            #expect(error?.code == .recordTooLarge)
            #expect(error?.stream == "charges")
            #expect(error?.recovery == .failStream)
            #expect(error?.message.contains("ch_large") == true)
            #expect(error?.message.contains(topic) == true)
            #expect(error?.message.contains("\(size + 8) bytes") == true)
            #expect(producer.mustRecycle)
        }
        for topic in [topic, other, state] {
            #expect(try await TestBroker.records(of: topic)[0].isEmpty)
        }
    }

    @Test func aStateRecordThatIsTooLargeIsFatal() async throws {
        let state = try await TestBroker.topic("state", configuration: [("max.message.bytes", "2000")])
        let large = String(decoding: (0..<9000).map { _ in UInt8.random(in: 48...90) }, as: UTF8.self)
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(
                    TransactionGroup(pages: [], state: [ProducerFixture.bookmark(large)]),
                    stateTopic: state,
                    statePartition: 0,
                    transaction: (run: "r", number: 1)
                )
            }
            #expect(error?.code == .fatal)
            #expect(error?.message.contains("bookmark") == true)
        }
    }

    @Test func anUnknownTopicIsNamedWithItsStreamAndTheProducerGoesOn() async throws {
        let topic = try await TestBroker.topic("events")
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            let missing = TestBroker.name("missing")
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(
                    TransactionGroup(
                        pages: [
                            ProducerFixture.page(topic: topic, [("a", "1")]),
                            ProducerFixture.page(topic: missing, stream: "refunds", [("b", "1")]),
                        ],
                        state: []
                    ),
                    stateTopic: state,
                    statePartition: 0,
                    transaction: (run: "r", number: 1)
                )
            }
            #expect(error?.code == .unknownTopic)
            #expect(error?.stream == "refunds")
            #expect(error?.message.contains("kafka-topics") == true)
            #expect(!producer.mustRecycle)
            _ = try await producer.commit(
                TransactionGroup(pages: [ProducerFixture.page(topic: topic, [("a", "1")])], state: []),
                stateTopic: state,
                statePartition: 0,
                transaction: (run: "r", number: 2)
            )
        }
        #expect(try await TestBroker.records(of: topic)[0].count == 1)
    }

    @Test func aPartitionThatTheStateTopicDoesNotHaveIsRefusedBeforeAnythingIsSent() async throws {
        let state = try await TestBroker.topic("state")
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            let error = await #expect(throws: PublishError.self) {
                try await producer.commit(
                    TransactionGroup(pages: [], state: [ProducerFixture.bookmark("1")]),
                    stateTopic: state,
                    statePartition: 9,
                    transaction: (run: "r", number: 1)
                )
            }
            #expect(error?.code == .fatal)
        }
    }

    @Test func aTransactionTimeoutAboveTheBrokersLimitSaysWhichSetting() async throws {
        let error = await #expect(throws: PublishError.self) {
            try await TestBroker.withProducer(TestBroker.name("id"), transactionTimeout: .seconds(86_400)) {
                _ in
            }
        }
        #expect(error?.code == .badSetting)
        #expect(error?.message.contains("transaction.timeout.ms") == true)
    }

    @Test func keysLandWhereJavaPutsThem() async throws {
        let topic = try await TestBroker.topic("events", partitions: 12)
        let state = try await TestBroker.topic("state")
        let keys = [
            "kafka", "21", "foobar", "a", "cus_NffrFeUfNV2Hib", "ключ", "[\"a\",1]",
            String(repeating: "x", count: 301),
        ]
        try await TestBroker.withProducer(TestBroker.name("id")) { producer in
            _ = try await producer.commit(
                TransactionGroup(
                    pages: [ProducerFixture.page(topic: topic, keys.map { ($0, "1") })],
                    state: []
                ),
                stateTopic: state,
                statePartition: 0,
                transaction: (run: "r", number: 1)
            )
        }
        for (partition, records) in try await TestBroker.records(of: topic).enumerated() {
            for record in records {
                #expect(JavaPartitioner.partition(of: record.key ?? [], count: 12) == partition)
            }
        }
        // Found with Java's own client.
        #expect(JavaPartitioner.partition(of: Array("kafka".utf8), count: 12) == 4)
        #expect(JavaPartitioner.partition(of: Array("21".utf8), count: 12) == 0)
        #expect(JavaPartitioner.partition(of: Array("foobar".utf8), count: 12) == 6)
    }
}

/// Java's `Utils.murmur2` and `toPositive`, written from its definition and sharing nothing with the product.
enum JavaPartitioner {
    static func partition(of key: [UInt8], count: Int) -> Int {
        Int(murmur2(key) & 0x7fff_ffff) % count
    }

    private static func murmur2(_ data: [UInt8]) -> UInt32 {
        let multiplier: UInt32 = 0x5bd1_e995
        var hash = 0x9747_b28c ^ UInt32(data.count)
        let whole = data.count / 4 * 4
        for start in stride(from: 0, to: whole, by: 4) {
            var word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[start + $1]) << (8 * UInt32($1)) }
            word = word &* multiplier
            word ^= word >> 24
            word = word &* multiplier
            hash = hash &* multiplier ^ word
        }
        let rest = data[whole...]
        if !rest.isEmpty {
            for (index, byte) in rest.enumerated() { hash ^= UInt32(byte) << (8 * UInt32(index)) }
            hash = hash &* multiplier
        }
        hash ^= hash >> 13
        hash = hash &* multiplier
        return hash ^ hash >> 15
    }
}
