import Core
import JSON
import ProcessSupport
import Synchronization
import Testing

@testable import Extraction

/// Reads lists from an API that fails in every way, with restarts from the stored bookmark in between.
@Suite struct ExtractionListTests {
    /// A list of numbered records that is paged by the last one's id, by a seed's mood.
    final class MoodyAPI: HTTPTransport {
        let total: Int
        private let random: Mutex<SeededGenerator>

        init(total: Int, seed: UInt64) {
            self.total = total
            random = Mutex(SeededGenerator(seed: seed))
        }

        func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
            let (mood, size) = random.withLock { ($0.draw(12), $0.draw(7) + 1) }
            let after = request.address.split(separator: "after=").dropFirst().first.flatMap { Int($0) } ?? 0
            let page = after..<min(after + size, total)
            let records = page.map { "{ \"id\" : \($0 + 1), \"n\": 1.10 }" }.joined(separator: ",")
            let body = Array("{\"data\":[\(records)],\"more\":\(page.upperBound < total)}".utf8)
            switch mood {
            case 0: return HTTPResponse(status: 429, headers: [("Retry-After", "1")], body: [])
            case 1: return HTTPResponse(status: 503, headers: [], body: Array("<html>".utf8))
            case 2: return HTTPResponse(status: 200, headers: [], body: body.dropLast())
            case 3: throw HTTPError(.cut, "the connection ended early")
            case 4: return HTTPResponse(status: 200, headers: [], body: Array("<html>busy</html>".utf8))
            default: return HTTPResponse(status: 200, headers: [], body: body)
            }
        }
    }

    static let yaml = """
        extractor: moody
        base_url: https://moody.example
        streams:
          items:
            get: /items
            records: data
            key: id
            paging: {last_record: {param: after, more: more}}
        """

    /// A bookmark goes through its stored form each time, as it does between two runs.
    private static func store(_ list: ListProgress) throws -> [UInt8] {
        let fingerprint = Fingerprint(key: ["id"], version: nil, progress: "list", topic: "t")
        let bookmark = Bookmark(fingerprint: fingerprint, list: list, updated: 0)
        return try bookmark.record(account: AccountName("moody/api"), stream: StreamName("items")).value ?? []
    }

    private static func load(_ bytes: [UInt8]) throws -> ListProgress {
        try Bookmark(bytes, account: AccountName("moody/api"), stream: StreamName("items")).list
    }

    /// I2: whatever fails, the committed pages are the list, whole and in order, each record once.
    @Test(arguments: 0..<200)
    func everyRecordIsReadOnce(seed: Int) async throws {
        var choices = SeededGenerator(seed: UInt64(seed) &+ 1_000)
        let total = choices.draw(60)
        let api = MoodyAPI(total: total, seed: UInt64(seed))
        let definition = try ExtractorDefinition.decode(Array(Self.yaml.utf8), file: "e.yaml")
        var stored = try Self.store(.start)
        var committed: [String] = []
        var restarts = 0
        while try !Self.load(stored).isDone {
            restarts += 1
            try #require(restarts < 1_000, "the list is never done")
            let requester = try Requester(
                extractor: definition,
                settings: [:],
                transport: api,
                clock: WaitingClock(elapsed: { .zero }, sleep: { _ in }),
                wall: { Instant(seconds: 1_760_000_000) },
                jitter: { 0 }
            )
            let limit = choices.draw(3) == 0 ? choices.draw(9) + 1 : nil
            let reader = try ListReader(
                stream: definition.streams[0],
                requester: requester,
                from: Self.load(stored),
                limit: limit
            )
            do {
                var count = 0
                while let page = try await reader.next() {
                    // A run that dies here has not committed: the page is read again.
                    if choices.draw(8) == 0 { break }
                    committed += page.page.records.map {
                        String(decoding: page.page.bytes[$0.range], as: UTF8.self)
                    }
                    count += page.page.records.count
                    stored = try Self.store(page.progress)
                }
                if let limit { #expect(count <= limit) }
            } catch let error as ExtractionError {
                #expect(error.recovery == .failStream)
            }
        }
        #expect(committed == (0..<total).map { "{\"id\":\($0 + 1),\"n\":1.10}" })
        #expect(try Self.load(stored).records == total)
    }
}

extension SeededGenerator {
    /// A number below a count.
    fileprivate mutating func draw(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}
