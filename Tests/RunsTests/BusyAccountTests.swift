import Core
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// An account that changes faster than it is read.
@Suite struct BusyAccountTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id}
        streams:
          rows:
            get: /rows
            version: {field: at, format: epoch}
            progress:
              token:
                field: next
                param: cursor
                end: {repeats: true}
                start: {param: from, format: epoch, earliest: "2024-12-31T00:00:00Z"}
        """

    @Test("a run ends behind what changed before it began, and the next one goes on there")
    func ends() async throws {
        let pages = Locked(0)
        let service = FakeService(lists: [:]) { _, _ in
            let page = pages.withLock { pages in
                pages += 1
                return pages
            }
            // Each request meets a row that came while it was asked; nobody reads that many.
            let time = DefinedRun.now.seconds + Int64(page - 2) * 5
            let token = page > 100 ? 100 : page
            return FakeService.answer(
                200,
                #"{"data":[{"id":\#(page - 1),"at":\#(time - 1)},{"id":\#(page),"at":\#(time)}],"next":"\#(token)"}"#
            )
        }
        let destination = MemoryDestination(FakeService.account)
        #expect(try await DefinedRun.run(Self.yaml, service, into: destination).status == .success)
        // Rows from before the run, from its first second, and then from behind it alone.
        #expect(pages.withLock { $0 } == 3)
        let later = DefinedRun.now.advanced(by: .seconds(60))
        #expect(
            try await DefinedRun.run(Self.yaml, service, into: destination, now: later).status == .success
        )
        let count = pages.withLock { $0 }
        #expect(count > 10 && count < 20)
        let keys = Set(destination.events.map(\.key))
        #expect(keys == Set((0...count).map { "\($0)" }))
    }
}
