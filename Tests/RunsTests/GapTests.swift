import Core
import Foundation
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// What is on the list of all that there is, though no reading ever showed it, or as deleted only.
@Suite("reconcile fills gaps") struct GapTests {
    /// An API whose lists differ: what its export shows, what its list has, what its bin has, what can be read by key.
    private final class Shelf: HTTPTransport {
        struct State: Sendable {
            var exported: [String] = []
            var listed: [String] = []
            var binned: [String] = []
            /// Each a record; without one a key is unknown there.
            var records: [String: String] = [:]
            var answersMissing = true
        }

        private let state: Locked<State>
        private let asked = Locked<[String]>([])

        init(_ state: State) { self.state = Locked(state) }

        /// The keys that were asked for, request by request.
        var lookups: [String] { asked.withLock { $0 } }

        func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

        func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
            let address = try HTTPAddress(parsing: request.address)
            let state = state.withLock { $0 }
            switch address.path {
            case "/export":
                let records = state.exported.compactMap { state.records[$0] }
                return FakeService.answer(
                    200,
                    #"{"data":[\#(records.joined(separator: ","))],"next":"t","end":true}"#
                )
            case "/all": return Self.list(state.listed.map { #"{"id":"\#($0)"}"# })
            case "/bin": return Self.list(state.binned.map { #"{"id":"\#($0)","at":1764000000}"# })
            default:
                let query = address.query?.removingPercentEncoding ?? ""
                let keys = query.dropFirst("ids=".count).split(separator: ",").map(String.init)
                asked.withLock { $0.append(keys.joined(separator: " ")) }
                let found = keys.compactMap { state.records[$0] }.joined(separator: ",")
                let missing = keys.filter { state.records[$0] == nil && state.answersMissing }
                let errors = missing.map { #"{"key":"\#($0)"}"# }.joined(separator: ",")
                return FakeService.answer(200, #"{"data":[\#(found)],"errors":[\#(errors)]}"#)
            }
        }

        private static func list(_ records: [String]) -> HTTPResponse {
            FakeService.answer(200, #"{"data":[\#(records.joined(separator: ","))]}"#)
        }
    }

    private static func yaml(fills: Bool = true, at: Bool = false, hasVersion: Bool = true) -> String {
        """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id}
        streams:
          rows:
            get: /export
            \(hasVersion ? "version: {field: at, format: epoch}" : "# its content is its version")
            merged: {field: merged, separator: ";"}
            deletes: {get: /bin, paging: single_page, every: 1h\(at ? ", at: {field: at, format: epoch}" : "")}
            reconcile: {get: /all, paging: single_page, every: 24h\(fills ? ", fills: gaps" : "")}
            hydrate:
              get: /many
              query: {ids: "{{ keys | join(',') }}"}
              records: data
              size: 2
              missing: {records: errors, keys: key}
            progress:
              token:
                field: next
                param: cursor
                end: {field: end, is: true}
                start: {param: from, format: epoch, earliest: "2024-12-31T00:00:00Z", lag: 60s}
        """
    }

    /// Runs over one shelf, and what they published.
    private struct Bench {
        let shelf: Shelf
        let yaml: String
        let destination: MemoryDestination

        init(
            _ state: Shelf.State,
            yaml: String = GapTests.yaml(),
            fault: @escaping @Sendable (Int, TransactionGroup) throws -> Void = { _, _ in }
        ) {
            shelf = Shelf(state)
            self.yaml = yaml
            destination = MemoryDestination(FakeService.account, fault: fault)
        }

        /// What is new behind a run, as `id` or `id gone`.
        func run(hours: Int, minutes: Int = 0, since: Instant? = nil) async throws -> (
            events: [String], outcome: StreamOutcome
        ) {
            let before = destination.events.count
            let outcome = try await DefinedRun.run(
                yaml,
                shelf,
                into: destination,
                now: DefinedRun.now.advanced(by: .seconds(hours * 3600 + minutes * 60)),
                since: since
            )
            let events = destination.events.dropFirst(before).map { $0.id + ($0.value == nil ? " gone" : "") }
            return (events, outcome.streams[0].outcome)
        }
    }

    private static func record(_ id: String, at: Int = 1_763_900_000, _ more: String = "") -> String {
        #"{"id":"\#(id)","at":\#(at)\#(more)}"#
    }

    private static let three = Shelf.State(
        exported: ["a"],
        listed: ["a", "b", "c", "d"],
        records: ["a": record("a"), "b": record("b"), "c": record("c"), "d": record("d")]
    )

    @Test("what was never shown is published with the list's next reading, and once")
    func neverShown() async throws {
        let bench = Bench(Self.three)
        #expect(try await bench.run(hours: 0).events == ["a:1763900000"])
        #expect(try await bench.run(hours: 23).events == [])
        let filled = try await bench.run(hours: 25)
        #expect(filled.outcome.status == .success && filled.outcome.records == 3)
        #expect(filled.events == ["b:1763900000", "c:1763900000", "d:1763900000"])
        #expect(bench.shelf.lookups.suffix(2) == ["b c", "d"])
        #expect(filled.outcome.note == nil)
        // It is like any other record from then on.
        bench.shelf.change { $0.exported = ["a", "b"] }
        #expect(try await bench.run(hours: 26).events == [])
        #expect(try await bench.run(hours: 50).events == [])
        bench.shelf.change { $0.listed = ["a", "b", "c"] }
        #expect(try await bench.run(hours: 75).events == ["d:1763900000:2 gone"])
    }

    @Test("what comes back out of the bin is published anew, under the version that it had")
    func restored() async throws {
        var state = Self.three
        state.listed = ["a"]
        let bench = Bench(state)
        try await _ = bench.run(hours: 0)
        bench.shelf.change { state in
            state.binned = ["a"]
            state.exported = []
            state.listed = []
        }
        #expect(try await bench.run(hours: 2).events == ["a:1763900000:2 gone"])
        bench.shelf.change { state in
            state.binned = []
            state.listed = ["a"]
        }
        #expect(try await bench.run(hours: 25).events == ["a:1763900000:3"])
        #expect(try await bench.run(hours: 50).events == [])
    }

    @Test("what is gone by the time that it is asked for is not published, and asked for with the next list")
    func gone() async throws {
        var state = Self.three
        state.records["b"] = nil
        let bench = Bench(state)
        try await _ = bench.run(hours: 0)
        #expect(try await bench.run(hours: 25).events == ["c:1763900000", "d:1763900000"])
        bench.shelf.change { $0.records["b"] = Self.record("b") }
        #expect(try await bench.run(hours: 50).events == ["b:1763900000"])
    }

    @Test("a delete that the list may not show yet stands")
    func recentlyDeleted() async throws {
        let bench = Bench(Self.three)
        try await _ = bench.run(hours: 0)
        try await _ = bench.run(hours: 25)
        // Told in the very run whose list still has it, and whose answers do.
        bench.shelf.change { $0.binned = ["b"] }
        #expect(try await bench.run(hours: 50).events == ["b:1763900000:2 gone"])
        bench.shelf.change { $0.listed = ["a", "c", "d"] }
        #expect(try await bench.run(hours: 75).events == [])
    }

    @Test("a winner that answers for a swallowed key is not published over what is known of it")
    func winner() async throws {
        let bench = Bench(Self.three, yaml: Self.yaml(hasVersion: false))
        bench.shelf.change { $0.listed = ["a", "b"] }
        try await _ = bench.run(hours: 0)
        let old = Self.record("a", at: 1, #","merged":"b""#)
        bench.shelf.change { $0.records["b"] = old }
        #expect(try await bench.run(hours: 25).events == [])
        #expect(bench.shelf.lookups.last == "b")
    }

    @Test("what older deletes overrule is told")
    func overruled() async throws {
        let bench = Bench(Self.three, yaml: Self.yaml(at: true))
        bench.shelf.change { $0.listed = ["a"] }
        try await _ = bench.run(hours: 0)
        bench.shelf.change { state in
            state.binned = ["a"]
            state.listed = []
        }
        #expect(try await bench.run(hours: 2).events == ["a:1764000000 gone"])
        bench.shelf.change { state in
            state.binned = []
            state.listed = ["a"]
        }
        let outcome = try await bench.run(hours: 25)
        #expect(outcome.events == [])
        #expect(outcome.outcome.note?.contains("1 records are there again, under versions older") ?? false)
    }

    @Test("without it they are counted, and the remedies named")
    func counted() async throws {
        let bench = Bench(Self.three, yaml: Self.yaml(fills: false))
        try await _ = bench.run(hours: 0)
        bench.shelf.change { state in
            state.binned = ["a"]
            state.exported = []
        }
        try await _ = bench.run(hours: 2)
        bench.shelf.change { $0.binned = [] }
        let outcome = try await bench.run(hours: 25)
        #expect(outcome.events == [] && outcome.outcome.status == .success)
        #expect(
            outcome.outcome.note
                == "3 records that were not published (what is new comes with the next run) and 1 records that were "
                + "published as deleted are in the list of what is there; publish them with --stream rows --resync, "
                + "or have it done by fills: gaps in reconcile:"
        )
    }

    @Test("a stream that begins at a time leaves out what is older on purpose")
    func since() async throws {
        let bench = Bench(Self.three)
        try await _ = bench.run(hours: 0, since: Instant(seconds: 1_763_800_000))
        let outcome = try await bench.run(hours: 25)
        #expect(outcome.events == [] && outcome.outcome.note == nil)
        #expect(bench.shelf.lookups == ["a", "a"])
    }

    @Test("I1: killed between, it publishes the rest in the next run, and nothing twice", arguments: 1...2)
    func killed(kill: Int) async throws {
        let commits = Locked(0)
        let bench = Bench(Self.three) { _, group in
            guard group.pages.contains(where: { !$0.events.isEmpty }) else { return }
            let number = commits.withLock { commits in
                commits += 1
                return commits
            }
            if number == kill + 1 { throw PublishError(.fatal, "killed") }
        }
        try await _ = bench.run(hours: 0)
        #expect(try await bench.run(hours: 25).outcome.status == .failed)
        #expect(try await bench.run(hours: 25, minutes: 1).outcome.status == .success)
        let keys = bench.destination.events.map(\.key)
        #expect(keys == ["a", "b", "c", "d"])
    }

    @Test("I2: a key that the answer leaves open fails the stream, and the list is due still")
    func open() async throws {
        var state = Self.three
        state.records["c"] = nil
        state.answersMissing = false
        let bench = Bench(state)
        try await _ = bench.run(hours: 0)
        let failed = try await bench.run(hours: 25)
        #expect(failed.outcome.status == .failed)
        #expect(
            failed.outcome.error?.message.contains("came neither whole nor as missing, the first c") ?? false
        )
        bench.shelf.change { $0.answersMissing = true }
        #expect(try await bench.run(hours: 25, minutes: 5).events == ["b:1763900000", "d:1763900000"])
    }
}
