import Core
import JSON
import Testing

@testable import Extraction

@Suite struct ObjectReaderTests {
    private func look(
        _ script: [ScriptedTransport.Step],
        object: String = "o1",
        stream: String = "orders",
        errors: String? = nil
    ) async throws -> (ObjectLook, [String]) {
        let yaml = errors.map {
            FeedBench.yaml.replacing(
                "errors: {message: error.message, code: error.code}",
                with: "errors: \($0)"
            )
        }
        let bench = try FeedBench.bench(script, yaml: yaml ?? FeedBench.yaml)
        let reader = ObjectReader(
            stream: try bench.definition.stream(named: stream),
            requester: bench.requester
        )
        return (try await reader.look(Array(object.utf8)), bench.transport.addresses)
    }

    @Test func recordIsTheAnswerItself() async throws {
        let (look, addresses) = try await look([
            .status(500),
            .page(" { \"n\" : 1.0, \"id\" : \"o1\" } ", [("Date", "Thu, 09 Oct 2025 08:53:10 GMT")]),
        ])
        guard case .records(let pages) = look.found else {
            Issue.record("the object is there")
            return
        }
        #expect(pages.map(\.recordTexts) == [[#"{"n":1.0,"id":"o1"}"#]])
        #expect(look.requests == 2)
        #expect(look.times.asked == Instant(seconds: 1_759_999_990))
        #expect(addresses.last == "https://api.example.com/orders/o1")
    }

    @Test(arguments: [("a/b?c#d", "a%2Fb%3Fc%23d"), ("é", "%C3%A9"), ("..a", "..a")])
    func objectIsOneSegmentOfThePath(object: String, segment: String) async throws {
        let (_, addresses) = try await look([.page("{\"id\":\"\(object)\"}")], object: object)
        #expect(addresses == ["https://api.example.com/orders/\(segment)"])
    }

    @Test(arguments: ["", ".", ".."])
    func nothingElseIsAskedFor(object: String) async throws {
        let error = await #expect(throws: ExtractionError.self) { try await look([], object: object) }
        #expect(error?.codeText == "extraction.bad_page")
    }

    @Test(
        arguments: [
            .status(404, #"{"error":{"code":"resource_missing"}}"#), .status(410, #"{"error":{"code":"x"}}"#),
            .page(#"{"id":"o1","deleted":true}"#),
        ] as [ScriptedTransport.Step]
    )
    func goneIsSaidByStatusOrRecord(step: ScriptedTransport.Step) async throws {
        let (look, _) = try await look([step])
        guard case .gone = look.found else {
            Issue.record("the object is gone")
            return
        }
        #expect(look.times.asked == Bench.start)
    }

    @Test(arguments: [#"{"id":"o1","deleted":false}"#, #"{"id":"o1","deleted":null}"#])
    func recordThatSaysOtherwiseIsThere(body: String) async throws {
        let (look, _) = try await look([.page(body)])
        guard case .records = look.found else {
            Issue.record("the object is there")
            return
        }
    }

    @Test(
        arguments: [
            // A proxy's 404 deletes nothing.
            ([.status(404, "<html>")], "extraction.status", Recovery.failStream),
            ([.status(403, #"{"error":{"code":"x"}}"#)], "extraction.unavailable", .streamUnavailable),
            (Array(repeating: .status(500), count: 5), "extraction.gave_up", .failStream),
            ([.page(#"{"id":"o2"}"#)], "extraction.bad_page", .failStream),
            ([.page(#"{"n":1}"#)], "extraction.missing_key", .failStream),
            ([.page(#"{"data":[{"id":"o1"}]}"#)], "extraction.missing_key", .failStream),
            ([.page(#"[{"id":"o1"}]"#)], "extraction.bad_page", .failStream),
            ([.page(#"{"id":"o1""#)], "extraction.bad_page", .failStream),
        ] as [([ScriptedTransport.Step], String, Recovery)]
    )
    func otherAnswersFailTheStream(
        script: [ScriptedTransport.Step],
        code: String,
        recovery: Recovery
    ) async throws {
        let error = await #expect(throws: ExtractionError.self) { try await look(script) }
        #expect(error?.codeText == code)
        #expect(error?.recovery == recovery)
        #expect(error?.stream == "orders")
        #expect(error?.message.contains("object o1") == true, "\(error?.message ?? "")")
    }

    /// A wrong path's answer: the feed must say so too.
    @Test func anErrorWithoutItsCodeIsDoubted() async throws {
        let (look, _) = try await look([.status(404, #"{"error":{"message":"Unrecognized URL"}}"#)])
        guard case .gone = look.found else {
            Issue.record("the object is gone")
            return
        }
        #expect(look.doubt?.codeText == "extraction.status")
    }

    @Test func childStreamGivesAllPagesOfItsParent() async throws {
        let (look, addresses) = try await look(
            [.page(.list(["l1", "l2"], more: true)), .page(.list(["l3"], more: false))],
            stream: "lines"
        )
        guard case .records(let pages) = look.found else {
            Issue.record("the parent is there")
            return
        }
        #expect(pages.map(\.page.records.count) == [2, 1])
        #expect(look.requests == 2)
        #expect(
            addresses == [
                "https://api.example.com/orders/o1/lines",
                "https://api.example.com/orders/o1/lines?starting_after=l2",
            ]
        )
    }

    @Test func childrenOfAGoneParentAreGone() async throws {
        let gone = ScriptedTransport.Step.status(404, #"{"error":{"code":"resource_missing"}}"#)
        for script: [ScriptedTransport.Step] in [[gone], [.page(.list(["l1"], more: true)), gone]] {
            let (look, _) = try await look(script, stream: "lines")
            guard case .gone = look.found else {
                Issue.record("the parent is gone")
                return
            }
        }
    }

    /// An API that names the parent in the query refuses the query where the parent is gone.
    @Test(arguments: [
        ("no_such", "action: unavailable, gone: true", nil),
        ("no_such", "action: unavailable", "unavailable"),
        ("no_such", "action: fail_stream", "status"), ("other", "action: unavailable, gone: true", "status"),
    ])
    func statusThatSaysGoneByARule(code: String, says: String, failure: String?) async throws {
        let errors = """
            {message: error.message, code: error.code, rules: [{status: 400, code: no_such, \(says)}]}
            """
        let script = [ScriptedTransport.Step.status(400, #"{"error":{"code":"\#(code)"}}"#)]
        if let failure {
            let error = await #expect(throws: ExtractionError.self) {
                try await look(script, stream: "lines", errors: errors)
            }
            #expect(error?.codeText == "extraction.\(failure)")
        } else if case .gone = try await look(script, stream: "lines", errors: errors).0.found {
            // What it must be.
        } else {
            Issue.record("the parent is gone")
        }
    }
}
