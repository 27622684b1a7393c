import Core
import Events
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// The catalogue of topics, written by runs and read by commands and plain consumers.
@Suite("The catalogue of topics", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct CatalogTests {
    private static func told(_ fixture: SyncFixture) async throws -> [String: CatalogEntry] {
        let scan = try NoticeScan(TestBroker.settings, prefix: TopicPrefix(fixture.prefix))
        let entries = try await scan.run(.catalog) { CatalogEntry($0) }
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.topic, $0) })
    }

    private static func catalog(_ fixture: SyncFixture, _ words: [String]) async throws -> (
        code: Int32, text: String, errors: String
    ) {
        let process = try SluiceProcess(
            ["catalog", "--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix] + words
        )
        let ended = try await fixture.end(of: process)
        return (ended.code, process.standardOutput, ended.errors)
    }

    @Test func runsTellOfTheirTopics() async throws {
        let fixture = try await SyncFixture(records: 40)
        let words = ["--stream", "customers", "--stream", "charges", "--entities", "beside"]
        let first = try await fixture.run(words)
        #expect(first.code == 0, "\(first.errors)")
        let told = try await Self.told(fixture)
        let prefix = fixture.prefix
        #expect(
            Set(told.keys) == [
                "\(prefix).stripe.simulated.customers", "\(prefix).stripe.simulated.charges",
                "\(prefix).entity.Customer", "\(prefix).entity.Payment",
            ]
        )
        let charges = try #require(told["\(prefix).stripe.simulated.charges"])
        #expect(charges.request == "GET /v1/charges" && charges.key == ["id"] && charges.entity == nil)
        #expect(charges.others == ["\(prefix).entity.Payment"] && charges.asOf != nil)
        #expect(
            charges.fields.contains { $0.path == "billing_details.email" && $0.types == "string or null" }
        )
        let payment = try #require(told["\(prefix).entity.Payment"])
        #expect(payment.entity == "Payment" && payment.others == ["\(prefix).stripe.simulated.charges"])
        #expect(payment.fields.first { $0.path == "amount" }?.from == ["amount", "currency"])
        #expect(payment.fields.first { $0.path == "joinKeys.email" }?.from == ["billing_details.email"])
        // Without a policy what is marked goes out as it is.
        let email = try #require(charges.fields.first { $0.path == "billing_details.email" })
        #expect(email.personal == "email" && email.treatment == "pass" && charges.protection == .personal)
        #expect(payment.fields.first { $0.path == "joinKeys.email" }?.personal == "email")
        // Nothing changed: nothing is told.
        let count = try await fixture.toldCount()
        let second = try await fixture.run(words)
        #expect(second.code == 0 && second.summary["records"]?.int == 0, "\(second.errors)")
        #expect(try await fixture.toldCount() == count)

        let list = try await Self.catalog(fixture, [])
        #expect(list.code == 0, "\(list.errors)")
        #expect(
            list.text.contains("\(prefix).entity.Payment") && list.text.contains("\(prefix).sluice.versions")
        )
        let json = try await Self.catalog(fixture, ["--output", "json", "--stream", "charges"])
        let rows = try JSONValue.parse(Array(json.text.utf8))
        #expect(rows["topics"]?.elements?.count == 2 && rows["own"]?.elements?.isEmpty == true)
        let one = try await Self.catalog(fixture, ["entity.Pay"])
        #expect(one.code == 0 && one.text.contains("billing_details.email"), "\(one.errors)")
        let many = try await Self.catalog(fixture, ["stripe"])
        #expect(
            many.code == 2 && many.errors.contains("2 topics have stripe in their names"),
            "\(many.errors)"
        )
        let none = try await Self.catalog(fixture, ["nothing"])
        #expect(none.code == 2 && none.errors.contains("sluice catalog lists"), "\(none.errors)")

        // Entities are asked for no more: those of these streams are over.
        let bare = try await fixture.run(
            ["--stream", "customers", "--stream", "charges", "--entities", "none", "--resync"]
        )
        #expect(bare.code == 0, "\(bare.errors)")
        #expect(try await Self.told(fixture).keys.allSatisfy { !$0.contains(".entity.") })
    }
}

extension SyncFixture {
    /// How many records the catalogue's topic was told, those that are over included.
    fileprivate func toldCount() async throws -> Int {
        let reader = try TopicReader(settings: TestBroker.settings)
        return try await closing(reader, by: { await $0.close() }) { reader in
            let topic = "\(prefix).sluice.catalog"
            var count = 0
            _ = try await reader.read(
                topic: topic,
                partition: 0,
                committed: true,
                from: 0,
                upTo: try await reader.endOffsets(topic: topic)[0],
                deadline: .seconds(20)
            ) { _ in count += 1 }
            return count
        }
    }
}
