import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// What `sluice sync` makes of topics that somebody deleted (I2).
@Suite("A sync behind deleted topics", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncLossTests {
    private static let streams = ["customers", "invoices"]
    private static let words = streams.flatMap { ["--stream", $0] }

    /// The ids of a topic's events, in order.
    private static func ids(_ topic: String) async throws -> [String] {
        try await TestBroker.records(of: topic).joined().map { $0[header: "ce_id"] ?? "none" }.sorted()
    }

    @Test(
        "with the state and the events gone, what is remembered does not pass for published: the same ids again",
        arguments: [[], ["--resync"]]
    )
    func stateAndEvents(more: [String]) async throws {
        let fixture = try await SyncFixture(records: 30)
        let topics = Self.streams.map { "\(fixture.prefix).stripe.simulated.\($0)" }
        let first = try await fixture.run(Self.words)
        #expect(first.code == 0, "\(first.errors)")
        var before: [[String]] = []
        for topic in topics { before.append(try await Self.ids(topic)) }
        #expect(before.map { Set($0).count } == [30, 30])

        try await TestBroker.delete(topics + ["\(fixture.prefix).sluice.state"])
        let again = try await fixture.run(Self.words + more)
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.summary["records"]?.int == 60)
        for (topic, before) in zip(topics, before) { #expect(try await Self.ids(topic) == before) }
        let bookmark = again.summary["streams"]?["customers"]?["bookmark"]
        #expect(bookmark?["list"]?["read"]?.int == 2)
        #expect(bookmark?["list"]?["done"] == .bool(true))

        let third = try await fixture.run(Self.words)
        #expect(third.code == 0, "\(third.errors)")
        #expect(third.summary["records"]?.int == 0)
    }

    @Test(
        "with what is remembered gone, a resync that dies before its first commit leaves all of it to the next run"
    )
    func versions() async throws {
        let fixture = try await SyncFixture(records: 30)
        let topic = "\(fixture.prefix).stripe.simulated.customers"
        let first = try await fixture.run(Self.words)
        #expect(first.code == 0, "\(first.errors)")

        try await TestBroker.delete(["\(fixture.prefix).sluice.versions"])
        let refused = try await fixture.run(Self.words)
        #expect(refused.code == 2)
        #expect(refused.errors.contains("\(fixture.prefix).sluice.versions"), "\(refused.errors)")
        let killed = try await fixture.run(
            Self.words + ["--resync"],
            environment: ["SLUICE_CRASH_AT": "after_begin"]
        )
        #expect(killed.code == 128 + SIGKILL)
        #expect(try await fixture.keys(topic).count == 30)

        // Nobody says any more that it is to be read anew.
        let next = try await fixture.run(Self.words)
        #expect(next.code == 0, "\(next.errors)")
        #expect(next.summary["records"]?.int == 60)
        #expect(next.summary["streams"]?["customers"]?["bookmark"]?["list"]?["read"]?.int == 2)

        // So deletes can be told again; late enough that the absence tells them, not the feed.
        _ = try await fixture.control("clock", ["advance": .number(300)])
        let change = try await fixture.control(
            "change",
            ["deletes": .number(2), "streams": .array(["customers"])]
        )
        let deleted = (change["changes"]?.elements ?? []).compactMap { $0["id"]?.text }
        #expect(deleted.count == 2)
        let third = try await fixture.run(["--stream", "customers", "--resync"])
        #expect(third.code == 0, "\(third.errors)")
        #expect(third.summary["deletes"]?.int == 2)
        let tombstones = try await TestBroker.records(of: topic).joined().filter { $0.value == nil }
        #expect(
            tombstones.map { String(decoding: $0.key ?? [], as: UTF8.self) }.sorted() == deleted.sorted()
        )
    }
}
