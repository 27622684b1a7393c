import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// What `sluice sync` makes of keys, topics, clocks and brokers that are not as they should be.
@Suite("A sync with bad input", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncInputTests {
    @Test("a refused key: 3, the API's own words, and no storm of retries")
    func refusedKey() async throws {
        let fixture = try await SyncFixture(records: 5)
        let ended = try await fixture.run(["--set", "api_key=sk_test_invalid"])
        #expect(ended.code == 3, "\(ended.errors)")
        #expect(ended.errors.contains("Invalid API Key provided"))
        #expect(ended.errors.contains("check the account's api_key"))
        #expect(!ended.errors.contains("sk_test_invalid"))
        #expect(ended.summary["error"]?["code"]?.text == "extraction.refused_credentials")
        let served = try await fixture.requestsServed()
        // One for each stream that reads at the same time, at most, and all of them in the summary.
        let count = served.values.flatMap(\.values).reduce(0, +)
        #expect(served.values.allSatisfy { $0.values.allSatisfy { $0 == 1 } }, "\(served)")
        #expect(count <= 4)
        #expect(ended.summary["requests"]?.int ?? 0 >= max(1, count))
    }

    @Test("requests that failed count as well, as the API has counted them")
    func requestsCount() async throws {
        let fixture = try await SyncFixture(records: 250, faults: "server_error=0.2")
        let ended = try await fixture.run(["--stream", "customers", "--stream", "charges"])
        let served = try await fixture.requestsServed()
        #expect(served.keys.sorted() == ["/v1/charges", "/v1/customers", "/v1/events"])
        #expect(ended.summary["requests"]?.int == served.values.flatMap(\.values).reduce(0, +))
    }

    @Test("a record larger than its topic takes fails its stream, and names it; the others go through")
    func recordTooLarge() async throws {
        let fixture = try await SyncFixture(records: 20)
        let topic = "\(fixture.prefix).stripe.simulated.charges"
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(
            topic: topic,
            partitions: 1,
            replication: 1,
            configuration: [("max.message.bytes", "300")]
        )
        await admin.close()
        let ended = try await fixture.run(["--stream", "customers", "--stream", "charges"])
        #expect(ended.code == 5, "\(ended.errors)")
        #expect(ended.summary["streams"]?["customers"]?["records"]?.int == 20)
        let charges = ended.summary["streams"]?["charges"]
        #expect(charges?["status"]?.text == "failed")
        // Its list was begun, in a transaction of its own or in the one that was refused; nothing of it counts.
        let list = charges?["bookmark"]?["list"]
        #expect(list?["records"]?.int ?? 0 == 0)
        #expect(list?["done"]?.bool ?? false == false)
        #expect(charges?["error"]?["code"]?.text == "publish.record_too_large")
        #expect(charges?["error"]?["message"]?.text?.contains("max.message.bytes") == true)
        #expect(ended.errors.contains("charges failed"))
        #expect(ended.errors.contains(topic))
        #expect(try await fixture.keys(topic).isEmpty)
    }

    @Test("a simulator's clock starts in the past by design: nothing is said of it")
    func simulatedClock() async throws {
        let fixture = try await SyncFixture(records: 5)
        let ended = try await fixture.run([])
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(!ended.errors.contains("the API's clock says"), "\(ended.errors)")
    }

    @Test("topics that leave the account out carry it in every key")
    func topicTemplate() async throws {
        let fixture = try await SyncFixture(records: 12)
        let words = ["--stream", "customers", "--topic-template", "<prefix>.<stream>"]
        for account in ["one", "two"] {
            let ended = try await fixture.run(words + ["--account", account])
            #expect(ended.code == 0, "\(ended.errors)")
        }
        let keys = try await fixture.keys("\(fixture.prefix).customers")
        #expect(Set(keys).count == 24)
        for account in ["one", "two"] {
            #expect(keys.filter { $0.hasPrefix("[\"stripe/\(account)\",\"cus_") }.count == 12)
        }
        // Another name, and the same name with other keys: both would leave the old events behind.
        for template in ["<prefix>.<extractor>.<account>.<stream>", "<prefix>.x.<stream>"] {
            let ended = try await fixture.run([
                "--account", "one", "--stream", "customers", "--topic-template", template,
            ])
            #expect(ended.code == 2, "\(ended.errors)")
            #expect(ended.errors.contains("the topic was \(fixture.prefix).customers"), "\(ended.errors)")
            #expect(ended.errors.contains("--resync"))
        }
    }

    @Test("the same topic with the account in its keys is another layout")
    func keyForm() async throws {
        let fixture = try await SyncFixture(records: 3)
        let words = ["--stream", "customers"]
        #expect(try await fixture.run(words).code == 0)
        let ended = try await fixture.run(
            words + ["--topic-template", "<prefix>.stripe.simulated.<stream>"]
        )
        #expect(ended.code == 2, "\(ended.errors)")
        #expect(ended.errors.contains("the key was [id], is [<account>, id]"), "\(ended.errors)")
    }
}
