import Core
import Extraction
import Testing

@testable import Runs

/// What a report says of families and of streams that could not be read after all, in the definition's order.
@Suite struct FoundStreamsTests {
    private static func streams(_ names: String...) throws -> [StreamDefinition] {
        let yaml = """
            extractor: fake
            base_url: http://127.0.0.1:1
            defaults: {records: data, key: id, paging: single_page, progress: full}
            streams:
            """
        let lines = names.map { "\n  \($0): {get: /\($0)}" }.joined()
        return try ExtractorDefinition.decode(Array((yaml + lines).utf8), file: "fake.yaml").streams
    }

    private static func outcome(_ streams: [StreamDefinition]) -> RunOutcome {
        RunOutcome(
            streams: streams.map { ($0.name, StreamOutcome(status: .success)) },
            transactions: 0,
            duration: .zero
        )
    }

    @Test func rowsOfAbsentOnesStandWhereTheDefinitionHasThem() throws {
        let all = try Self.streams("a", "b", "c")
        var found = FoundStreams()
        found.append(absent: "first", StreamOutcome(status: .unavailable))
        found.append(all[0])
        found.append(absent: "second", StreamOutcome(status: .failed))
        found.append(absent: "third", StreamOutcome(status: .failed))
        found.append([all[1], all[2]], requests: 4)
        found.append(absent: "last", StreamOutcome(status: .success))
        found.fail(all[1], RunError(.unexpected, "another object"))
        #expect(found.streams.map(\.name) == ["a", "c"])
        var outcome = Self.outcome(found.streams)
        outcome.add(found)
        #expect(outcome.streams.map(\.name) == ["first", "a", "second", "third", "b", "c", "last"])
        #expect(outcome.streams[4].outcome.status == .failed)
        #expect(outcome.streams[4].outcome.error?.message == "another object")
        #expect(outcome.familyRequests == 4)
        #expect(outcome.exitCode == ExitCode.partial.rawValue)
    }

    @Test(arguments: [0, 1, 2])
    func eachMayFailAndStaysInItsPlace(place: Int) throws {
        let all = try Self.streams("a", "b", "c")
        var found = FoundStreams()
        found.append(all, requests: 1)
        found.fail(all[place], RunError(.unexpected, "another object"))
        var outcome = Self.outcome(found.streams)
        outcome.add(found)
        #expect(outcome.streams.map(\.name) == ["a", "b", "c"])
        #expect(outcome.streams.map(\.outcome.status).firstIndex(of: .failed) == place)
    }

    @Test func allMayFail() throws {
        let all = try Self.streams("a", "b", "c")
        var found = FoundStreams()
        found.append(all, requests: 1)
        for stream in [all[1], all[0], all[2]] { found.fail(stream, RunError(.unexpected, "x")) }
        var outcome = Self.outcome([])
        outcome.add(found)
        #expect(outcome.streams.map(\.name) == ["a", "b", "c"])
    }
}
