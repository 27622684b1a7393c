import Core
import Events
import Extraction
import ExtractorKit
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// The schemas of entities: as they are published, and as the events are.
@Suite struct EntitySchemaTests {
    /// Written anew by `for e in docs/schemas/*; do n=$(basename $e .json); sluice schemas show entity $n > $e; done`.
    @Test(arguments: EntityModel.all.map(\.name))
    func theFileIsWhatTheCommandPrints(name: String) throws {
        let entity = try #require(EntityModel.named(name))
        let text = JSONLayout.text(EntitySchema(entity).document) + "\n"
        #expect(try Repository.text("docs/schemas/\(name).json") == text)
    }

    @Test func noFileIsOfNoEntity() {
        let names = EntityModel.all.map { "\($0.name).json" }
        #expect(Repository.names("docs/schemas") == names.sorted())
    }

    /// One account of each service, after it has changed.
    @Test(arguments: ShippedStream.extractors)
    func everyEventFits(extractor: String) async throws {
        let service = try #require(try SimulatedService(extractor, records: 60), "there is no simulator")
        let account = try AccountName(extractor: extractor, account: "acme")
        let destination = MemoryDestination(account)
        try await sync(service, account, destination)
        try service.change(20, 200, 12, nil)
        service.simulator.clock.advance(by: .seconds(600))
        try await sync(service, account, destination)

        var counts: [String: Int] = [:]
        let schemas = try Dictionary(
            uniqueKeysWithValues: EntityModel.all.map {
                ($0.name, try RecordSchema(EntitySchema($0).document.bytes()))
            }
        )
        for event in destination.events {
            guard let value = event.value else { continue }
            let name = try #require(try JSONValue.parse(Array(value.utf8))["entity"]?.text)
            let schema = try #require(schemas[name])
            let misfits = schema.misfits(in: Array(value.utf8))
            #expect(misfits.isEmpty, "\(event.key): \(misfits)")
            counts[name, default: 0] += 1
        }
        let definition = try self.definition(extractor)
        let mapped = Set(definition.streams.flatMap { $0.entities.map(\.entity.name) })
        #expect(Set(counts.keys) == mapped, "an entity of which there was no event is not tested")
    }

    /// What a reader of the schema alone would take for an entity, and is none.
    @Test(
        arguments: [
            (#""name":7"#, "name"), (#""email":true"#, "email"), (#""createdAt":"yesterday""#, "createdAt"),
            (#""createdAt":"2026-02-30""#, "createdAt"),
            (#""status":{"code":"x","value":"gone"}"#, "status.value"),
            (#""status":{"code":"x"}"#, "status.value"), (#""address":{"lines":"a"}"#, "address.lines"),
            (#""joinKeys":{"email":7}"#, "joinKeys.email"), (#""colour":"red""#, "colour"),
            (#""custom":[]"#, "custom"),
        ]
    )
    func whatIsNoEntityDoesNotFit(member: String, place: String) throws {
        let schema = try RecordSchema(EntitySchema(try #require(.named("Customer"))).document.bytes())
        let head =
            #"{"id":"a/b:c:1","entity":"Customer","source":{"system":"a","account":"b","stream":"c","key":"1"}"#
        #expect(schema.misfits(in: Array("\(head)}".utf8)) == [])
        #expect(schema.misfits(in: Array("\(head),\(member)}".utf8)).map(\.place) == [place])
    }

    // MARK: Runs

    private func definition(_ extractor: String) throws -> ExtractorDefinition {
        try ExtractorDefinition.load(folder: Repository.root.appending(path: "extractors/\(extractor)").path)
    }

    /// Reads all streams that become entities, and publishes those alone.
    private func sync(_ service: SimulatedService, _ account: AccountName, _ destination: MemoryDestination)
        async throws
    {
        let definition = try self.definition(account.extractor)
        let clock = service.simulator.clock
        let requester = try Requester(
            extractor: definition,
            settings: service.settings,
            transport: service.transport,
            clock: service.clock,
            wall: { clock.now }
        )
        let prefix = try TopicPrefix("retail")
        var plans: [StreamPlan] = []
        for stream in definition.streams where !stream.entities.isEmpty {
            let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
            var plan = StreamPlan(stream, of: definition, account: account, to: topic)
            let mapper = EntityMapper(
                stream.entities,
                currencies: definition.currencies,
                account: account,
                stream: stream.name,
                prefix: prefix
            )
            plan.outlet = StreamOutlet(mapper, .instead)
            plan.bookmark = try destination.bookmark(of: topic.stream)
            plans.append(plan)
        }
        let outcome = await SyncRun(
            account: account,
            streams: plans,
            requester: requester,
            destination: destination,
            wall: { clock.now },
            clock: service.clock,
            stop: StopSignal(),
            acceptsAbsence: true
        ).run()
        let failed = outcome.streams.compactMap { name, stream in stream.error.map { "\(name): \($0)" } }
        #expect(failed == [])
        #expect(outcome.error == nil)
    }
}
