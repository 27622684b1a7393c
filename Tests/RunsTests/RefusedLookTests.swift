import Core
import JSON
import ProcessSupport
import Runs
import Testing

/// Parents that a feed tells of and whose children these credentials may not read.
@Suite struct RefusedLookTests {
    private static let yaml = (FeedLookTests.yaml + FeedLookTests.children).replacing(
        "[{status: [403, 404], action: unavailable}]",
        with: "[{status: 403, action: unavailable, of: parent}]"
    )

    /// Two parents with a child each; the feed tells of the first, and the lists of some answer 403.
    private static func service(_ events: HTTPResponse, refused: Set<String> = []) -> FakeService {
        FakeService(lists: ["parents": 2, "parents_1": 1, "parents_2": 1]) { path, _ in
            if path == "/events" { return events }
            if path == "/parents/parents_1" { return FakeService.answer(200, #"{"id":"parents_1","n":1}"#) }
            guard path.hasPrefix("/lists/"), refused.contains(String(path.dropFirst("/lists/".count))) else {
                return nil
            }
            return FakeService.answer(403, #"{"error":{"code":"forbidden","message":"not for you"}}"#)
        }
    }

    @Test(
        "one is passed where another one is there, and its children stay; where none is, the bookmark stays as well",
        arguments: [["parents_1"], ["parents_1", "parents_2"]] as [Set<String>]
    )
    func refused(parents: Set<String>) async throws {
        let destination = MemoryDestination(FakeService.account)
        let first = Self.service(FeedLookTests.noEntries)
        #expect(try await DefinedRun.run(Self.yaml, first, into: destination).status == .success)
        #expect(destination.events.count { $0.stream == "children" } == 2)
        let count = destination.events.count
        let second = Self.service(FeedLookTests.entry("parent.updated", after: 30), refused: parents)
        let now = DefinedRun.now.advanced(by: .seconds(100))
        let outcome = try await DefinedRun.run(Self.yaml, second, into: destination, now: now)
        let children = try #require(outcome.streams.first { $0.name == "children" }?.outcome)
        let isPassed = parents.count == 1
        #expect(children.status == (isPassed ? .success : .unavailable), "\(outcome.json.compactText)")
        #expect(children.refusedParents == (isPassed ? 1 : 0))
        #expect(destination.events.count == count)
        let place = try #require(try destination.bookmark(of: StreamName("children"))?.feed).at
        #expect(place.since(DefinedRun.now) == .seconds(isPassed ? 40 : 30))
    }
}
