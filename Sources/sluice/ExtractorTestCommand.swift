import CommandLine
import Core
import Events
import Extraction
import ExtractorKit
import JSON
import Runs
import Telemetry

/// `sluice extractor test`: replays what was recorded of an extractor's streams, without a network.
struct ExtractorTestCommand {
    private enum Verdict {
        case replayed(FixtureTest.Result)
        case noFixture
        case unreadable(any SluiceError)
    }

    let program: Program
    let command: ParsedCommand

    func run() async throws -> Int32 {
        let word = command.value("extractor") ?? ""
        let place = try DefinitionPlace.find(word, locator: program.locator(command))
        let check = try DefinitionCheck.read(place)
        let definition = try check.usable()
        guard let folder = place.folder else {
            throw FixtureError(
                .none,
                "\(place.file) lies in no extractor's folder, where fixtures/ would be; name a folder with extractor.yaml"
            )
        }
        let named = command.values("stream")
        let streams =
            try named.isEmpty
            ? definition.streams : named.map { try definition.stream(named: $0) }
        var verdicts: [(stream: String, verdict: Verdict)] = []
        for stream in streams {
            let schema = check.folder?.schemas.schemas[stream.name]
            verdicts.append((stream.name, try await verdict(definition, stream.name, folder, schema)))
        }
        if command.value("output") == "json" {
            let json: JSONValue = [
                "extractor": .string(definition.name),
                "passed": .bool(passed(verdicts, named: !named.isEmpty)),
                "streams": .array(verdicts.map { Self.json($0.stream, $0.verdict) }),
            ]
            program.print(json.compactText + "\n")
        } else {
            program.print(text(definition.name, verdicts))
        }
        return (passed(verdicts, named: !named.isEmpty) ? ExitCode.success : .failed).rawValue
    }

    private func verdict(
        _ definition: ExtractorDefinition,
        _ stream: String,
        _ folder: String,
        _ schema: RecordSchema?
    ) async throws -> Verdict {
        do {
            guard let fixture = try Fixture.load(stream, folder: folder) else { return .noFixture }
            let test = FixtureTest(definition, stream: stream, schema: schema)
            return .replayed(try await test.run(fixture))
        } catch let error as any SluiceError {
            return .unreadable(error)
        }
    }

    /// A stream without a fixture fails where it was named: whoever names it means it to be tested.
    private func passed(_ verdicts: [(stream: String, verdict: Verdict)], named: Bool) -> Bool {
        let isEmpty = verdicts.allSatisfy { if case .noFixture = $0.verdict { true } else { false } }
        return !isEmpty
            && verdicts.allSatisfy { _, verdict in
                switch verdict {
                case .replayed(let result): result.differences.isEmpty
                case .noFixture: !named
                case .unreadable: false
                }
            }
    }

    private func text(_ extractor: String, _ verdicts: [(stream: String, verdict: Verdict)]) -> String {
        var text = ""
        var counts = (passed: 0, failed: 0, absent: 0)
        for (stream, verdict) in verdicts {
            switch verdict {
            case .replayed(let result) where result.differences.isEmpty:
                counts.passed += 1
                text += "\(stream): passed, \(result.requests) requests, \(result.events) events\n"
            case .replayed(let result):
                counts.failed += 1
                text += "\(stream): differs\n"
                text += result.differences.map { "  \(TerminalText.clean($0))\n" }.joined()
            case .unreadable(let error):
                counts.failed += 1
                text += "\(stream): cannot be replayed\n  \(TerminalText.clean("\(error)"))\n"
            case .noFixture:
                counts.absent += 1
                text += "\(stream): no fixture; sluice extractor record \(extractor) \(stream) makes one\n"
            }
        }
        return text
            + "\(extractor): \(counts.passed) passed, \(counts.failed) failed, \(counts.absent) without a fixture\n"
    }

    private static func json(_ stream: String, _ verdict: Verdict) -> JSONValue {
        switch verdict {
        case .replayed(let result):
            [
                "stream": .string(stream),
                "result": .string(result.differences.isEmpty ? "passed" : "differs"),
                "requests": .number(result.requests), "events": .number(result.events),
                "differences": .array(result.differences.map { .string($0) }),
            ]
        case .noFixture:
            [
                "stream": .string(stream), "result": "no_fixture", "requests": 0, "events": 0,
                "differences": [],
            ]
        case .unreadable(let error):
            [
                "stream": .string(stream), "result": "unreadable", "requests": 0, "events": 0,
                "differences": [.string("\(error)")],
            ]
        }
    }
}
