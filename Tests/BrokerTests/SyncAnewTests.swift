import Foundation
import JSON
import ProcessSupport
import Testing

/// What `sluice sync` does with streams that were read before: `--resync` and `--since`.
@Suite("A sync anew", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncAnewTests {
    private static let words = ["--stream", "customers", "--stream", "invoices"]

    @Test("--resync publishes only what differs")
    func onlyWhatDiffers() async throws {
        let fixture = try await SyncFixture(records: 30)
        let first = try await fixture.run(Self.words)
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.summary["records"]?.int == 60)
        let again = try await fixture.run(Self.words + ["--resync"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.summary["records"]?.int == 0)
        #expect(again.summary["deletes"]?.int == 0)
        let bookmark = again.summary["streams"]?["customers"]?["bookmark"]
        #expect(bookmark?["list"]?["read"]?.int == 2)
        #expect(bookmark?["list"]?["done"] == .bool(true))
        #expect(bookmark?["feed"]?["name"]?.text == "events")
        #expect(try await fixture.keys("\(fixture.prefix).stripe.simulated.customers").count == 30)
    }

    @Test("--resync publishes all of a stream whose topic is another, and only then the topic may be another")
    func otherTopic() async throws {
        let fixture = try await SyncFixture(records: 30)
        let first = try await fixture.run(Self.words)
        #expect(first.code == 0, "\(first.errors)")
        let moved = Self.words + ["--topic-template", "<prefix>.moved.<extractor>.<account>.<stream>"]
        let refused = try await fixture.run(moved)
        #expect(refused.code == 2)
        #expect(refused.errors.contains("--resync"), "\(refused.errors)")
        let again = try await fixture.run(moved + ["--resync"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.summary["records"]?.int == 60)
        let topic = "\(fixture.prefix).moved.stripe.simulated.customers"
        #expect(try await fixture.keys(topic).count == 30)
        let third = try await fixture.run(moved + ["--resync"])
        #expect(third.summary["records"]?.int == 0, "\(third.errors)")
    }

    @Test("--since is kept, and refused for a stream that has a bookmark")
    func since() async throws {
        let fixture = try await SyncFixture(records: 30)
        let words = ["--stream", "customers"]
        let first = try await fixture.run(words + ["--since", "2020-01-01"])
        #expect(first.code == 0, "\(first.errors)")
        let list = first.summary["streams"]?["customers"]?["bookmark"]?["list"]
        #expect(list?["since"]?.int == 1_577_836_800_000)
        let second = try await fixture.run(words + ["--since", "2021-01-01"])
        #expect(second.code == 2)
        #expect(second.errors.contains("customers"))
        #expect(second.errors.contains("--resync --since"), "\(second.errors)")
        let anew = try await fixture.run(words + ["--resync", "--since", "2021-01-01"])
        #expect(anew.code == 0, "\(anew.errors)")
        #expect(
            anew.summary["streams"]?["customers"]?["bookmark"]?["list"]?["since"]?.int == 1_609_459_200_000
        )
    }
}
