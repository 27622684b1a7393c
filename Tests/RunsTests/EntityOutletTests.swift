import Core
import JSON
import ProcessSupport
import Runs
import Synchronization
import Testing

/// Entities beside the events of their streams, in one transaction.
@Suite("Entities of a run")
struct EntityOutletTests {
    private static let yaml = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          products:
            get: /products
            progress: full
            entity: {Product: {fields: {name: name, defaultPrice: {minor: price, currency_code: EUR}}}}
          plain:
            get: /plain
            progress: full
        """

    /// The topics of each transaction that has events, with how many of them.
    private typealias Published = [[String: Int]]

    private func run(
        _ mode: EntityMode,
        _ products: [String],
        into destination: MemoryDestination
    ) async throws -> RunOutcome {
        let service = FakeService(lists: [:]) { path, _ in
            let records = path == "/products" ? products : [#"{"id":1}"#, #"{"id":2}"#]
            return FakeService.answer(200, "{\"data\":[\(records.joined(separator: ","))]}")
        }
        return try await DefinedRun.run(Self.yaml, service, into: destination, entities: mode)
    }

    private static func product(_ id: String, _ price: String) -> String {
        #"{"id":"\#(id)","name":"n","price":\#(price)}"#
    }

    @Test(
        "I1: entities go out in the transaction of their records, beside them or instead of them",
        arguments: [
            (EntityMode.none, ["products": 2, "plain": 2]),
            (.beside, ["products": 2, "p.entity.Product": 2, "plain": 2]),
            (.instead, ["p.entity.Product": 2, "plain": 2]),
        ]
    )
    func modes(_ mode: EntityMode, _ expected: [String: Int]) async throws {
        let published = Locked<Published>([])
        let destination = MemoryDestination(FakeService.account) { _, group in
            let topics = Dictionary(group.pages.map { ($0.topic, $0.events.count) }, uniquingKeysWith: +)
            published.withLock { $0.append(topics) }
        }
        let products = [Self.product("a", "100"), Self.product("b", "200")]
        let outcome = try await run(mode, products, into: destination)
        #expect(outcome.error == nil)
        let groups = published.withLock { $0 }
        #expect(groups.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) } == expected)
        for group in groups where mode == .beside { #expect(group["products"] == group["p.entity.Product"]) }
        // What is told again and has not changed makes no entity either; a delete by absence is one there too.
        published.withLock { $0 = [] }
        _ = try await run(mode, products.dropLast() + [Self.product("c", "1")], into: destination)
        let again = published.withLock { $0 }.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        #expect(again == expected.filter { $0.key != "plain" })
    }

    @Test("where no record is gone past, one that makes no entity fails its stream whole, and no other")
    func misfit() async throws {
        let destination = MemoryDestination(FakeService.account)
        let outcome = try await run(
            .beside,
            [Self.product("a", "100"), Self.product("b", #""free""#)],
            into: destination
        )
        #expect(Set(destination.events.map(\.stream)) == ["plain"])
        let failed = try #require(outcome.streams.first { $0.0 == "products" }?.1)
        #expect(failed.status == .failed)
        #expect("\(failed)".contains("record b makes no Product"))
        #expect(outcome.streams.first { $0.0 == "plain" }?.1.status == .success)
    }
}
