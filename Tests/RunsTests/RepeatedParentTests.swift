import Core
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// A parent that comes twice in one reading, since it changed while its pages were read.
@Suite struct RepeatedParentTests {
    @Test(
        "I2: what it had when it came first, and has no more, is deleted",
        arguments: [ParentsDefinition.token, ParentsDefinition.list]
    )
    func repeated(yaml: String) async throws {
        let pages = Locked(0)
        let looks = Locked(0)
        let service = FakeService(lists: [:]) { path, _ in
            switch path {
            case "/parents":
                let isEnd = pages.withLock { pages in
                    pages += 1
                    return pages == 2
                }
                let parents = isEnd ? #"{"id":"q"},{"id":"p"}"# : #"{"id":"p"}"#
                return FakeService.answer(
                    200,
                    #"{"data":[\#(parents)],"next":"t\#(isEnd)","end":\#(isEnd),"more":\#(!isEnd)}"#
                )
            case "/lists/p":
                let look = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                let children = look == 1 ? #"{"id":"a"},{"id":"b"}"# : #"{"id":"b"}"#
                return FakeService.answer(200, #"{"data":[\#(children)]}"#)
            default: return FakeService.answer(200, #"{"data":[]}"#)
            }
        }
        // The first children are not committed before the second are read, if nobody waits for them.
        let destination = MemoryDestination(
            FakeService.account,
            gate: { for _ in 0..<10_000 { await Task.yield() } }
        )
        let outcome = try await DefinedRun.run(yaml, service, into: destination, choosing: ["children"])
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        #expect(looks.withLock { $0 } == 2)
        let events = destination.events.map { "\($0.key) \($0.value == nil ? "gone" : "there")" }
        #expect(events == ["a there", "b there", "a gone"])
    }
}
