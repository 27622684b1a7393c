import Core
import JSON
import ProcessSupport
import Runs
import Testing

/// Parents whose lists of children are not there: gone, or asked for at a wrong path.
@Suite struct GoneParentTests {
    /// Parents with one child each; of those that are `missing` there is no list.
    private static func service(_ parents: [String], missing: Set<String> = []) -> FakeService {
        FakeService(lists: [:]) { path, _ in
            if path == "/parents" {
                let records = parents.map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
                return FakeService.answer(200, #"{"data":[\#(records)],"next":"t","end":true,"more":false}"#)
            }
            let parent = String(path.dropFirst("/lists/".count))
            return missing.contains(parent)
                ? FakeService.answer(404, #"{"error":"none"}"#)
                : FakeService.answer(200, #"{"data":[{"id":"\#(parent)1"}]}"#)
        }
    }

    @Test(
        "I2: children are deleted with their parent only where another one's list was there",
        arguments: [ParentsDefinition.token, ParentsDefinition.full],
        [["p"], ["q"], ["p", "q"], ["p", "q", "r"]]
    )
    func gone(yaml: String, missing: [String]) async throws {
        let parents = ["p", "q", "r"]
        let destination = MemoryDestination(FakeService.account)
        let first = Self.service(parents)
        #expect(
            try await DefinedRun.run(yaml, first, into: destination, choosing: ["children"]).status
                == .success
        )
        let before = destination.events.count
        #expect(before == 3)
        let second = Self.service(parents, missing: Set(missing))
        let outcome = try await DefinedRun.run(yaml, second, into: destination, choosing: ["children"])
        let news = destination.events.dropFirst(before).filter { $0.value == nil }.map(\.key)
        if missing.count < parents.count {
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            #expect(Set(news) == Set(missing.map { "\($0)1" }))
        } else {
            #expect(outcome.streams.map(\.outcome.error?.codeText) == ["run.parents_gone"])
            #expect(destination.events.count == before)
        }
    }

    @Test(
        "where nothing was known of them it is warned of",
        arguments: [ParentsDefinition.token, ParentsDefinition.full]
    )
    func unknown(yaml: String) async throws {
        let destination = MemoryDestination(FakeService.account)
        let service = Self.service(["p", "q"], missing: ["p", "q"])
        let outcome = try await DefinedRun.run(yaml, service, into: destination, choosing: ["children"])
        #expect(outcome.status == .success)
        #expect(
            outcome.streams[0].outcome.note?.contains("no parent had a list of children (2 answered") == true
        )
        #expect(destination.events.isEmpty)
    }
}
