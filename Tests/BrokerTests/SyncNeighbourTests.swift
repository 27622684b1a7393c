import Core
import Foundation
import ProcessSupport
import Testing

@testable import Kafka

/// An account whose neighbour in the state partition died in mid-transaction.
@Suite("A dead neighbour", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(5)))
struct SyncNeighbourTests {
    private let account: AccountName
    private let neighbour: AccountName
    private let partition: Int32

    init() throws {
        let account = try AccountName("stripe/simulated")
        let partition = account.statePartition(of: 64)
        let names = try (0..<10_000).lazy.map { try AccountName("stripe/n\($0)") }
        self.account = account
        self.partition = partition
        neighbour = try #require(names.first { $0.statePartition(of: 64) == partition })
    }

    /// Whether an open transaction holds the state partition back.
    private func isHeldBack(_ fixture: ListsFixture) async throws -> Bool {
        let topic = fixture.prefix.stateTopic
        let worker = SerialThread()
        let clients = try [false, true].map {
            try Client(settings: TestBroker.settings, role: .reader(committed: $0))
        }
        let ends = await worker.run { [partition] in
            clients.map { $0.handle.endOffset(topic, partition, limit: .seconds(10)) }
        }
        await worker.run { for client in clients { _ = client.shutDown() } }
        worker.stop()
        // Asked in this order, what commits in between only hides a hold.
        return try ends[1].get() < ends[0].get()
    }

    private func finish(_ fixture: ListsFixture, _ account: AccountName) async throws -> SluiceProcess {
        let process = try fixture.sync(
            ListsFixture.fast + ["--log-level", "debug"],
            account: account.account
        )
        #expect(await process.waitForEnd(atMost: 120))
        #expect(process.exitCode == 0, "\(process.standardError)")
        return process
    }

    private func fixture() async throws -> ListsFixture {
        try await ListsFixture(records: 1_000, accounts: [account.account, neighbour.account])
    }

    private func die(_ fixture: ListsFixture, at point: String) async throws {
        let process = try fixture.sync(
            account: neighbour.account,
            environment: ["SLUICE_CRASH_AT": point]
        )
        #expect(await process.waitForEnd(atMost: 60))
        try #require(process.exitCode == 128 + SIGKILL, "\(point) was not reached: \(process.standardError)")
    }

    @Test("its events alone hold no account of the partition back")
    func eventsOpen() async throws {
        let fixture = try await fixture()
        defer { fixture.end() }
        try await die(fixture, at: "mid_produce")
        let process = try await finish(fixture, account)
        #expect(!process.standardError.contains("fenced the dead session"))
        _ = try await finish(fixture, neighbour)
        try await fixture.checkAll()
    }

    /// What a session leaves that dies between its state record and its commit.
    ///
    /// Opened by this process under the neighbour's id, because Kafka ends a session's own after 15 s, which on a busy
    /// machine is before anybody looks.
    private func leaveTransactionOpen(_ fixture: ListsFixture) async throws {
        let producer = try TransactionalProducer(
            settings: TestBroker.settings,
            transactionalID: fixture.prefix.transactionalID(of: neighbour),
            transactionTimeout: .seconds(600)
        )
        try await producer.initTransactions(deadline: .seconds(60))
        let state = StateRecord(
            key: StateKey.bookmark(neighbour, try StreamName("customers")).bytes,
            value: Array("never committed".utf8)
        )
        let topic = fixture.prefix.stateTopic
        let errors = await producer.worker.run { [partition, client = producer.client] in
            _ = client.handle.warm(topic, limit: .seconds(60))
            let errors = [
                client.handle.beginTransaction(),
                client.handle.produce(
                    state,
                    topic: topic,
                    partition: partition,
                    token: RecordToken(page: 0, record: 0)
                ),
            ]
            client.handle.flush(.seconds(60))
            return errors.compactMap { $0 }
        }
        #expect(errors.isEmpty)
        await producer.close()
    }

    @Test("its state holds the partition back: it is fenced, and nobody waits for the transaction's timeout")
    func stateOpen() async throws {
        let fixture = try await fixture()
        defer { fixture.end() }
        try await die(fixture, at: "mid_produce")
        try await leaveTransactionOpen(fixture)
        try #require(await isHeldBack(fixture))
        // Which ends long before the transaction's timeout would.
        let process = try await finish(fixture, account)
        #expect(process.standardError.contains("fenced the dead session of \(neighbour)"))
        #expect(try await !isHeldBack(fixture))
        _ = try await finish(fixture, neighbour)
        try await fixture.checkAll()
    }
}
