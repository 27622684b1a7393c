import Core
import Events
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

@Suite("What is known does not go out again")
struct ChangeFilterTests {
    /// Submits pages to a committer and gives what was published: `key=value` under its id.
    private static func commit(
        _ pages: [[(key: String, value: String)]],
        into destination: MemoryDestination,
        stream: String = "s"
    ) async throws {
        let committer = GroupCommitter(to: destination, streams: [stream]) { _ in }
        let builder = EventBuilder(
            extractor: "fake",
            account: "one",
            stream: stream,
            topic: stream,
            version: nil,
            remembers: true
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await committer.run() }
            for page in pages {
                try await committer.submit(
                    GroupMachine.Entry(
                        stream: 0,
                        page: try Self.page(page, builder),
                        bookmark: nil,
                        facts: PageFacts(
                            stream: try StreamName(stream),
                            format: nil,
                            seen: Instant(seconds: 100),
                            read: 1,
                            now: Instant(seconds: 100)
                        )
                    )
                )
            }
            committer.close()
            try await group.waitForAll()
        }
    }

    /// A page of upserts; an empty value is a delete, which must stand alone.
    private static func page(_ records: [(key: String, value: String)], _ builder: EventBuilder) throws
        -> EventPage
    {
        let now = Instant(seconds: 100)
        if let first = records.first, first.value.isEmpty {
            return builder.deletes(of: records.map { Array($0.key.utf8) }, now: now)
        }
        let text = records.map { #"{"id":"\#($0.key)","v":"\#($0.value)"}"# }.joined(separator: ",")
        let plan = ScanPlan(records: [], recordFields: [["id"]], pageFields: [])
        let page = try PageScanner(plan: plan).scan(Array("[\(text)]".utf8))
        return try builder.build(page, keyFields: 0..<1, versionField: nil, now: now)
    }

    private static func published(_ destination: MemoryDestination) -> [String] {
        destination.events.map { event in
            let value =
                event.value.flatMap { $0.split(separator: "\"").dropLast().last.map(String.init) } ?? "-"
            return "\(event.key)=\(value)"
        }
    }

    @Test("equal content goes out once, be the first committed or before it in the same transaction")
    func repetitions() async throws {
        let destination = MemoryDestination(FakeService.account)
        try await Self.commit([[("a", "1"), ("b", "1")], [("a", "1"), ("b", "2")]], into: destination)
        #expect(Self.published(destination) == ["a=1", "b=1", "b=2"])
        try await Self.commit([[("a", "1"), ("b", "2"), ("c", "1")]], into: destination)
        #expect(Self.published(destination) == ["a=1", "b=1", "b=2", "c=1"])
    }

    @Test("I1: an abort drops what its group took for known")
    func abort() async throws {
        let destination = MemoryDestination(
            FakeService.account,
            fault: { attempt, _ in
                if attempt == 1 { throw PublishError(.aborted, "aborted") }
            }
        )
        try await Self.commit([[("a", "1"), ("b", "1")]], into: destination)
        #expect(Self.published(destination) == ["a=1", "b=1"])
    }

    @Test("every change has an id of its own, a delete and what comes back after it too")
    func identities() async throws {
        let destination = MemoryDestination(FakeService.account)
        for value in ["1", "2", "1", "", "", "1"] {
            try await Self.commit([[("a", value)]], into: destination)
        }
        #expect(Self.published(destination) == ["a=1", "a=2", "a=1", "a=-", "a=1"])
        let ids = destination.events.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(ids.map { $0.split(separator: ":").count } == [2, 3, 3, 3, 3])
        #expect(ids.compactMap { $0.split(separator: ":").dropFirst(2).last } == ["2", "3", "4", "5"])
        let contents = ids.map { $0.split(separator: ":")[1] }
        #expect(contents[0] == contents[2] && contents[3] == contents[0] && contents[1] != contents[0])
    }

    @Test("a delete of what was never published is nothing")
    func unknownDelete() async throws {
        let destination = MemoryDestination(FakeService.account)
        try await Self.commit([[("a", "")]], into: destination)
        #expect(destination.events.isEmpty)
    }
}
