import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// Entities beside their records, through a real broker.
@Suite("Entities in Kafka", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(15)))
struct SyncEntityTests {
    /// The last value of each key of a topic, deletes left out.
    private func view(_ topic: String) async throws -> [String: JSONValue] {
        var view: [String: JSONValue] = [:]
        for record in try await TestBroker.records(of: topic).joined() {
            view[String(decoding: record.key ?? [], as: UTF8.self)] = try record.value.map {
                try JSONValue.parse($0)
            }
        }
        return view
    }

    @Test(
        "join keys of the account's file hold from the next events on, and of all once it was read away and back"
    )
    func joinKeys() async throws {
        let fixture = try await SyncFixture("stripe", records: 30)
        let file = try String(contentsOfFile: "\(fixture.folder)/stripe.yaml", encoding: .utf8)
        let config = try fixture.write(
            "keys.yaml",
            file + "entities: {mode: beside, join_keys: {Customer: [email, phone, name]}}\n"
        )
        let topic = "\(fixture.prefix).entity.Customer"
        let words = ["--stream", "customers"]
        func keys() async throws -> [String: [String]] {
            try await view(topic).mapValues { $0["joinKeys"]?.members?.map(\.name) ?? [] }
        }
        let first = try await fixture.run(words + ["--entities", "beside"])
        #expect(first.code == 0, "\(first.errors)")
        #expect(try await keys().values.allSatisfy { $0 == ["email"] })

        // Nothing is refused, and nothing is published again.
        let changed = try await fixture.control(
            "put",
            ["stream": "customers", "members": ["name": "Zoë", "phone": "+49 (30) 1"]]
        )
        let id = try #require(changed["id"]?.text)
        try await fixture.advance(600)
        let second = try await fixture.run(words, config: config)
        #expect(second.code == 0, "\(second.errors)")
        let entity = try #require(try await view(topic)["stripe/simulated:customers:\(id)"])
        #expect(entity["joinKeys"]?["phone"]?.text == "+49301")
        #expect(entity["joinKeys"]?["name"]?.text == "Zoë")
        #expect(try await keys().values.count { $0 == ["email"] } == 30)

        // All again: away from the topic and back.
        for words in [words + ["--entities", "none", "--resync"], words + ["--resync"]] {
            let end = try await fixture.run(words, config: config)
            #expect(end.code == 0, "\(end.errors)")
        }
        #expect(try await keys().values.allSatisfy { $0.contains("name") })

        let wrong = try fixture.write(
            "wrong.yaml",
            file + "entities: {mode: beside, join_keys: {Customer: [emial]}}\n"
        )
        let refused = try await fixture.run(words, config: wrong)
        #expect(refused.code == 2)
        #expect(
            refused.errors.contains("Customer of stripe has no join key and no field emial; did you mean")
        )
        #expect(refused.errors.contains("wrong.yaml:"))
    }

    @Test(
        "I1: killed at each named point, an entity stands beside each record, once, and none without",
        arguments: CrashPoint.publishing
    )
    func kills(_ point: CrashPoint) async throws {
        let fixture = try await SyncFixture("stripe", records: 150)
        let words = [
            "--stream", "customers", "--stream", "charges", "--stream", "refunds", "--entities", "beside",
        ]
        for hit in 1...3 {
            let killed = try fixture.start(
                words,
                environment: ["SLUICE_CRASH_AT": "\(point.rawValue):\(hit)"]
            )
            #expect(await killed.waitForEnd(atMost: 120))
            #expect(killed.exitCode == 128 + SIGKILL, "\(killed.standardError)")
        }
        let end = try await fixture.run(words)
        #expect(end.code == 0, "\(end.errors)")
        try await fixture.change(creates: 3, updates: 5, deletes: 4, streams: ["customers"])
        // Events come into their list late.
        try await fixture.advance(600)
        let second = try await fixture.run(words)
        #expect(second.code == 0, "\(second.errors)")

        let pairs = [("customers", "Customer"), ("charges", "Payment"), ("refunds", "Refund")]
        for (stream, entity) in pairs {
            let truth = try await fixture.truth(stream)
            let entities = try await view("\(fixture.prefix).entity.\(entity)")
            #expect(
                Set(entities.keys) == Set(truth.keys.map { "stripe/simulated:\(stream):\($0)" }),
                "\(entity)"
            )
            let raw = try await view("\(fixture.prefix).stripe.simulated.\(stream)")
            for (key, record) in raw {
                let made = entities["stripe/simulated:\(stream):\(key)"]
                #expect(made?["source"]?["key"]?.text == key)
                if entity == "Customer" { #expect(made?["name"]?.text == record["name"]?.text) }
            }
        }
        let topics = pairs.flatMap {
            ["\(fixture.prefix).stripe.simulated.\($0.0)", "\(fixture.prefix).entity.\($0.1)"]
        }
        var published = try PublishedTopics(topics)
        try await published.readOn()
        await published.close()
        #expect(published.tornTransactions == [])
        for (stream, entity) in pairs {
            let raw = published.keys("\(fixture.prefix).stripe.simulated.\(stream)").count
            #expect(published.keys("\(fixture.prefix).entity.\(entity)").count == raw)
        }
        // What was not asked for before is not there of the time before: that is told, and not passed over.
        let without = try await fixture.run(Array(words.dropLast(2)))
        #expect(without.code == 2)
        #expect(without.errors.contains("state.other_definition"))
        #expect(without.errors.contains("--resync"))
    }
}
