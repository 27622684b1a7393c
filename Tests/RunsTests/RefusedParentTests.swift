import Core
import JSON
import ProcessSupport
import Runs
import Testing

/// Parents whose children these credentials may not read: some of them, or all.
@Suite struct RefusedParentTests {
    private static let rule =
        "errors: {message: error, rules: [{status: 403, action: unavailable, of: parent}]}"
    private static let token = with(rule, ParentsDefinition.token)
    private static let full = with(rule, ParentsDefinition.full)

    private static func with(_ errors: String, _ yaml: String) -> String {
        yaml.replacing("base_url: http://127.0.0.1:1\n", with: "base_url: http://127.0.0.1:1\n\(errors)\n")
    }

    /// Parents with one child each, as of a version; those that are `refused` answer 403.
    private static func service(
        _ parents: [String],
        version: Int,
        refused: Set<String> = [],
        missing: Set<String> = [],
        body: String = #"{"error":"not for you"}"#
    ) -> FakeService {
        FakeService(lists: [:]) { path, _ in
            if path == "/parents" {
                let records = parents.map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
                return FakeService.answer(
                    200,
                    #"{"data":[\#(records)],"next":"t\#(version)","end":true,"more":false}"#
                )
            }
            let parent = String(path.dropFirst("/lists/".count))
            if refused.contains(parent) { return FakeService.answer(403, body) }
            if missing.contains(parent) { return FakeService.answer(404, #"{"error":"none"}"#) }
            return FakeService.answer(200, #"{"data":[{"id":"\#(parent)1","v":\#(version)}]}"#)
        }
    }

    private static func run(_ yaml: String, _ service: FakeService, _ destination: MemoryDestination)
        async throws -> RunOutcome
    {
        try await DefinedRun.run(yaml, service, into: destination, choosing: ["children"])
    }

    private static func place(_ destination: MemoryDestination) throws -> Bookmark? {
        var bookmark = try destination.bookmark(of: StreamName("children"))
        bookmark?.updated = 0
        return bookmark
    }

    @Test(
        "I2: one that is refused is passed, and its children stay as they were until it may be read",
        arguments: [token, full],
        [["p"], ["q"], ["r"], ["p", "q"], ["q", "r"]]
    )
    func passed(yaml: String, refused: [String]) async throws {
        let parents = ["p", "q", "r"]
        let destination = MemoryDestination(FakeService.account)
        #expect(try await Self.run(yaml, Self.service(parents, version: 1), destination).status == .success)
        for version in [2, 3] {
            let before = destination.events.count
            let service = Self.service(parents, version: version, refused: Set(refused))
            let outcome = try await Self.run(yaml, service, destination)
            #expect(outcome.status == .success, "\(outcome.json.compactText)")
            #expect(outcome.streams[0].outcome.refusedParents == refused.count)
            let note = try #require(outcome.streams[0].outcome.note)
            #expect(note.hasPrefix("\(refused.count) parents were refused, the first of them "))
            #expect(note.contains("run --stream children --resync") && note.contains("not for you"))
            #expect(outcome.json.compactText.contains("\"refused_parents\":\(refused.count)"))
            let news = destination.events.dropFirst(before)
            #expect(news.allSatisfy { $0.value != nil })
            #expect(Set(news.map(\.key)) == Set(parents.filter { !refused.contains($0) }.map { "\($0)1" }))
        }
        let before = destination.events.count
        let last = try await Self.run(yaml, Self.service(parents, version: 3), destination)
        #expect(last.status == .success && last.streams[0].outcome.refusedParents == 0)
        #expect(Set(destination.events.dropFirst(before).map(\.key)) == Set(refused.map { "\($0)1" }))
    }

    @Test(
        "where all are refused it is the stream that is, and nothing moves",
        arguments: [token, full],
        [["p", "q", "r"], ["p"]]
    )
    func all(yaml: String, asked: [String]) async throws {
        let parents = ["p", "q", "r"]
        let destination = MemoryDestination(FakeService.account)
        _ = try await Self.run(yaml, Self.service(parents, version: 1), destination)
        let (before, place) = (destination.events.count, try Self.place(destination))
        for _ in 0..<2 {
            let service = Self.service(asked, version: 2, refused: Set(parents))
            let outcome = try await Self.run(yaml, service, destination)
            #expect(outcome.streams[0].outcome.status == .unavailable)
            #expect(outcome.streams[0].outcome.error?.codeText == "extraction.unavailable")
            #expect(
                outcome.streams[0].outcome.error?.message.contains(
                    "All parents that were asked (\(asked.count)) were refused"
                ) == true
            )
            #expect(destination.events.count == before)
            #expect(try Self.place(destination)?.list.token == place?.list.token)
            // Those that had children before were asked as well.
            #expect(Set(service.log.filter { $0.contains("/lists/") }).count == 3)
        }
        let outcome = try await Self.run(yaml, Self.service(parents, version: 3), destination)
        #expect(outcome.status == .success)
        #expect(Set(destination.events.dropFirst(before).map(\.key)) == ["p1", "q1", "r1"])
    }

    @Test("a parent that is alone in a run is passed where another one that was known is there")
    func alone() async throws {
        let destination = MemoryDestination(FakeService.account)
        _ = try await Self.run(Self.token, Self.service(["p", "q", "r"], version: 1), destination)
        let service = Self.service(["p"], version: 2, refused: ["p", "q"])
        let outcome = try await Self.run(Self.token, service, destination)
        #expect(outcome.status == .success && outcome.streams[0].outcome.refusedParents == 1)
        #expect(service.log.count { $0.contains("/lists/") } == 3)
        let token = try Self.place(destination)?.list.token
        #expect(token?.compactText.contains("t2") == true)
        #expect(destination.events.count == 3)
    }

    @Test("of a stream that was never read a hundred refusals are enough", arguments: [token, full])
    func many(yaml: String) async throws {
        let parents = (0..<300).map { "p\($0)" }
        let destination = MemoryDestination(FakeService.account)
        let service = Self.service(parents, version: 1, refused: Set(parents))
        let outcome = try await Self.run(yaml, service, destination)
        #expect(outcome.streams[0].outcome.status == .unavailable)
        #expect((101...105).contains(service.log.count), "\(service.log.count)")
        #expect(destination.events.isEmpty)
        #expect(try Self.place(destination)?.list.token == nil)
        // The others are read as soon as one is there, and those before it are passed.
        let later = Self.service(parents, version: 1, refused: Set(parents.prefix(90)))
        let success = try await Self.run(yaml, later, destination)
        #expect(success.status == .success && success.streams[0].outcome.refusedParents == 90)
        #expect(destination.events.count == 210)
    }

    @Test(
        "what is gone beside what is refused is deleted only where a third one is there",
        arguments: [token, full]
    )
    func gone(yaml: String) async throws {
        let parents = ["p", "q", "r"]
        let destination = MemoryDestination(FakeService.account)
        _ = try await Self.run(yaml, Self.service(parents, version: 1), destination)
        let doubtful = Self.service(parents, version: 2, refused: ["p", "r"], missing: ["q"])
        #expect(try await Self.run(yaml, doubtful, destination).status == .failed)
        #expect(destination.events.count == 3)
        let sure = Self.service(parents, version: 2, refused: ["p"], missing: ["q"])
        #expect(try await Self.run(yaml, sure, destination).status == .success)
        #expect(destination.events.dropFirst(3).filter { $0.value == nil }.map(\.key) == ["q1"])
    }

    @Test(
        "a refusal that is not the API's own, or that no rule names, is the stream's",
        arguments: [true, false]
    )
    func foreign(hasRule: Bool) async throws {
        let destination = MemoryDestination(FakeService.account)
        let yaml = hasRule ? Self.token : Self.with("errors: {message: error}", ParentsDefinition.token)
        let service = Self.service(
            ["p", "q"],
            version: 1,
            refused: ["q"],
            body: hasRule ? "<html>blocked</html>" : #"{"error":"not for you"}"#
        )
        let outcome = try await Self.run(yaml, service, destination)
        #expect(outcome.streams[0].outcome.status == .unavailable)
        #expect(outcome.streams[0].outcome.refusedParents == 0)
    }
}
