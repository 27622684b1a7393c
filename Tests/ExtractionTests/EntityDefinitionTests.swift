import Core
import Testing

@testable import Extraction

/// What records become, as a definition says it, and every mistake in that.
@Suite struct EntityDefinitionTests {
    /// A definition with one field of an entity.
    private static func yaml(_ field: String, entity: String = "Order", beside: String = "") -> String {
        """
        extractor: shop
        base_url: https://example.com
        defaults: {records: items, key: id, paging: single_page}
        streams:
          customers: {get: /customers}
          orders:
            get: /orders
            entity:
              \(entity):
                \(beside)
                fields:
                  \(field)
        """
    }

    @Test func everyWayIsRead() throws {
        let text = """
            extractor: shop
            base_url: https://example.com
            currencies: {ISK: 2}
            defaults: {records: items, key: id, paging: single_page}
            streams:
              orders: {get: /orders}
              lines:
                for_each: orders
                get: /orders/{{ parent.id }}/lines
                entity:
                  OrderLine:
                    when: {kind.of: [a, b]}
                    fields:
                      cancelled: {is_one: state, of: [x]}
                      orderId: {parent: orders}
                      productId: {reference: product.id, stream: orders}
                      name: [title, name]
                      net: {minor: net, currency_code: EUR}
                      unitPrice: {major: price, currency: currency}
                    join_keys: {workEmail: mail, sku: sku}
            """
        let definition = try ExtractorDefinition.decode(Array(text.utf8), file: "e.yaml")
        let mapping = try #require(definition.stream(named: "lines").entities.first)
        #expect(definition.currencies == CurrencyTable(units: ["ISK": 2]))
        // In the order of the entity.
        #expect(
            mapping.fields.map(\.target.name) == [
                "orderId", "productId", "name", "unitPrice", "net", "cancelled",
            ]
        )
        #expect(
            mapping.fields.map(\.source) == [
                .parent(stream: "orders"), .reference(["product", "id"], stream: "orders"),
                .first([["title"], ["name"]]),
                .major(["price"], .field(["currency"])), .minor(["net"], .constant("EUR")),
                .isOne(["state"], of: ["x"]),
            ]
        )
        #expect(mapping.condition == .init(path: ["kind", "of"], values: ["a", "b"]))
        #expect(mapping.joinKeys.map(\.form) == [.email, .text])
    }

    static let mistakes: [(field: String, error: String)] = [
        ("numbr: id", "Order has no field numbr; did you mean number?"),
        (
            "total: total",
            "total is an amount of money: write {minor: PATH, currency: PATH}, or major in minor's place"
        ),
        ("status: state", "status is a status: write {status: PATH, means: {WORD: VALUE}}"),
        (
            "customerId: c",
            "customerId is the id of a Customer: write {reference: PATH, stream: STREAM}, or {parent: STREAM}"
        ),
        ("customerId: {reference: c, stream: customer}", "unknown stream customer; did you mean customers?"),
        (
            "customerId: {parent: customers}",
            "customers is not the stream's parent; the stream has no for_each"
        ),
        ("customerId: {reference: c}", "the field stream is missing"),
        ("total: {minor: t}", "an amount has one currency: write currency: PATH, or currency_code: EUR"),
        ("total: {minor: t, currency: c, currency_code: EUR}", "an amount has one currency"),
        ("total: {minor: t, currency_code: eur}", "eur is no currency"),
        ("total: {minor: t, major: u, currency: c}", "major does not go with minor: take one of them away"),
        ("status: {status: s, means: {a: opn}}", "unknown value opn; did you mean open?"),
        ("number: {constant: x, of: [y]}", "of does not go with constant"),
        ("number: {is_one: x, of: [y]}", "number is a text, and is_one gives another thing: write a path"),
        ("number: {}", "nothing here says what number is made of"),
        ("number: a..b", "a..b is no path"),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsSaid(field: String, error: String) {
        #expect {
            _ = try ExtractorDefinition.decode(Array(Self.yaml(field).utf8), file: "e.yaml")
        } throws: {
            let text = "\($0)"
            return text.contains(error) && text.contains("e.yaml:1")
        }
    }

    static let others = [
        (yaml("name: x", entity: "Custmer"), "unknown entity Custmer; did you mean Customer?"),
        (
            yaml("number: x", beside: "when: {a: [b], c: [d]}"),
            "when names one field of the record, and its values"
        ),
        (
            yaml("address: {address: {street: x}}", entity: "Customer"),
            "an address has no street; known here: city, country, lines"
        ),
        (yaml("address: {address: {city: [x, y]}}", entity: "Customer"), "only lines may have several paths"),
        (
            yaml("number: x").replacing("base_url", with: "currencies: {usd: 2, EUR: 9}\nbase_url"),
            "usd is no currency"
        ),
        (
            yaml("number: x").replacing("base_url", with: "currencies: {EUR: 9}\nbase_url"),
            "9 is no number of digits: write 0 to 4"
        ),
    ]

    @Test(arguments: others)
    func otherMistakesAreSaid(yaml: String, error: String) {
        #expect {
            _ = try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        } throws: {
            "\($0)".contains(error)
        }
    }
}
