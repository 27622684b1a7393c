import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// Personal fields of what stands in Kafka and in files, by a policy that changes and breaks.
@Suite("Personal fields in Kafka", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(5)))
struct SyncPrivacyTests {
    private static let key = "0123456789abcdef0123456789abcdef"

    private func values(_ topic: String) async throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for record in try await TestBroker.records(of: topic).joined() {
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            values[key] = try record.value.map { try JSONValue.parse($0) }
        }
        return values
    }

    @Test("a stricter policy holds from the next event on, and a resync publishes exactly what differs")
    func resync() async throws {
        let fixture = try await SyncFixture(records: 30)
        let customers = "\(fixture.prefix).stripe.simulated.customers"
        let words = ["--stream", "customers", "--stream", "products", "--entities", "beside"]
        let open = try await fixture.run(words)
        #expect(open.code == 0, "\(open.errors)")
        let plain = try await values(customers)
        let mails = Set(plain.values.compactMap { $0["email"]?.text })
        try #require(mails.count > 5)

        let policy = try fixture.write(
            "privacy.yaml",
            "key: env:THE_KEY\nkinds: {email: hash, name: mask, phone: drop}\n"
        )
        let environment = ["THE_KEY": Self.key]
        let next = try await fixture.run(words + ["--privacy", policy], environment: environment)
        #expect(next.code == 0, "\(next.errors)")
        #expect(next.summary["records"]?.int == 0, "what was published stays")
        // What is younger than a feed's hold-back is left to the feed.
        try await fixture.advance(3600)

        let again = try await fixture.run(
            words + ["--privacy", policy, "--resync"],
            environment: environment
        )
        #expect(again.code == 0, "\(again.errors)")
        #expect(try await fixture.keys(customers).count == plain.count * 2, "each customer once more")
        let products = "\(fixture.prefix).stripe.simulated.products"
        let keys = try await fixture.keys(products)
        #expect(Set(keys).count == keys.count, "nothing of a product is personal, and nothing goes out again")
        let protected = try await values(customers)
        #expect(Set(protected.keys) == Set(plain.keys))
        for (key, value) in protected {
            #expect(value["email"]?.text?.hasPrefix("pii:") ?? true)
            #expect(value["phone"] == nil)
            #expect(value["balance"] == plain[key]?["balance"])
        }
        let tokens = Set(protected.values.compactMap { $0["email"]?.text })
        let entities = try await values("\(fixture.prefix).entity.Customer")
        #expect(Set(entities.values.compactMap { $0["joinKeys"]?["email"]?.text }) == tokens)

        let third = try await fixture.run(
            words + ["--resync"],
            environment: environment.merging(["SLUICE_PRIVACY": policy]) { $1 }
        )
        #expect(third.code == 0, "\(third.errors)")
        #expect(
            try await fixture.keys(customers).count == plain.count * 2,
            "the same policy, nothing differs"
        )
    }

    @Test("a policy that is wrong, or whose key is away, ends a sync before anything is read")
    func broken() async throws {
        let fixture = try await SyncFixture(records: 5)
        let policy = try fixture.write("privacy.yaml", "key: env:THE_KEY\nkinds: {email: hash}\n")
        let keyless = try await fixture.run(["--stream", "customers", "--privacy", policy])
        #expect(keyless.code == 2)
        #expect(
            keyless.errors.contains("privacy.yaml:1:6: key: cannot read env:THE_KEY"),
            "\(keyless.errors)"
        )
        _ = try fixture.write("privacy.yaml", "kinds: {email: hsah}\n")
        let wrong = try await fixture.run(["--stream", "customers", "--privacy", policy])
        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("privacy.yaml:1:16"), "\(wrong.errors)")
        #expect(try await fixture.requestsServed().isEmpty)
    }

    @Test("a daemon whose policy becomes unreadable fails its runs and publishes nothing; mended, it goes on")
    func daemon() async throws {
        let fixture = try await SyncFixture(records: 10)
        let policy = try fixture.write("privacy.yaml", "kinds: {email: mask, name: mask}\n")
        let daemon = try DaemonFixture(fixture)
        try daemon.write("customers", "streams: [customers]\nwhen: \"@every 2s\"\n")
        let process = try daemon.start([:], ["--privacy", policy])
        defer { process.signal(SIGKILL) }
        try await daemon.waitForSuccess(of: "customers", times: 1, process)
        let topic = "\(fixture.prefix).stripe.simulated.customers"
        let first = try await values(topic)
        #expect(first.count == 10)
        #expect(first.values.allSatisfy { $0["email"]?.text?.hasPrefix("***") ?? true })

        _ = try fixture.write("privacy.yaml", "kinds: {email: mask, name: }\n")
        try #require(
            await process.errorLine(holding: "privacy.yaml:1:", times: 1, atMost: 60) != nil,
            "\(process.standardError.suffix(2000))"
        )
        try await fixture.change(creates: 5, updates: 5, deletes: 0, streams: ["customers"])
        try await fixture.advance(3600)
        let failures = process.standardError.components(separatedBy: "privacy.yaml:1:").count - 1
        try #require(
            await process.errorLine(holding: "privacy.yaml:1:", times: failures + 3, atMost: 60) != nil
        )
        #expect(try await values(topic) == first, "nothing is published unprotected, and nothing at all")

        let before = daemon.successes(of: "customers", process)
        _ = try fixture.write("privacy.yaml", "kinds: {email: mask, name: mask}\n")
        try await daemon.waitForSuccess(of: "customers", times: before + 1, process)
        let last = try await values(topic)
        #expect(last.count > first.count)
        #expect(last.values.allSatisfy { $0["email"]?.text?.hasPrefix("***") ?? true })
        #expect(last.values.allSatisfy { $0["name"]?.text.map { $0 == "***" || $0.isEmpty } ?? true })
    }

    @Test("files hold what is protected as well")
    func folder() async throws {
        let fixture = try await SyncFixture(records: 10)
        let policy = try fixture.write("privacy.yaml", "default: drop\nkinds: {email: mask}\n")
        let files = "\(fixture.folder)/files"
        let ended = try await fixture.end(
            of: fixture.start(["--stream", "customers", "--privacy", policy], into: files)
        )
        #expect(ended.code == 0, "\(ended.errors)")
        let text = try String(contentsOfFile: "\(files)/customers.jsonl", encoding: .utf8)
        #expect(text.contains(#""email":"***@example.com""#))
        #expect(
            !text.contains(#""name":"#) && !text.contains(#""phone":"#) && !text.contains(#""metadata":"#)
        )
    }
}
