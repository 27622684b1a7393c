import Core
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// A parent that was deleted and came back, and a list of deletes that does not know it yet.
@Suite struct ReturnedParentTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id}
        streams:
          children: {for_each: parents, get: "/lists/{{ parent.id }}", replaces: children, paging: single_page}
          parents:
            get: /parents
            deletes: {get: /deleted, records: data, key: id, paging: single_page, every: 10m}
            progress:
              token:
                field: next
                param: cursor
                end: {field: end, is: true}
                start: {param: from, format: epoch, earliest: "2024-12-31T00:00:00Z", lag: 60s}
        """

    @Test("its children stay as long as the list may lag behind it, and go if it stays there")
    func returned() async throws {
        let isListed = Locked(true)
        let isDeleted = Locked(false)
        let service = FakeService(lists: [:]) { path, _ in
            let parent = #"{"id":"p"}"#
            switch path {
            case "/parents":
                let records = isListed.withLock { $0 } ? parent : ""
                return FakeService.answer(200, #"{"data":[\#(records)],"next":"t","end":true}"#)
            case "/lists/p": return FakeService.answer(200, #"{"data":[{"id":"a"}]}"#)
            default:
                let records = isDeleted.withLock { $0 } ? parent : ""
                return FakeService.answer(200, #"{"data":[\#(records)]}"#)
            }
        }
        let destination = MemoryDestination(FakeService.account)
        func run(listed: Bool, deleted: Bool, after seconds: Int) async throws -> [String] {
            isListed.withLock { $0 = listed }
            isDeleted.withLock { $0 = deleted }
            let now = DefinedRun.now.advanced(by: .seconds(seconds))
            let outcome = try await DefinedRun.run(
                Self.yaml,
                service,
                into: destination,
                now: now,
                choosing: ["children"]
            )
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            return destination.events.map { "\($0.key) \($0.value == nil ? "gone" : "there")" }
        }
        #expect(try await run(listed: true, deleted: false, after: 0) == ["a there"])
        let gone = ["a there", "a gone"]
        #expect(try await run(listed: false, deleted: true, after: 1200) == gone)
        let back = gone + ["a there"]
        #expect(try await run(listed: true, deleted: true, after: 2400) == back)
        #expect(try await run(listed: false, deleted: false, after: 3600) == back)
        #expect(try await run(listed: false, deleted: true, after: 4800) == back + ["a gone"])
    }
}
