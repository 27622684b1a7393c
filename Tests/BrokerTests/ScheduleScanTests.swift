import Core
import Testing

@testable import Kafka

/// What a daemon reads when it starts: the records of all schedules, whoever died meanwhile.
@Suite(.enabled(if: TestBroker.isAvailable, "no Kafka broker"), .timeLimit(.minutes(5)))
struct ScheduleScanTests {
    private static func record(_ account: AccountName, _ id: String, _ value: String?) -> StateRecord {
        StateRecord(key: StateKey.schedule(account, id).bytes, value: value.map { Array($0.utf8) })
    }

    private func scan(_ fixture: SessionFixture, host: String = "daemon") async throws -> [String: String] {
        let found = try await ScheduleScan(fixture.settings(host: host).installation).run()
        return Dictionary(
            found.map { ("\($0.account) \($0.id)", String(decoding: $0.value, as: UTF8.self)) },
            uniquingKeysWith: { "\($0) and \($1)" }
        )
    }

    @Test func `a new installation has none, and its state topic is there`() async throws {
        let fixture = try SessionFixture()
        #expect(try await scan(fixture).isEmpty)
        #expect(
            try await TestBroker.records(of: fixture.prefix.stateTopic).count == SessionFixture.partitions
        )
        #expect(try await scan(fixture).isEmpty)
    }

    @Test func `the last record of each schedule of each account is read, in all partitions`() async throws {
        let fixture = try SessionFixture()
        var expected: [String: String] = [:]
        for number in 0..<12 {
            let session = try await AccountSession.start(fixture.settings(account: "stripe/a\(number)"))
            let account = try AccountName("stripe/a\(number)")
            for value in ["first", "last"] {
                var state = [
                    Self.record(account, "hourly", "\(value) \(number)"), Self.record(account, "gone", value),
                ]
                if value == "last" { state[1].value = nil }
                try await session.commit(TransactionGroup(pages: [], state: state))
            }
            expected["stripe/a\(number) hourly"] = "last \(number)"
            await session.end()
        }
        #expect(try await scan(fixture) == expected)
    }

    @Test func `I2 a dead session's open transaction is ended by a fence, and nothing behind it missed`()
        async throws
    {
        let fixture = try SessionFixture()
        // Each in a partition: one that dies with an open transaction, and one that commits behind it.
        let dead = try AccountName("stripe/acme")
        let living = try AccountName(try fixture.neighbour())
        let first = try await AccountSession.start(fixture.settings(host: "daemon", account: dead.text))
        await first.abandon()
        let held = try await HeldTransaction(
            fixture.prefix.transactionalID(of: dead),
            transactionTimeout: .seconds(60)
        )
        let partition = fixture.partition
        let topic = fixture.prefix.stateTopic
        let open = Task {
            try await held.producer.commit(
                TransactionGroup(pages: [], state: [Self.record(dead, "hourly", "never")]),
                stateTopic: topic,
                statePartition: partition,
                transaction: (run: "x", number: 1)
            )
        }
        await held.stands()
        // On the broker, behind whatever waits in the client.
        let reader = try TopicReader(settings: TestBroker.settings)
        let begun = ContinuousClock.now
        var seen = 0
        while seen == 0, ContinuousClock.now - begun < .seconds(30) {
            let end = try await reader.highWatermark(topic: topic, partition: partition)
            _ = try await reader.read(
                topic: topic,
                partition: partition,
                committed: false,
                from: nil,
                upTo: end,
                deadline: .seconds(10)
            ) { record in if record.value == Array("never".utf8) { seen += 1 } }
        }
        await reader.close()
        #expect(seen == 1)
        try await fixture.write([Self.record(living, "daily", "there")])

        let started = ContinuousClock.now
        #expect(try await scan(fixture) == ["\(living) daily": "there"])
        print("a scan behind a dead transaction took \(ContinuousClock.now - started)")
        #expect(ContinuousClock.now - started < .seconds(20))
        held.goOn()
        await #expect(throws: PublishError.self) { try await open.value }
        await held.producer.close()
    }

    @Test func `10,000 records in 64 partitions are all found`() async throws {
        let fixture = try SessionFixture()
        var settings = try fixture.settings(host: "daemon")
        settings.stateLayout = .state
        #expect(try await ScheduleScan(settings.installation).run().isEmpty)
        var records: [Int32: [StateRecord]] = [:]
        let value = String(repeating: "x", count: 400)
        for number in 0..<10_000 {
            let account = try AccountName("stripe/a\(number % 500)")
            records[account.statePartition(of: 64), default: []].append(
                Self.record(account, "schedule \(number)", value)
            )
        }
        try await TestBroker.withProducer(TestBroker.name("writer")) { producer in
            for (partition, state) in records.sorted(by: { $0.key < $1.key }) {
                _ = try await producer.commit(
                    TransactionGroup(pages: [], state: state),
                    stateTopic: fixture.prefix.stateTopic,
                    statePartition: partition,
                    transaction: (run: "x", number: Int(partition))
                )
            }
        }
        let found = try await ScheduleScan(settings.installation).run()
        #expect(found.count == 10_000)
        #expect(Set(found.map { "\($0.account) \($0.id)" }).count == 10_000)
    }
}
