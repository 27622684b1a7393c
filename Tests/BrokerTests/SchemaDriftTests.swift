import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// Records with a field that their schema does not know: told once, in the transaction of their page, to whoever reads Kafka.
@Suite(
    "Records that are not as their schema says",
    .enabled(if: TestBroker.isAvailable),
    .timeLimit(.minutes(10))
)
struct SchemaDriftTests {
    /// The extractor of Stripe, without `email` among the fields of a customer.
    private static func extractor(_ fixture: SyncFixture) throws -> (folder: String, schema: String) {
        let folder = "\(fixture.folder)/extractors"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: "\(SluiceProcess.packageRoot)/extractors/stripe",
            toPath: "\(folder)/stripe"
        )
        return (folder, "\(folder)/stripe/schemas/customers.json")
    }

    private static func forget(_ field: String, in path: String) throws {
        let schema = try JSONValue.parse(Array(Data(contentsOf: URL(fileURLWithPath: path))))
        let members = (schema.members ?? []).map { member -> JSONValue.Member in
            guard member.name == "properties" else { return member }
            return .init(
                name: member.name,
                value: .object((member.value.members ?? []).filter { $0.name != field })
            )
        }
        try Data(JSONValue.object(members).bytes()).write(to: URL(fileURLWithPath: path))
    }

    /// The committed records of the topic of schemas, in order.
    private static func told(_ fixture: SyncFixture) async throws -> [(key: String, value: JSONValue?)] {
        let reader = try TopicReader(settings: TestBroker.settings)
        return try await closing(reader, by: { await $0.close() }) { reader in
            let topic = "\(fixture.prefix).sluice.schemas"
            let ends = try await reader.endOffsets(topic: topic)
            #expect(ends.count == 1)
            var records: [(key: String, value: JSONValue?)] = []
            _ = try await reader.read(
                topic: topic,
                partition: 0,
                committed: true,
                from: 0,
                upTo: ends[0],
                deadline: .seconds(20)
            ) { record in
                let key = String(decoding: record.key ?? [], as: UTF8.self)
                let value = record.value.flatMap { try? JSONValue.parse($0) }
                records.append((key, value))
            }
            return records
        }
    }

    private static func diff(_ fixture: SyncFixture, _ folder: String) async throws -> JSONValue {
        let process = try SluiceProcess([
            "schemas", "diff", "--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix,
            "--extractors", folder, "--output", "json",
        ])
        let ended = try await fixture.end(of: process)
        #expect(ended.code == 0, "\(ended.errors)")
        return ended.summary
    }

    @Test func toldOnceAndOverWhenTheSchemaSaysSo() async throws {
        let fixture = try await SyncFixture(records: 40)
        let (folder, schema) = try Self.extractor(fixture)
        let whole = try Data(contentsOf: URL(fileURLWithPath: schema))
        try Self.forget("email", in: schema)
        let words = ["--extractors", folder, "--stream", "customers"]
        let first = try await fixture.run(words)
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.errors.contains("email ("))
        let drift = first.summary["streams"]?["customers"]?["schema_drift"]?[0]
        #expect(drift?["path"]?.text == "email" && drift?["kind"]?.text == "new_field")
        let key = #"["stripe/simulated","customers","email","new_field"]"#
        let told = try await Self.told(fixture)
        #expect(told.map(\.key) == [key])
        #expect(told.first?.value?["type"]?.text == "sluice.schema.new_field")
        #expect(told.first?.value?["source"]?.text == "/stripe/simulated/customers")
        let known = try await Self.diff(fixture, folder)["stripe/simulated"]?["customers"]
        #expect(known?["drift"]?[0]?["path"]?.text == "email" && known?["outdated"]?.bool == false)
        // Read again, whole: it is known.
        let second = try await fixture.run(words + ["--resync"])
        #expect(second.code == 0 && second.errors.contains("email ("))
        #expect(try await Self.told(fixture).count == 1)
        // The schema says so too.
        try whole.write(to: URL(fileURLWithPath: schema))
        #expect(
            try await Self.diff(fixture, folder)["stripe/simulated"]?["customers"]?["outdated"]?.bool == true
        )
        let third = try await fixture.run(words)
        #expect(third.code == 0 && !third.errors.contains("is not in the schema"), "\(third.errors)")
        let last = try await Self.told(fixture)
        #expect(last.map(\.key) == [key, key] && last[1].value == nil)
        #expect(
            try await Self.diff(fixture, folder)["stripe/simulated"]?["customers"]?["drift"] == .array([])
        )
    }

    @Test func whatStopsIsNotPublished() async throws {
        let fixture = try await SyncFixture(records: 40)
        let (folder, schema) = try Self.extractor(fixture)
        try Self.forget("email", in: schema)
        let definition = "\(folder)/stripe/extractor.yaml"
        var yaml = try String(contentsOfFile: definition, encoding: .utf8)
        yaml = yaml.replacing("\ndefaults:\n", with: "\ndefaults:\n  on_drift: stop\n")
        try #require(yaml.contains("on_drift: stop"))
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: definition))
        let words = ["--extractors", folder, "--stream", "customers"]
        let stopped = try await fixture.run(words)
        #expect(stopped.code == 1, "\(stopped.errors)")
        let error = stopped.summary["streams"]?["customers"]?["error"]
        #expect(error?["code"]?.text == "run.schema_drift")
        #expect(stopped.summary["records"]?.int == 0)
        #expect(try await Self.told(fixture).count == 1)
        yaml = yaml.replacing("on_drift: stop", with: "on_drift: evolve")
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: definition))
        let went = try await fixture.run(words)
        #expect(went.code == 0 && went.summary["records"]?.int == 40, "\(went.errors)")
        #expect(!went.errors.contains("is not in the schema"))
        #expect(try await Self.told(fixture).count == 1)
    }
}
