import Core
import JSON
import ProcessSupport
import Runs
import Testing

/// Children that cannot be published, where the list of their parent replaces what was published of it.
@Suite("Dead letters of child streams")
struct DeadChildTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          orders:
            get: /orders
            progress: full
          lines:
            for_each: orders
            get: /orders/{{ parent.id }}/lines
            replaces: children
            entity: {OrderLine: {fields: {unitPrice: {minor: price, currency_code: EUR}}}}
        """

    private func run(_ lines: [String], into destination: MemoryDestination) async throws -> RunOutcome {
        let service = FakeService(lists: [:]) { path, _ in
            let records = path == "/orders" ? [#"{"id":"o"}"#] : lines
            return FakeService.answer(200, "{\"data\":[\(records.joined(separator: ","))]}")
        }
        return try await DefinedRun.run(
            Self.yaml,
            service,
            into: destination,
            choosing: ["lines"],
            entities: .beside,
            deadLetters: 10
        )
    }

    private static func line(_ id: String, _ price: String = "1") -> String {
        #"{"id":"\#(id)","price":\#(price)}"#
    }

    @Test("I2: a child that cannot be published is not deleted by it; its letter names the parent")
    func isNotAbsent() async throws {
        let destination = MemoryDestination(FakeService.account)
        #expect(try await run([Self.line("a"), Self.line("b")], into: destination).status == .success)
        let outcome = try await run([Self.line("a", #""x""#), Self.line("b", "2")], into: destination)
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        let own = destination.events.filter { $0.stream == "lines" && !$0.key.hasPrefix("fake/") }
        #expect(own.map(\.key) == ["a", "b", "b"] && own.allSatisfy { $0.value != nil })
        let letter = try #require(destination.letters.first)
        #expect(destination.letters.count == 1 && letter.keyText == "a")
        #expect(letter.parent == Array("o".utf8))
        // Gone for good it is deleted.
        _ = try await run([Self.line("b", "2")], into: destination)
        #expect(destination.events.last { !$0.key.hasPrefix("fake/") }?.key == "a")
        #expect(destination.events.last?.value == nil)
    }
}
