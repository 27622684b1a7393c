import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs
import Testing

/// What runs tell the catalogue, and when.
@Suite struct CatalogRunTests {
    private static let definition = """
        extractor: fake
        description: A list in memory.
        base_url: http://127.0.0.1:1
        streams:
          things:
            get: /things
            records: data
            key: id
            paging: single_page
            progress: full
        """
    private let destination = MemoryDestination(FakeService.account)

    private func entry(_ topic: String = "p.things", owner: String? = nil) throws -> CatalogEntry {
        CatalogEntry(
            topic: topic,
            account: FakeService.account,
            stream: try StreamName("things"),
            owner: owner,
            request: "GET /things",
            reading: "the whole list, again and again",
            key: ["id"]
        )
    }

    @discardableResult
    private func run(
        _ entries: [CatalogEntry],
        after: Duration = .zero,
        into destination: MemoryDestination? = nil,
        status: Int = 200,
        limit: Int? = nil
    ) async throws -> RunOutcome {
        let body = #"{"data":[{"id":"a"},{"id":"b"}]}"#
        let service = FakeService(lists: [:]) { _, _ in FakeService.answer(status, body) }
        return try await DefinedRun.run(
            Self.definition,
            service,
            into: destination ?? self.destination,
            now: DefinedRun.now.advanced(by: after),
            limit: limit,
            catalog: { _ in entries }
        )
    }

    /// What the catalogue's topic was told since it had so many records: topic and freshness in seconds.
    private func told(from start: Int) -> [String] {
        destination.notices.dropFirst(start).map { notice in
            guard notice.topic == .catalog, let value = notice.record.value, let entry = CatalogEntry(value)
            else {
                return "\(String(decoding: notice.record.key, as: UTF8.self)) over"
            }
            return
                "\(entry.topic) \(entry.asOf.map { "\($0.since(DefinedRun.now).components.seconds)" } ?? "never")"
        }
    }

    @Test func toldWithTheFirstPageAndWhatItsFreshnessIsAtItsEnd() async throws {
        try await run([try entry()])
        #expect(told(from: 0) == ["p.things never", "p.things 0"])
        // Within the hour nothing is told, and there is no transaction for it.
        let transactions = destination.transactions
        try await run([try entry()], after: .seconds(3599))
        #expect(told(from: 2) == [])
        let untold = MemoryDestination(FakeService.account)
        try await run([], into: untold)
        let others = untold.transactions
        try await run([], after: .seconds(3599), into: untold)
        #expect(destination.transactions - transactions == untold.transactions - others)
        try await run([try entry()], after: .seconds(3600))
        #expect(told(from: 2) == ["p.things 3600"])
    }

    @Test func anotherEntryIsToldAtOnceAndOneThatIsGoneIsOver() async throws {
        try await run([try entry(), try entry("p.entity.Thing")])
        let count = destination.notices.count
        try await run([try entry(owner: "me"), try entry("p.entity.Thing")], after: .seconds(60))
        // Its freshness is the one that was told.
        #expect(told(from: count) == ["p.things 0"])
        try await run([try entry(owner: "me")], after: .seconds(120))
        #expect(told(from: count + 1) == [#"["p.entity.Thing","fake/one","things"] over"#])
        try await run([try entry(owner: "me")], after: .seconds(180))
        #expect(destination.notices.count == count + 2)
    }

    @Test(arguments: [(500, nil), (200, 1)] as [(Int, Int?)])
    func whatWasNotReadToItsEndIsNotFresh(status: Int, limit: Int?) async throws {
        try await run([try entry()], status: status, limit: limit)
        #expect(told(from: 0) == ["p.things never"])
    }

    /// What no state says was told is told by whoever comes next: both are of one transaction.
    @Test func whatDidNotCommitIsToldAgain() async throws {
        let refusing = MemoryDestination(FakeService.account) { attempt, _ in
            if attempt == 1 { throw PublishError(.fatal, "no more") }
        }
        try await run([try entry()], into: refusing)
        #expect(refusing.notices.isEmpty && refusing.state.isEmpty)
        try await run([try entry()], into: refusing)
        #expect(refusing.notices.count == 2)
        let stream = try StreamName("things")
        let known = try CatalogRecord(
            try #require(refusing.stateValue(.catalog(FakeService.account, stream))),
            account: FakeService.account,
            stream: stream
        )
        #expect(known.fingerprints == ["p.things": try entry().fingerprint] && known.asOf == DefinedRun.now)
    }
}
