import Core
import Daemon
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice dead replay` and `drop`, with and without a daemon.
@Suite("Dead letters are dealt with", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(15)))
struct DeadReplayTests {
    private static let words = ["--entities", "beside"]

    private static func product(_ id: String, price: String, at: Int = 1) -> String {
        #"{"id":"\#(id)","name":"Thing","price":\#(price),"cents":5,"at":\#(at)}"#
    }

    private func dead(
        _ words: [String],
        _ fixture: SyncFixture,
        environment: [String: String] = [:]
    ) async throws -> SyncFixture.Ended {
        try await fixture.end(of: start(words, fixture, environment: environment))
    }

    private func start(
        _ words: [String],
        _ fixture: SyncFixture,
        environment: [String: String] = [:]
    ) throws -> SluiceProcess {
        try SluiceProcess(["dead"] + words + fixture.place + ["-o", "json"], environment: environment)
    }

    /// The words of a replay without a daemon.
    private func replay(_ fixture: SyncFixture) -> [String] {
        ["replay", "--all", "--reason", "mended", "--config", "\(fixture.folder)/shop.yaml"] + Self.words
            + ["--cache-folder", "\(fixture.folder)/cache"]
    }

    private func list(_ fixture: SyncFixture) async throws -> [JSONValue] {
        let process = try SluiceProcess(
            ["dead", "list", "-o", "json", "--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix]
        )
        return try await fixture.end(of: process).summary.elements ?? []
    }

    private func records(_ topic: String, _ fixture: SyncFixture) async throws -> [TopicRecord] {
        try await TestBroker.records(of: "\(fixture.prefix).\(topic)").flatMap { $0 }
    }

    /// Each of the two records stands in each topic once, and the letter is gone with the second.
    private func checkReplayed(_ fixture: SyncFixture) async throws {
        let raw = try await records("shop.simulated.products", fixture)
        #expect(raw.map { String(decoding: $0.key ?? [], as: UTF8.self) }.sorted() == ["a", "b"])
        let entities = try await records("entity.Product", fixture)
        #expect(entities.count == 2)
        let letters = try await records("sluice.dead", fixture)
        #expect(letters.count == 2 && letters.last?.value == nil)
        #expect(letters.last?[header: "ce_type"] == "sluice.dead.settled")
        // All of one transaction.
        let event = raw.first { $0.key == Array("b".utf8) }
        let entity = entities.first { $0.key == Array("shop/simulated:products:b".utf8) }
        #expect(event?[header: "sluice_txn"] == letters.last?[header: "sluice_txn"])
        #expect(entity?[header: "sluice_txn"] == letters.last?[header: "sluice_txn"])
        #expect(try await list(fixture).isEmpty)
    }

    @Test("without a daemon: what still cannot be published stays; mended it is published, once, and audited")
    func replays() async throws {
        let fixture = try await SyncFixture("shop")
        let server = try ShopServer([
            Self.product("a", price: "1"), Self.product("b", price: #""free""#),
        ])
        try server.write(into: fixture, isReadWhole: true)
        #expect(try await fixture.run(Self.words).code == 0)
        let refused = try await dead(replay(fixture), fixture)
        #expect(refused.code == 1, "\(refused.errors)")
        #expect(refused.summary["status"]?.text == "refused")
        #expect(refused.summary["message"]?.text?.contains("makes no Product") == true)
        #expect(try await list(fixture).count == 1)
        // Another definition than the bookmark's is refused as a sync refuses it, and nothing is published.
        let without = try await dead(
            ["replay", "--all", "--reason", "x", "--config", "\(fixture.folder)/shop.yaml"],
            fixture
        )
        #expect(without.summary["message"]?.text?.contains("--resync") == true, "\(without)")

        try server.write(into: fixture, isReadWhole: true, price: "cents")
        let done = try await dead(replay(fixture), fixture)
        #expect(done.code == 0, "\(done.errors)")
        #expect(done.summary["status"]?.text == "done")
        #expect(done.summary["message"]?.text?.contains("published, 2 events") == true, "\(done)")
        try await checkReplayed(fixture)
        let audit = try await fixture.audit()
        #expect(audit.last?.what == "dead replay" && audit.last?.reason == "mended")
        #expect(audit.last?.after?.contains("published") == true)
        #expect(try await dead(replay(fixture), fixture).summary["message"]?.text == "no dead letters")
        let next = try await fixture.run(Self.words)
        #expect(next.code == 0 && next.summary["records"]?.int == 0, "\(next.errors)")
        try await checkReplayed(fixture)
    }

    @Test(
        "I1: killed at each named point, it is published once",
        arguments: CrashPoint.publishing.filter { $0 != .afterFetch } + [.afterStateChange]
    )
    func kills(_ point: CrashPoint) async throws {
        let fixture = try await SyncFixture("shop")
        let server = try ShopServer([
            Self.product("a", price: "1"), Self.product("b", price: #""free""#),
        ])
        // Nothing is remembered of a list that is read once: the topic itself tells.
        try server.write(into: fixture)
        #expect(try await fixture.run(Self.words).code == 0)
        try server.write(into: fixture, price: "cents")
        let killed = try start(
            replay(fixture),
            fixture,
            environment: ["SLUICE_CRASH_AT": point.rawValue]
        )
        #expect(await killed.waitForEnd(atMost: 120))
        #expect(killed.exitCode == 128 + SIGKILL, "\(killed.standardError)")
        let ended = try await dead(replay(fixture), fixture)
        #expect(ended.code == 0, "\(ended.errors)")
        try await checkReplayed(fixture)
    }

    @Test("an older record does not go out over a newer one, and its letter is over; a dropped one is gone")
    func overtakenAndDropped() async throws {
        let fixture = try await SyncFixture("shop")
        let server = try ShopServer([Self.product("b", price: #""free""#)])
        try server.write(into: fixture, isReadWhole: true)
        #expect(try await fixture.run(Self.words).code == 0)
        server.set([Self.product("b", price: "7", at: 2), Self.product("c", price: #""free""#)])
        #expect(try await fixture.run(Self.words).code == 0)
        let letters = try await list(fixture)
        #expect(letters.compactMap { $0["key"]?.text } == ["b", "c"])
        let id = try #require(letters.last?["id"]?.text)
        let dropped = try await dead(["drop", String(id.prefix(8)), "--reason", "a test"], fixture)
        #expect(dropped.code == 0, "\(dropped.errors)")
        #expect(try await list(fixture).compactMap { $0["key"]?.text } == ["b"])
        try server.write(into: fixture, isReadWhole: true, price: "cents")
        let replayed = try await dead(replay(fixture), fixture)
        #expect(replayed.code == 0, "\(replayed.errors)")
        #expect(replayed.summary["message"]?.text?.contains("over, nothing published") == true)
        #expect(try await list(fixture).isEmpty)
        let raw = try await records("shop.simulated.products", fixture)
        #expect(raw.count == 1 && raw.first?[header: "ce_id"] == "b:2")
        let audit = try await fixture.audit()
        #expect(audit.suffix(2).map(\.what) == ["dead drop", "dead replay"])
    }

    @Test("with a daemon, the daemon does it, by its own settings of the account")
    func byTheDaemon() async throws {
        let fixture = try await SyncFixture("shop")
        let server = try ShopServer([
            Self.product("a", price: "1"), Self.product("b", price: #""free""#),
        ])
        try server.write(into: fixture, isReadWhole: true)
        let daemon = try DaemonFixture(fixture, of: "shop")
        _ = try fixture.write(
            "schedules/yearly.yaml",
            "extractor: \(fixture.folder)/shop/\naccount: simulated\nentities: beside\nwhen: \"0 5 1 1 *\"\n"
        )
        let process = try daemon.start()
        try #require(
            await process.line(holding: "sluice serves", atMost: 60) != nil,
            "\(process.standardError)"
        )
        let synced = try await fixture.run(Self.words)
        #expect(synced.code == 0 && synced.summary["dead_letters"]?.int == 1, "\(synced.errors)")
        let refused = try await dead(["replay", "--all", "--reason", "x"], fixture)
        #expect(refused.code == 1, "\(refused.errors)")
        #expect(refused.summary["message"]?.text?.contains("makes no Product") == true)
        try server.write(into: fixture, isReadWhole: true, price: "cents")
        let done = try await dead(["replay", "--all", "--reason", "mended"], fixture)
        #expect(done.code == 0, "\(done.errors)")
        #expect(done.summary["message"]?.text?.contains("by the daemon on") == true)
        try await checkReplayed(fixture)
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0, "\(process.standardError)")
        #expect(try await fixture.audit().suffix(2).map(\.what) == ["dead replay", "dead replay"])
    }
}
