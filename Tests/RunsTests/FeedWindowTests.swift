import Core
import Extraction
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// Feeds that give less than is asked for: a window at a time, or nothing so old.
@Suite("A feed's windows")
struct FeedWindowTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        errors: {message: error.message}
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
            expired: {status: 400, message: aged out}
        streams:
          records:
            get: /records
            records: data
            key: id
            paging: {last_record: {param: after, more: has_more}}
            follow: {feed: events, get: "/records/{{ object.id }}", updates: [record.updated]}
        """

    /// A record `a` that is its changes' number, and a feed that tells of them between many entries about nothing.
    private final class Service: HTTPTransport {
        private let value: Int
        /// The times of the entries, the last of which tells of the record.
        private let times: [Int64]
        /// The feed has nothing from before this time.
        private let first: Int64
        private let paths = Locked<[String]>([])

        init(value: Int, times: [Int64] = [], first: Int64 = 0) {
            self.value = value
            self.times = times
            self.first = first
        }

        var log: [String] { paths.withLock { $0 } }

        func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
            let address = try HTTPAddress(parsing: request.address)
            paths.withLock { $0.append(address.path) }
            let record = #"{"id":"a","n":\#(value)}"#
            switch address.path {
            case "/records": return FakeService.answer(200, #"{"data":[\#(record)],"has_more":false}"#)
            case "/records/a": return FakeService.answer(200, record)
            default: return events(address)
            }
        }

        private func events(_ address: HTTPAddress) -> HTTPResponse {
            func time(_ name: String) -> Int64? {
                let item = address.query?.split(separator: "&").first { $0.hasPrefix("\(name)=") }
                return item.flatMap { Int64($0.dropFirst(name.count + 1)) }
            }
            let (from, to) = (time("from") ?? 0, time("to") ?? .max)
            guard from >= first else {
                return FakeService.answer(400, #"{"error":{"message":"these events are aged out"}}"#)
            }
            var entries: [String] = []
            for (number, time) in times.enumerated() where (from..<to).contains(time) {
                let about =
                    number == times.count - 1
                    ? #""type":"record.updated","object":"a""# : #""type":"other","object":"b""#
                entries.append(#"{"id":"e\#(number)","created":\#(time),\#(about)}"#)
            }
            return FakeService.answer(
                200,
                #"{"data":[\#(entries.joined(separator: ","))],"has_more":false}"#
            )
        }
    }

    private static func values(_ destination: MemoryDestination) -> [String?] {
        destination.events.map(\.value)
    }

    @Test("a window with more entries than can be held is divided, and nothing in it is left out")
    func tooManyEntries() async throws {
        let destination = MemoryDestination(FakeService.account)
        _ = try await DefinedRun.run(Self.yaml, Service(value: 1), into: destination)
        // As many as two windows hold, within less than an hour.
        let begun = DefinedRun.now.seconds
        let service = Service(value: 2, times: (0...600).map { begun + 1_000 + $0 * 3 })
        let outcome = try await DefinedRun.run(
            Self.yaml,
            service,
            into: destination,
            now: DefinedRun.now.advanced(by: .seconds(3_300)),
            maximumEntries: 500
        )
        #expect(outcome.status == .success)
        #expect(service.log.count { $0 == "/events" } > 2)
        #expect(Self.values(destination) == [#"{"id":"a","n":1}"#, #"{"id":"a","n":2}"#])
        #expect(
            try destination.bookmark(of: StreamName("records"))?.feed?.at
                == DefinedRun.now.advanced(by: .seconds(3_240))
        )
    }

    @Test("a second with more entries than can be held fails the stream; its bookmark stays before it")
    func tooManyAtOnce() async throws {
        let destination = MemoryDestination(FakeService.account)
        _ = try await DefinedRun.run(Self.yaml, Service(value: 1), into: destination)
        let time = DefinedRun.now.seconds + 100
        let outcome = try await DefinedRun.run(
            Self.yaml,
            Service(value: 2, times: [Int64](repeating: time, count: 501)),
            into: destination,
            now: DefinedRun.now.advanced(by: .seconds(300)),
            maximumEntries: 500
        )
        #expect(outcome.streams[0].outcome.error?.codeText == "extraction.window_too_large")
        let place = try #require(try destination.bookmark(of: StreamName("records"))?.feed).at
        #expect(place <= Instant(seconds: time))
    }

    @Test("a feed that says it no longer has what happened leads to the list, which is read anew")
    func expired() async throws {
        let destination = MemoryDestination(FakeService.account)
        _ = try await DefinedRun.run(Self.yaml, Service(value: 1), into: destination)
        let now = DefinedRun.now.advanced(by: .seconds(7_200))
        let service = Service(value: 2, first: now.seconds - 900)
        let outcome = try await DefinedRun.run(Self.yaml, service, into: destination, now: now)
        #expect(outcome.status == .success)
        #expect(outcome.streams[0].outcome.note?.contains("read anew") == true)
        #expect(Self.values(destination) == [#"{"id":"a","n":1}"#, #"{"id":"a","n":2}"#])
        #expect(service.log == ["/events", "/events", "/records", "/events"])
    }

    @Test(
        "a list that was read before its feed was followed says nothing of what changed since: it is read anew"
    )
    func listWithoutFeed() async throws {
        let destination = MemoryDestination(FakeService.account)
        let lines = Self.yaml.split(separator: "\n").filter { !$0.contains("follow:") }
        #expect(lines.count == Self.yaml.split(separator: "\n").count - 1)
        let alone = lines.joined(separator: "\n")
        _ = try await DefinedRun.run(alone, Service(value: 1), into: destination)
        #expect(try destination.bookmark(of: StreamName("records"))?.feed == nil)
        let service = Service(value: 2)
        let now = DefinedRun.now.advanced(by: .seconds(100))
        let outcome = try await DefinedRun.run(Self.yaml, service, into: destination, now: now)
        #expect(outcome.status == .success)
        #expect(service.log == ["/events", "/records", "/events"])
        #expect(Self.values(destination).last == #"{"id":"a","n":2}"#)
    }
}
