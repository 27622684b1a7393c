import Core
import Extraction
import ExtractorKit
import Foundation
import JSON
import Simulators
import Testing

/// What was recorded of every stream that ships gives what it gave.
///
/// `SLUICE_RECORD=1` records them anew from the simulators, or with the name of a stream that one: after a definition or
/// a simulator has changed, and for a new stream.
@Suite(.serialized) struct FixtureTests {
    private static let wanted = ProcessInfo.processInfo.environment["SLUICE_RECORD"]
    private static let recorded = ShippedStream.all.filter {
        wanted == "1" || wanted == $0.stream || wanted == "\($0.extractor)/\($0.stream)"
    }

    /// Comes before the replay, which then looks at what was written.
    @Test(.enabled(if: !recorded.isEmpty, "SLUICE_RECORD=1 records the fixtures anew"), arguments: recorded)
    func records(_ shipped: ShippedStream) async throws {
        // As short as it can be: some records are seldom there.
        for records in [3, 5, 8, 12, 48] {
            let (fixture, result) = try await record(shipped, records: records)
            guard let result, result.events > 0 || records == 48 else { continue }
            #expect(result.differences == [])
            try fixture.write(to: Fixture.path(of: shipped.stream, folder: shipped.folder))
            return
        }
    }

    private func record(_ shipped: ShippedStream, records: Int) async throws -> (
        Fixture, FixtureTest.Result?
    ) {
        let service = try #require(try SimulatedService(shipped.extractor, seed: 11, records: records))
        let recorder = FixtureRecorder(
            try shipped.definition(),
            stream: shipped.stream,
            settings: service.settings,
            secrets: service.settings.filter { $0.key != "base_url" }.compactMap(\.value.text)
        )
        let transport = ShortLists(base: service.transport)
        var fixture = Fixture(pageSize: 2)
        var result: FixtureTest.Result?
        for run in 0..<2 {
            if run > 0 {
                // A change of each kind where there are any, and what is looked for once a day.
                let stream = try shipped.definition().stream(named: shipped.stream)
                service.simulator.clock.advance(by: .seconds(stream.follow == nil ? 25 * 3600 : 1200))
                let changed = stream.parent?.name ?? stream.name
                if service.changing.contains(changed) {
                    do {
                        try service.change(1, 2, 1, [changed])
                    } catch {
                        // What is never deleted.
                        try service.change(1, 2, 0, [changed])
                    }
                }
                service.simulator.clock.advance(by: .seconds(600))
                try service.simulator.faultPlan.change(["rate_limit": ["next": 1]])
            }
            (fixture, result) = try await recorder.record(
                into: fixture,
                at: service.now,
                limit: nil,
                transport: transport,
                clock: service.clock
            )
        }
        return (fixture, result)
    }

    @Test(arguments: ShippedStream.all)
    func replays(_ shipped: ShippedStream) async throws {
        let fixture = try #require(try Fixture.load(shipped.stream, folder: shipped.folder))
        let test = FixtureTest(
            try shipped.definition(),
            stream: shipped.stream,
            schema: try shipped.schema()
        )
        let result = try await test.run(fixture)
        #expect(result.differences == [])
        #expect(result.fields.undeclared.map(\.path) == [])
        #expect(result.events > 0 && result.requests > 0)
        let text = try Repository.text("extractors/\(shipped.extractor)/fixtures/\(shipped.stream).json")
        #expect(fixture.text == text, "not as it is written: record it anew")
        for secret in ["sk_test", "zd_simulated", "pat-na1", "Bearer"] { #expect(!text.contains(secret)) }
        #expect(text.utf8.count < 100_000)
    }
}

/// An account with a few properties and owners: all of them would make the fixtures long.
private struct ShortLists: HTTPTransport {
    let base: any HTTPTransport

    private static let kept: Set = [
        "hs_object_id", "createdate", "hs_createdate", "lastmodifieddate", "hs_lastmodifieddate",
        "hs_merged_object_ids", "email", "name", "amount", "subject",
    ]

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        var response = try await base.perform(request)
        guard response.status == 200, var body = try? JSONValue.parse(response.body).members else {
            return response
        }
        if request.address.contains("/crm/v3/properties/"),
            let index = body.firstIndex(where: { $0.name == "results" })
        {
            let results = body[index].value.elements ?? []
            body[index].value = .array(results.filter { Self.kept.contains($0["name"]?.text ?? "") })
        } else if request.address.contains("/crm/v3/owners"), request.address.contains("after=") {
            body.removeAll { $0.name == "paging" }
        } else {
            return response
        }
        response.body = JSONValue.object(body).bytes()
        return response
    }
}
