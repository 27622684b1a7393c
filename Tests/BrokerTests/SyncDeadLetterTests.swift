import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// Records that cannot be published, through a real broker.
@Suite("Dead letters in Kafka", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(15)))
struct SyncDeadLetterTests {
    private static let words = ["--entities", "beside"]
    private static let poison = ShopServer.product("p500", price: #""free""#)

    private static func thousand() -> [String] {
        (0..<1000).map { $0 == 500 ? poison : ShopServer.product("p\($0)", price: "\($0)") }
    }

    /// The letters as who reads committed records sees them, deletes among them.
    private func letters(_ fixture: SyncFixture) async throws -> [TopicRecord] {
        try await TestBroker.records(of: "\(fixture.prefix).sluice.dead").flatMap { $0 }
    }

    private func dead(_ words: [String], _ fixture: SyncFixture) async throws -> SyncFixture.Ended {
        let process = try SluiceProcess(
            ["dead"] + words + ["--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix]
        )
        return try await fixture.end(of: process)
    }

    /// 999 records and entities, each once, one letter, and all of them of one transaction.
    private func checkThousand(_ fixture: SyncFixture) async throws {
        let topics = ["shop.simulated.products", "entity.Product"].map { "\(fixture.prefix).\($0)" }
        var labels: Set<String> = []
        for topic in topics {
            let records = try await TestBroker.records(of: topic).joined()
            #expect(records.count == 999 && Set(records.map(\.key)).count == 999, "\(topic)")
            labels.formUnion(records.compactMap { $0[header: "sluice_txn"] })
        }
        let letters = try await letters(fixture)
        #expect(letters.count == 1)
        let letter = try #require(letters.first)
        labels.formUnion([letter[header: "sluice_txn"] ?? ""])
        #expect(labels.count == 1 && labels.first?.hasSuffix("/1998") == true, "\(labels)")
        #expect(letter[header: "ce_type"] == "sluice.dead.event.bad_entity")
        #expect(letter[header: "ce_source"] == "/shop/simulated/products")
        let read = try DeadLetter(letter.value ?? [], id: "")
        #expect(letter.key == Array(read.id.utf8))
        #expect(String(decoding: read.kept, as: UTF8.self) == Self.poison)
        #expect(read.topic == topics[0] && read.keyText == "p500")
    }

    @Test("I1: one in a thousand: 999 events, one letter, one transaction; and what list and show say")
    func oneInAThousand() async throws {
        let fixture = try await SyncFixture("shop")
        let server = try ShopServer(Self.thousand())
        try server.write(into: fixture)
        let ended = try await fixture.run(Self.words)
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(ended.summary["status"]?.text == "success" && ended.summary["records"]?.int == 999)
        #expect(ended.summary["dead_letters"]?.int == 1)
        #expect(ended.errors.contains("record p500 is the dead letter"))
        try await checkThousand(fixture)
        let again = try await fixture.run(Self.words)
        #expect(again.code == 0 && again.summary["dead_letters"]?.int == 0)
        try await checkThousand(fixture)

        let row = try #require(try await dead(["list", "-o", "json"], fixture).summary[0])
        #expect(row["key"]?.text == "p500" && row["code"]?.text == "event.bad_entity")
        #expect(row["stream"]?.text == "products" && row["account"]?.text == "shop/simulated")
        for filter in [
            ["--stream", "other"], ["--code", "event.bad_version"], ["--since", "2100-01-01"],
        ] {
            #expect(try await dead(["list", "-o", "json"] + filter, fixture).summary == .array([]))
        }
        let id = try #require(row["id"]?.text)
        let shown = try await dead(["show", String(id.prefix(6)), "-o", "json"], fixture)
        #expect(shown.summary["record"]?.compactText == Self.poison)
        #expect(shown.summary["reason"]?["text"]?.text?.contains("makes no Product") == true)
        let missing = try await dead(["show", "nothing"], fixture)
        #expect(missing.code == 2 && missing.errors.contains("state.unknown_letter"))
        #expect(missing.errors.contains("sluice dead list shows"))
    }

    @Test("I1: killed at each named point, it is there once, whole", arguments: CrashPoint.publishing)
    func kills(_ point: CrashPoint) async throws {
        let fixture = try await SyncFixture("shop")
        let server = try ShopServer(Self.thousand())
        try server.write(into: fixture)
        let killed = try fixture.start(
            Self.words,
            environment: ["SLUICE_CRASH_AT": point.rawValue]
        )
        #expect(await killed.waitForEnd(atMost: 120))
        #expect(killed.exitCode == 128 + SIGKILL, "\(killed.standardError)")
        let ended = try await fixture.run(Self.words)
        #expect(ended.code == 0, "\(ended.errors)")
        try await checkThousand(fixture)
    }

    @Test("a record of more than a megabyte is kept with its size, its hash and its first 64 KB")
    func large() async throws {
        let fixture = try await SyncFixture("shop")
        let name = String(repeating: "x", count: 1 << 20)
        let big = #"{"id":"big","name":"\#(name)","price":"free","at":1}"#
        let server = try ShopServer([big, ShopServer.product("a", price: "1")])
        try server.write(into: fixture)
        let ended = try await fixture.run(Self.words)
        #expect(ended.code == 0, "\(ended.errors)")
        let record = try #require(try await letters(fixture).first)
        let letter = try DeadLetter(record.value ?? [], id: "")
        #expect(letter.size == big.utf8.count && letter.sha256.count == 64)
        #expect(letter.content == .head(Array(big.utf8.prefix(64 << 10))))
        let shown = try await dead(["show", letter.id], fixture)
        #expect(shown.code == 0)
        let raw = try SluiceProcess([
            "dead", "show", letter.id, "--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix,
        ])
        #expect(await raw.waitForEnd(atMost: 60))
        #expect(raw.standardOutput.contains("Its first 65536 bytes:"))
        #expect(raw.standardOutput.contains(String(big.prefix(64 << 10))))
    }

    @Test(
        "a topic that takes less gets less of a record that does not fit"
    )
    func smallTopic() async throws {
        let fixture = try await SyncFixture("shop")
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(
            topic: "\(fixture.prefix).sluice.dead",
            partitions: 1,
            replication: 1,
            configuration: [("max.message.bytes", "131072"), ("cleanup.policy", "compact,delete")]
        )
        await admin.close()
        // What does not compress, as the topic's limit is for what the client sends.
        var random = SeededGenerator(seed: 4711)
        let name = String(
            (0..<300_000).map { _ in
                "abcdefghijklmnopqrstuvwxyz0123456789".randomElement(using: &random) ?? "a"
            }
        )
        let server = try ShopServer([
            #"{"id":"big","name":"\#(name)","price":"free","at":1}"#, ShopServer.product("a", price: "1"),
        ])
        try server.write(into: fixture)
        let ended = try await fixture.run(Self.words)
        #expect(ended.code == 0, "\(ended.errors)")
        let letter = try DeadLetter(try #require(try await letters(fixture).first?.value), id: "")
        #expect(!letter.isWhole && letter.size > 300_000)
    }

    @Test("behind the limit the stream stops before the page; 0 stops it at the first")
    func limits() async throws {
        let fixture = try await SyncFixture("shop")
        let bad = (0..<3).map { ShopServer.product("b\($0)", price: #""free""#) }
        let server = try ShopServer(bad + [ShopServer.product("a", price: "1")])
        try server.write(into: fixture, more: "dead_letters: 2\n")
        let stopped = try await fixture.run(Self.words)
        #expect(stopped.code == 1, "\(stopped.errors)")
        let error = stopped.summary["streams"]?["products"]?["error"]
        #expect(error?["code"]?.text == "event.too_many_dead_letters")
        #expect(stopped.summary["records"]?.int == 0 && stopped.summary["dead_letters"]?.int == 0)
        let first = try await fixture.run(Self.words + ["--dead-letters", "0"])
        #expect(first.code == 1)
        #expect(first.summary["streams"]?["products"]?["error"]?["code"]?.text == "event.bad_entity")
        let went = try await fixture.run(Self.words + ["--dead-letters", "3"])
        #expect(went.code == 0 && went.summary["records"]?.int == 1, "\(went.errors)")
        #expect(went.summary["dead_letters"]?.int == 3)
        #expect(try await letters(fixture).count == 3)
    }
}
