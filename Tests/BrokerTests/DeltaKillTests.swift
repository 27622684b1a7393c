import Foundation
import Kafka
import Testing

/// `sluice sync` as a process, killed with -9 while a simulated account changes between its runs and under them.
///
/// `SLUICE_DELTA_KILLS` (of each test and service, at random moments) makes it the long form, `SLUICE_SEED` repeats what
/// a run printed, but for the moments; `scripts/soak --deltas` is one.
@Suite("Exactly once over kills and changes", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(60)))
struct DeltaKillTests {
    private static let kills = ListsFixture.number("SLUICE_DELTA_KILLS", 4)

    @Test(
        "I1 I2: into Kafka, a consumer sees each change once, no torn transaction, and at the end the truth",
        arguments: KilledService.all
    )
    func intoKafka(service: KilledService) async throws {
        let fixture = try await SyncFixture(service.name, records: 25, faults: service.faults)
        let topics = service.streams.map {
            (stream: $0, topic: "\(fixture.prefix).\(service.name).simulated.\($0)")
        }
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        for (_, topic) in topics {
            try await admin.create(topic: topic, partitions: 1, replication: 1, configuration: [])
        }
        await admin.close()
        var killing = try Killing(service, fixture, into: nil)
        // Else the kills proved nothing: there would have been no half of a transaction to hide.
        let wanted = Self.kills / 20
        try await killing.run(Self.kills, isEnough: { try await Self.aborted(topics) >= wanted }) {}
        let history = try await EventHistory(topics: topics)
        try await check(history, service, fixture)
        killing.report("into Kafka", history)
        let aborted = try await Self.aborted(topics)
        print("kills: transactions that were aborted with events of theirs in Kafka: \(aborted)")
        #expect(aborted >= wanted)
    }

    /// How many transactions left events behind that no consumer sees.
    private static func aborted(_ topics: [(stream: String, topic: String)]) async throws -> Int {
        let all = try await EventHistory(topics: topics, committed: false)
        return all.transactions.count - (try await EventHistory(topics: topics)).transactions.count
    }

    @Test(
        "I1 I2: into a folder, the committed lines have each change once, and at the end the truth",
        arguments: KilledService.all
    )
    func intoFolder(service: KilledService) async throws {
        let fixture = try await SyncFixture(service.name, records: 25, faults: service.faults)
        let folder = "\(fixture.folder)/events"
        var killing = try Killing(service, fixture, into: folder)
        try await killing.run(Self.kills) {
            let history = try EventHistory(folder: folder)
            #expect(history.violations.isEmpty)
            #expect(history.torn.isEmpty)
        }
        let history = try EventHistory(folder: folder)
        try await check(history, service, fixture)
        killing.report("into a folder", history)
    }

    private func check(_ history: EventHistory, _ service: KilledService, _ fixture: SyncFixture) async throws
    {
        #expect(history.violations.isEmpty)
        #expect(history.torn.isEmpty)
        #expect(history.deletes > 0, "nothing was deleted: the changes prove little")
        var truth: [String: [String: String]] = [:]
        for stream in service.streams { truth[stream] = try await service.truth(fixture, stream) }
        #expect(history.differences(from: truth).isEmpty)
    }
}
