import Core
import Events
import Extraction
import ExtractorKit
import Foundation
import JSON
import Runs
import Simulators
import Testing

/// The schemas of the extractors that ship: there, as the vendors describe their records, and as these are.
@Suite struct StreamSchemaTests {
    /// Streams whose records no vendor describes.
    private static let undescribed: Set<String> = [
        "zendesk ticket_events", "zendesk schedules", "zendesk side_conversations",
    ]

    /// What records never have although the vendor's description does, by stream or by extractor.
    private static let dropped: [String: Set<String>] = [
        // Sent by a client and never answered.
        "zendesk tickets": ["comment"],
        // Asked for by name only; sluice does not.
        "hubspot": ["propertiesWithHistory"],
    ]

    /// What recorded answers have although the vendor's description does not.
    private static let added: [String: Set<String>] = [
        // Beside each ticket, as the extractor asks for it.
        "zendesk tickets": ["metric_set"],
        "zendesk organizations": ["deleted_at"],
        "zendesk ticket_fields": ["key"],
    ]

    @Test(arguments: ShippedStream.all)
    func everyStreamHasASchemaAndAFixture(_ shipped: ShippedStream) throws {
        let folder = FolderContents(shipped.folder)
        let advice = "see \"Schemas and fixtures\" in docs/extractors.md"
        #expect(folder.schemas.problems.isEmpty)
        #expect(
            folder.schemas.names.contains(shipped.stream),
            "write extractors/\(shipped.extractor)/schemas/\(shipped.stream).json: \(advice)"
        )
        #expect(
            folder.fixtures.contains(shipped.stream),
            "run SLUICE_RECORD=1 swift test --filter FixtureTests for \(shipped.stream): \(advice)"
        )
    }

    @Test(arguments: ShippedStream.extractors)
    func noneIsOfNoStream(extractor: String) throws {
        let file = "\(Repository.root.path)/extractors/\(extractor)/extractor.yaml"
        let check = try DefinitionCheck.read(DefinitionPlace(file: file, folderName: extractor))
        #expect(check.findings.filter { $0.rule?.hasPrefix("unused_") == true } == [])
    }

    /// A key is there and never null; of anything else nobody knows.
    @Test(arguments: ShippedStream.all)
    func theKeyAloneIsNeeded(_ shipped: ShippedStream) throws {
        let stream = try shipped.definition().stream(named: shipped.stream)
        let schema = try shipped.schema().document
        #expect(schema["title"]?.text == "\(shipped.extractor) \(shipped.stream)")
        let keys = stream.key.compactMap(\.first)
        #expect(schema["required"]?.elements?.compactMap(\.text) == keys)
        for member in schema["properties"]?.members ?? [] {
            var node = member.value
            if let name = node["$ref"]?.text?.split(separator: "/").last {
                node = schema["$defs"]?[String(name)] ?? .null
            }
            let types = node["type"].map { $0.elements ?? [$0] }?.compactMap(\.text)
            let isKey = keys.contains(member.name)
            #expect(types.map { $0.contains("null") != isKey } ?? !isKey, "\(member.name)")
            #expect(node["enum"] == nil && node["const"] == nil, "\(member.name): vendors add values")
        }
        if let version = stream.version {
            var node: JSONValue? = schema
            for name in version.path { node = node?["properties"]?[name] }
            #expect(node != nil, "the version \(version.path) is not in the schema")
        }
    }

    @Test(
        .enabled(if: VendorObject.isThere, "the vendors' descriptions are not here: set SLUICE_SPECS"),
        arguments: ShippedStream.all
    )
    func agreesWithTheVendor(_ shipped: ShippedStream) throws {
        let stream = try shipped.definition().stream(named: shipped.stream)
        let name = "\(shipped.extractor) \(shipped.stream)"
        guard let object = try VendorObject(shipped, stream) else {
            #expect(Self.undescribed.contains(name), "no vendor describes it: say so here")
            return
        }
        #expect(!Self.undescribed.contains(name))
        let dropped = (Self.dropped[name] ?? []).union(Self.dropped[shipped.extractor] ?? [])
        let differences = object.differences(
            try shipped.schema().document,
            without: dropped,
            // What the extractor adds itself is in no answer.
            beyond: (Self.added[name] ?? []).union(stream.adds.map(\.name))
        )
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    /// One account for all streams of an extractor, after it has changed.
    @Test(arguments: ShippedStream.extractors)
    func everyRecordFits(extractor: String) async throws {
        let service = try #require(try SimulatedService(extractor, records: 60), "there is no simulator")
        try service.change(20, 200, 12, nil)
        let clock = service.simulator.clock
        clock.advance(by: .seconds(600))
        for shipped in ShippedStream.all where shipped.extractor == extractor {
            let definition = try shipped.definition()
            let trace = RequestTrace(service.transport, hide: { $0 }, elapsed: { .zero })
            let requester = try Requester(
                extractor: definition,
                settings: service.settings,
                transport: trace,
                clock: service.clock,
                wall: { clock.now }
            )
            let stream = try definition.stream(named: shipped.stream)
            let streams =
                stream.isFamily ? try await FamilyReader(stream, requester: requester).read() : [stream]
            let sample = try await StreamSample.read(
                try #require(streams.first),
                requester: requester,
                limit: 200,
                now: service.now,
                trace: trace
            )
            #expect(sample.failure == nil, "\(shipped.stream): \(String(describing: sample.failure))")
            #expect(!sample.records.isEmpty, "\(shipped.stream)")
            let schema = try shipped.schema()
            var fields = SchemaFields()
            for record in sample.records { fields.add(schema.misfits(in: record)) }
            #expect(fields.misfits.map(\.description) == [], "\(shipped.stream)")
            #expect(fields.undeclared.map(\.path) == [], "\(shipped.stream)")
        }
    }
}
