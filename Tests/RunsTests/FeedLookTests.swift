import Core
import Extraction
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// What a look at an object proves, and when its entries are done.
@Suite("A look at what a feed tells of")
struct FeedLookTests {
    static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        errors:
          message: error.message
          code: error.code
          rules: [{status: [403, 404], action: unavailable}]
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
          parents:
            get: /parents
            follow: {get: "/parents/{{ object.id }}", updates: [parent.updated], deletes: [parent.deleted]}
        """
    static let children = """

          children:
            for_each: parents
            get: "/lists/{{ parent.id }}"
            replaces: children
            follow: {updates: [parent.updated]}
        """

    static func entry(_ type: String, after seconds: Int64) -> HTTPResponse {
        let time = DefinedRun.now.seconds + seconds
        return FakeService.answer(
            200,
            #"{"data":[{"id":"e1","created":\#(time),"type":"\#(type)","object":"parents_1"}],"has_more":false}"#
        )
    }

    static let noEntries = FakeService.answer(200, #"{"data":[],"has_more":false}"#)

    @Test(
        "an answer of 404 without the API's own code deletes only what the feed says was deleted",
        arguments: [("parent.updated", false), ("parent.deleted", true)]
    )
    func doubt(type: String, isDeleted: Bool) async throws {
        let destination = MemoryDestination(FakeService.account)
        let first = FakeService(lists: ["parents": 1]) { path, _ in path == "/events" ? Self.noEntries : nil }
        _ = try await DefinedRun.run(Self.yaml, first, into: destination)
        let second = FakeService(lists: [:]) { path, _ in
            path == "/events"
                ? Self.entry(type, after: 30) : FakeService.answer(404, #"{"error":{"message":"not here"}}"#)
        }
        let now = DefinedRun.now.advanced(by: .seconds(100))
        let outcome = try await DefinedRun.run(Self.yaml, second, into: destination, now: now)
        #expect(outcome.streams[0].outcome.status == (isDeleted ? .success : .failed))
        #expect(destination.events.map { $0.value != nil } == (isDeleted ? [true, false] : [true]))
        let place = try #require(try destination.bookmark(of: StreamName("parents"))?.feed).at
        #expect(place.since(DefinedRun.now) == .seconds(isDeleted ? 40 : 30))
    }

    @Test("an entry is done when the last page of its look is committed, not before", arguments: 1...2)
    func pages(kill: Int) async throws {
        // One page of them is a group alone.
        let size = 5_001
        let isKilled = Locked(false)
        let commits = Locked(0)
        let destination = MemoryDestination(FakeService.account) { _, group in
            guard group.pages.contains(where: { $0.stream == "children" }) else { return }
            let number = commits.withLock { commits in
                commits += 1
                return commits
            }
            guard number > kill, !isKilled.withLock({ $0 }) else { return }
            isKilled.withLock { $0 = true }
            throw PublishError(.fatal, "killed")
        }
        let yaml = Self.yaml + Self.children
        let first = FakeService(lists: ["parents": 1, "parents_1": 0], pageSize: size) { path, _ in
            path == "/events" ? Self.noEntries : nil
        }
        #expect(try await DefinedRun.run(yaml, first, into: destination).status == .success)
        let second = FakeService(lists: ["parents": 1, "parents_1": 3 * size], pageSize: size) { path, _ in
            switch path {
            case "/events": Self.entry("parent.updated", after: 30)
            case "/parents/parents_1": FakeService.answer(200, #"{"id":"parents_1","n":1}"#)
            default: nil
            }
        }
        for seconds in [100, 110] {
            let now = DefinedRun.now.advanced(by: .seconds(seconds))
            let outcome = try await DefinedRun.run(yaml, second, into: destination, now: now)
            #expect((outcome.status == .success) == (seconds == 110))
        }
        let keys = destination.events.filter { $0.stream == "children" }.map(\.key)
        #expect(keys.count == 3 * size)
        #expect(Set(keys).count == keys.count)
    }

    @Test("I2: children beside one that a lagging list shows as it was are not taken for absent")
    func heldBack() async throws {
        func service(_ n: Int, entry: HTTPResponse = Self.noEntries) -> FakeService {
            FakeService(lists: ["parents": 1]) { path, _ in
                switch path {
                case "/events": entry
                case "/lists/parents_1":
                    FakeService.answer(200, #"{"data":[{"id":"a"},{"id":"b","n":\#(n)}],"has_more":false}"#)
                case "/parents/parents_1": FakeService.answer(200, #"{"id":"parents_1","n":1}"#)
                default: nil
                }
            }
        }
        let yaml = Self.yaml + Self.children
        let destination = MemoryDestination(FakeService.account)
        func run(_ service: FakeService, after seconds: Int, resyncs: Bool = false) async throws -> RunOutcome
        {
            let now = DefinedRun.now.advanced(by: .seconds(seconds))
            return try await DefinedRun.run(yaml, service, into: destination, now: now, resyncs: resyncs)
        }
        #expect(try await run(service(1), after: 0).status == .success)
        let told = service(2, entry: Self.entry("parent.updated", after: 995))
        #expect(try await run(told, after: 1000).status == .success)
        // The list shows what was before the look.
        let lagging = service(1, entry: Self.entry("parent.updated", after: 995))
        let outcome = try await run(lagging, after: 1030, resyncs: true)
        let events = destination.events.filter { $0.stream == "children" }.map {
            "\($0.key) \($0.value ?? "gone")"
        }
        #expect(
            events == [#"a {"id":"a"}"#, #"b {"id":"b","n":1}"#, #"b {"id":"b","n":2}"#],
            "\(outcome.json.compactText)"
        )
    }

    @Test("a version later than now does not hide its correction; an older one than another does not go out")
    func laterVersion() async throws {
        let yaml = Self.yaml + "\n    version: {field: v, format: epoch}"
        let now = DefinedRun.now.seconds
        let destination = MemoryDestination(FakeService.account)
        @Sendable func record(_ version: Int64) -> String { #"{"id":"parents_1","v":\#(version)}"# }
        let first = FakeService(lists: [:]) { path, _ in
            path == "/events"
                ? Self.noEntries
                : FakeService.answer(200, #"{"data":[\#(record(now + 1_000_000))],"has_more":false}"#)
        }
        _ = try await DefinedRun.run(yaml, first, into: destination)
        for (round, version) in [now - 10, now - 20, now - 5].enumerated() {
            let seconds = Int64(100 + 100 * round)
            let later = FakeService(lists: [:]) { path, _ in
                path == "/events"
                    ? Self.entry("parent.updated", after: seconds - 10)
                    : FakeService.answer(200, record(version))
            }
            let time = DefinedRun.now.advanced(by: .seconds(seconds))
            _ = try await DefinedRun.run(yaml, later, into: destination, now: time)
        }
        #expect(destination.events.map(\.value) == [now + 1_000_000, now - 10, now - 5].map(record))
    }
}
