import Core
import ProcessSupport
import Runs
import Synchronization
import Testing

/// A child stream that follows no feed: parent by parent, each with all its children.
@Suite struct FirstParentTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults:
          records: data
          key: id
          paging: {last_record: {param: after, more: has_more}}
        streams:
          children: {for_each: parents, get: "/lists/{{ parent.id }}", replaces: children}
          parents: {get: /parents}
        """
    /// One page of them is a group alone, so that pages of one parent go in several transactions.
    private static let pageSize = 5_001

    @Test("killed between the pages of its first parent, it has a bookmark, and goes on", arguments: 1...3)
    func goesOn(kill: Int) async throws {
        let lists = ["parents": 2, "parents_2": 3 * Self.pageSize, "parents_1": Self.pageSize]
        let service = FakeService(lists: lists, pageSize: Self.pageSize)
        let name = try StreamName("children")
        let isKilled = Locked(false)
        let commits = Locked(0)
        let destination = MemoryDestination(FakeService.account) { _, group in
            // Events without any bookmark would look like state that was lost.
            let isCovered = group.state.contains {
                $0.key == StateKey.bookmark(FakeService.account, name).bytes
            }
            guard group.pages.contains(where: { $0.stream == "children" }) else { return }
            #expect(isCovered)
            let number = commits.withLock { commits in
                commits += 1
                return commits
            }
            guard number > kill, !isKilled.withLock({ $0 }) else { return }
            isKilled.withLock { $0 = true }
            throw PublishError(.fatal, "killed")
        }
        let first = try await DefinedRun.run(Self.yaml, service, into: destination)
        #expect(first.status == .failed)
        let published = destination.events.count { $0.stream == "children" }
        #expect(published == kill * Self.pageSize)
        let list = try #require(try destination.bookmark(of: name)).list
        #expect(list.records == (kill < 3 ? 0 : published))
        #expect(!list.isDone)

        let second = try await DefinedRun.run(Self.yaml, service, into: destination)
        #expect(second.status == .success)
        let keys = destination.events.filter { $0.stream == "children" }.map(\.key)
        #expect(keys.count == 4 * Self.pageSize)
        #expect(Set(keys).count == keys.count)
        #expect(try destination.bookmark(of: name)?.list.isDone == true)
    }

    @Test(
        "what is told is remembered as seen by the API's own date, before 1970 as in 1970",
        arguments: ["1601", "1969", "2025", "9999"]
    )
    func farDates(year: String) async throws {
        let service = FakeService(lists: [:]) { path, _ in
            let isParent = path == "/parents"
            var answer = FakeService.answer(
                200,
                #"{"data":[{"id":"\#(isParent ? "p" : "c")"}],"has_more":false}"#
            )
            answer.headers.append((name: "Date", value: "Mon, 01 Jan \(year) 00:00:00 GMT"))
            return answer
        }
        let destination = MemoryDestination(FakeService.account)
        let outcome = try await DefinedRun.run(Self.yaml, service, into: destination)
        #expect(outcome.status == .success)
        let known = try destination.versions.children(of: Array("p".utf8), stream: StreamName("children"))
        #expect(known.map { String(decoding: $0.key, as: UTF8.self) } == ["c"])
        let seen = try #require(known.first?.version.seen)
        // A date leaves out the fraction of its second.
        let times = ["9999": Instant(nanoseconds: .max), "2025": Instant(seconds: 1_735_689_601)]
        #expect(seen == times[year] ?? Instant(seconds: 0))
    }
}
