import Core
import Extraction
import ExtractorKit
import Foundation
import JSON
import Synchronization
import Testing

/// The examples read what their services are documented to answer: `examples/NAME/fixtures/STREAM.json`.
@Suite struct ExampleTests {
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var stream: String
        var settings: [String: JSONValue]
        var credential: (name: String, value: String)
        var keys: [String]
        var testDescription: String { "\(name) \(stream)" }
    }

    private static let github: [String: JSONValue] = ["token": "github_pat_x1", "repository": "acme/shop"]
    private static let bearer = (name: "Authorization", value: "Bearer github_pat_x1")

    static let examples = [
        Example(
            name: "github",
            stream: "issues",
            settings: github,
            credential: bearer,
            keys: ["2147483648001", "2147483648002", "2147483648003"]
        ),
        Example(
            name: "github",
            stream: "comments",
            settings: github,
            credential: bearer,
            keys: ["9001", "9002"]
        ),
        Example(
            name: "shopify",
            stream: "orders",
            settings: ["shop": "acme", "access_token": "shpat_x1"],
            credential: (name: "X-Shopify-Access-Token", value: "shpat_x1"),
            keys: ["450789469", "450789470", "450789471"]
        ),
    ]

    /// Those that are extractors.
    static let names = Repository.names("examples").filter {
        (try? Repository.bytes("examples/\($0)/extractor.yaml")) != nil
    }

    private static func check(_ name: String) throws -> DefinitionCheck {
        let file = "examples/\(name)/extractor.yaml"
        return DefinitionCheck(
            try Repository.bytes(file),
            at: DefinitionPlace(file: file, folderName: name)
        )
    }

    @Test(arguments: names)
    func itIsShortAndSound(name: String) throws {
        let check = try Self.check(name)
        #expect(check.errors == 0, "\(check.findings)")
        #expect(check.lines.count <= 40)
        #expect(check.lines.first == "# yaml-language-server: $schema=../../extractors/extractor.schema.json")
        #expect(try SchemaCheck.problems(ofYAML: check.lines.joined(separator: "\n")) == [])
        // The one list that is read once says so itself.
        #expect(
            check.findings.allSatisfy { ["read_once", "no_lost"].contains($0.rule) },
            "\(check.findings)"
        )
        #expect(
            check.definition.map { Set($0.streams.map(\.name)) }
                == Set(Self.examples.filter { $0.name == name }.map(\.stream))
        )
    }

    @Test(arguments: examples)
    func itReadsTheRecordedPages(_ example: Example) async throws {
        let definition = try #require(try Self.check(example.name).definition)
        let folder = Repository.root.appending(path: "examples/\(example.name)").path
        let fixture = try #require(try Fixture.load(example.stream, folder: folder))
        #expect(fixture.runs.flatMap(\.events).map(\.key) == example.keys)
        let test = FixtureTest(definition, stream: example.stream, schema: nil)
        #expect(try await test.run(fixture).differences == [])
        let file = try Repository.text("examples/\(example.name)/fixtures/\(example.stream).json")
        #expect(fixture.text == file)
    }

    @Test(arguments: examples)
    func itProvesWhoAsks(_ example: Example) async throws {
        let definition = try #require(try Self.check(example.name).definition)
        let refusing = RefusingAPI()
        let trace = RequestTrace(refusing, hide: { $0 }, elapsed: { .zero })
        let now = Instant(seconds: 1_772_625_600)  // 2026-03-04T12:00:00Z
        let requester = try Requester(
            extractor: definition,
            settings: example.settings,
            transport: trace,
            clock: .passing,
            wall: { now }
        )
        _ = try await StreamSample.read(
            try definition.stream(named: example.stream),
            requester: requester,
            limit: 1,
            now: now,
            trace: trace
        )
        #expect(
            refusing.headers.contains {
                $0.name == example.credential.name && $0.value == example.credential.value
            }
        )
    }
}

/// Has nothing, and keeps the headers that it was asked with.
private final class RefusingAPI: HTTPTransport {
    private let log = Mutex<[(name: String, value: String)]>([])

    var headers: [(name: String, value: String)] { log.withLock { $0 } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        log.withLock { $0 += request.headers }
        return HTTPResponse(status: 404, headers: [], body: Array(#"{"message":"Not Found"}"#.utf8))
    }
}
