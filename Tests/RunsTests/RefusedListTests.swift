import Core
import ProcessSupport
import Runs
import Testing

/// An error that no stream could do better with ends all that goes with its list.
@Suite struct RefusedListTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        feeds:
          events:
            get: /events
            records: data
            paging: {last_record: {param: after, more: has_more}}
            id: id
            time: {field: created, format: epoch}
            type: type
            object: object
            window: {from: from, to: to}
            hold_back: 60s
            visible_within: 30s
            overlap: 10m
            retention: 30d
        defaults:
          records: data
          key: id
          paging: {last_record: {param: after, more: has_more}}
          follow: {feed: events}
        streams:
          refused: {get: /refused, follow: {get: "/refused/{{ object.id }}", updates: [r.*]}}
          long: {get: /long, follow: {get: "/long/{{ object.id }}", updates: [l.*]}}
          short: {get: /short, follow: {get: "/short/{{ object.id }}", updates: [s.*]}}
        """

    @Test("a list that is refused ends the lists beside it and the feed behind them")
    func endsTheOthers() async throws {
        let destination = MemoryDestination(FakeService.account)
        let pages = 3_000
        let service = FakeService(lists: ["events": 0, "long": pages, "short": 1], pageSize: 1) { path, _ in
            guard path == "/refused" else { return nil }
            // One list is through by now, and one has hardly begun.
            while !destination.events.contains(where: { $0.stream == "short" }) { await Task.yield() }
            return FakeService.answer(401, #"{"error":{"message":"Invalid API Key"}}"#)
        }
        let outcome = try await DefinedRun.run(Self.yaml, service, into: destination)
        #expect(outcome.exitCode == 3)
        #expect(outcome.status == .failed)
        #expect(outcome.error?.codeText == "extraction.refused_credentials")
        #expect(outcome.streams.map(\.outcome.status) == [.failed, .cancelled, .cancelled])
        // What was handed over is committed, each record once, and the rest was not asked for.
        let published = destination.events.filter { $0.stream == "long" }.map(\.key)
        #expect(published == (0..<published.count).map { "long_\(pages - $0)" })
        #expect(published.count < pages)
        // Where it goes on behind the lists was asked for, and then no more.
        #expect(service.log.count { $0.contains("/events") } == 1)
        #expect(service.log.count { $0.contains("/refused") } == 1)
    }
}
