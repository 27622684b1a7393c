import Core
import ProcessSupport
import Runs
import Synchronization
import Testing

/// Answers that are read while they come: what is there is published, and the bookmark waits for their end.
@Suite struct StreamedRunTests {
    private static let name = "rows"

    private static func yaml(_ progress: String, version: String = "") -> String {
        """
        extractor: fake
        base_url: http://127.0.0.1:1
        streams:
          \(name):
            get: /export
            format: csv
            key: id
            \(version)
            paging: single_page
            \(progress)
        """
    }

    private static func table(_ ids: Range<Int>) -> [UInt8] {
        Array(("id,at\n" + ids.map { "\($0),\(1_700_000_000 + $0)\n" }.joined()).utf8)
    }

    /// An API of one export, each time as the next body of its list, the last one again and again.
    private final class Export: HTTPTransport {
        private let bodies: Locked<[@Sendable () -> any HTTPBody]>

        init(_ bodies: [@Sendable () -> any HTTPBody]) { self.bodies = Locked(bodies) }

        func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
            try await open(request).whole(limit: request.maximumBody, of: request)
        }

        func open(_ request: HTTPRequest) async throws -> HTTPOpenResponse {
            let body = bodies.withLock { bodies in bodies.count > 1 ? bodies.removeFirst() : bodies[0] }
            return HTTPOpenResponse(status: 200, headers: [], body: body())
        }
    }

    /// A body whose second half comes once it may.
    private final class HeldBody: HTTPBody {
        private let first: PiecesBody
        private let rest: PiecesBody
        private let signal: AsyncStream<Void>
        private let isHeld = Locked(true)

        init(_ bytes: [UInt8], at place: Int, until signal: AsyncStream<Void>) {
            first = PiecesBody(Array(bytes.prefix(place)))
            rest = PiecesBody(Array(bytes.dropFirst(place)))
            self.signal = signal
        }

        func next() async throws -> [UInt8]? {
            if let piece = try await first.next() { return piece }
            let waits = isHeld.withLock { isHeld in
                defer { isHeld = false }
                return isHeld
            }
            if waits { for await _ in signal { break } }
            return try await rest.next()
        }

        func close() {}
    }

    private static func keys(_ destination: MemoryDestination) -> [String] {
        destination.events.filter { $0.value != nil }.map(\.key)
    }

    @Test("what is there is committed before the rest comes", .timeLimit(.minutes(10)))
    func commitsWhileItComes() async throws {
        let (signal, continuation) = AsyncStream<Void>.makeStream()
        let destination = MemoryDestination(FakeService.account) { _, _ in continuation.yield() }
        let table = Self.table(0..<12_000)
        let service = Export([{ HeldBody(table, at: 150_000, until: signal) }])
        let outcome = try await DefinedRun.run(Self.yaml("progress: full"), service, into: destination)
        #expect(outcome.status == .success)
        #expect(Self.keys(destination) == (0..<12_000).map { "\($0)" })
        #expect(try destination.bookmark(of: StreamName(Self.name))?.list.records == 12_000)
    }

    @Test(
        "I1 I2: a body that is cut moves no bookmark, and what it had is not published again",
        arguments: [
            ("progress: full", ""), ("progress: full", "version: {field: at, format: epoch}"),
            ("", "version: {field: at, format: epoch}"), ("", ""),
            (
                "progress: {window: {format: epoch, hold_back: 60s, overlap: 60m, earliest: \"2023-11-01T00:00:00Z\"}}",
                "version: {field: at, format: epoch}"
            ),
        ]
    )
    func cut(progress: String, version: String) async throws {
        var yaml = Self.yaml(progress, version: version)
        if progress.contains("window") {
            yaml = yaml.replacing(
                "get: /export",
                with: "get: /export\n    query: {from: \"{{ window.from }}\", to: \"{{ window.to }}\"}"
            )
        }
        let destination = MemoryDestination(FakeService.account)
        let table = Self.table(0..<12_000)
        let broken = Export([{ PiecesBody(table, cut: table.count - 1) }])
        let first = try await DefinedRun.run(yaml, broken, into: destination)
        #expect(first.status == .failed)
        #expect(first.error?.codeText ?? first.streams.first?.outcome.error?.codeText == "extraction.gave_up")
        // What came before the cut was published, once, however often it was asked for.
        #expect(Self.keys(destination) == (0..<10_000).map { "\($0)" })
        let name = try StreamName(Self.name)
        let kept = try #require(try destination.bookmark(of: name))
        #expect(!kept.list.isDone)
        if progress.contains("window") {
            #expect(kept.window == nil || kept.window?.at == Instant(seconds: 1_698_796_800))
        } else {
            #expect(kept.list.records == 0)
        }

        let second = try await DefinedRun.run(yaml, Export([{ PiecesBody(table) }]), into: destination)
        #expect(second.status == .success)
        #expect(Self.keys(destination) == (0..<12_000).map { "\($0)" })
        #expect(destination.events.allSatisfy { $0.value != nil })
        #expect(try destination.bookmark(of: name)?.list.isDone == true)
    }

    @Test("a whole export that lost rows tells their deletes at its end only")
    func deletes() async throws {
        let destination = MemoryDestination(FakeService.account)
        let yaml = Self.yaml("progress: full")
        let whole = Self.table(0..<12_000)
        _ = try await DefinedRun.run(yaml, Export([{ PiecesBody(whole) }]), into: destination)
        let fewer = Self.table(0..<11_995)
        let broken = Export([{ PiecesBody(fewer, cut: fewer.count) }])
        _ = try await DefinedRun.run(yaml, broken, into: destination)
        #expect(destination.events.count == 12_000)
        _ = try await DefinedRun.run(yaml, Export([{ PiecesBody(fewer) }]), into: destination)
        let deleted = destination.events.filter { $0.value == nil }.map(\.key)
        #expect(Set(deleted) == Set((11_995..<12_000).map { "\($0)" }))
    }
}
