import Core
import JSON
import ProcessSupport
import Runs
import Testing

/// Lists that are read whole, at most every so often.
@Suite struct WholeListTests {
    private static let yaml = ParentsDefinition.full.replacing(
        "progress: full",
        with: "progress: {full: {every: 1h}}"
    )

    /// Parents with one child each, as of a version.
    private static func service(version: Int, fails: Bool = false) -> FakeService {
        FakeService(lists: [:]) { path, _ in
            if fails, path != "/parents" { return FakeService.answer(400, "{}") }
            if fails { return FakeService.answer(200, #"{"data":[{"id":"p"}],"next":"t","more":true}"#) }
            return path == "/parents"
                ? FakeService.answer(200, #"{"data":[{"id":"p","v":\#(version)}],"more":false}"#)
                : FakeService.answer(200, #"{"data":[{"id":"c","v":\#(version)}]}"#)
        }
    }

    private static func run(
        _ service: FakeService,
        _ destination: MemoryDestination,
        after seconds: Int,
        of stream: String,
        resyncs: Bool = false
    ) async throws -> RunOutcome {
        try await DefinedRun.run(
            yaml,
            service,
            into: destination,
            now: DefinedRun.now.advanced(by: .seconds(seconds)),
            choosing: [stream],
            resyncs: resyncs
        )
    }

    @Test(
        "between two moments it costs no request, and says when the next one is; clocks and --resync override that",
        arguments: ["parents", "children"]
    )
    func due(stream: String) async throws {
        let destination = MemoryDestination(FakeService.account)
        let cases: [(seconds: Int, resyncs: Bool, isDue: Bool)] = [
            (0, false, true), (1, false, false), (3599, false, false), (3600, false, true),
            (7199, false, false),
            (7199, true, true), (7200, false, false), (10_798, false, false), (10_799, false, true),
            // A little back is no other time; far back is a clock that was set.
            (10_000, false, false), (7000, false, true), (7001, false, false),
        ]
        var version = 0
        for (seconds, resyncs, isDue) in cases {
            version += 1
            let service = Self.service(version: version)
            let before = destination.events.count
            let outcome = try await Self.run(
                service,
                destination,
                after: seconds,
                of: stream,
                resyncs: resyncs
            )
            #expect(outcome.status == .success, "\(seconds): \(outcome.json.compactText)")
            #expect(service.log.isEmpty == !isDue, "\(seconds)")
            #expect(destination.events.count == before + (isDue ? 1 : 0), "\(seconds)")
            let note = outcome.streams[0].outcome.note
            #expect((note?.hasPrefix("not due until 20") == true) == !isDue, "\(note ?? "no note")")
        }
    }

    @Test("a reading that did not come to its end is due at once", arguments: ["parents", "children"])
    func interrupted(stream: String) async throws {
        let destination = MemoryDestination(FakeService.account)
        _ = try await Self.run(Self.service(version: 1), destination, after: 0, of: stream)
        let failing = Self.service(version: 2, fails: true)
        // The same page again is no progress.
        #expect(try await Self.run(failing, destination, after: 4000, of: stream).status == .failed)
        let service = Self.service(version: 3)
        #expect(try await Self.run(service, destination, after: 4001, of: stream).status == .success)
        #expect(!service.log.isEmpty)
        #expect(destination.events.last?.key == (stream == "parents" ? "p" : "c"))
        let quiet = Self.service(version: 4)
        #expect(try await Self.run(quiet, destination, after: 4002, of: stream).status == .success)
        #expect(quiet.log.isEmpty)
    }
}
