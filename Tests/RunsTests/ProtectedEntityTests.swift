import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Testing

/// What is made of records whose personal fields are protected: events, entities, dead letters.
@Suite("Protected records")
struct ProtectedEntityTests {
    private static let yaml = """
        extractor: shop
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id, paging: single_page}
        streams:
          orders:
            get: /orders
            entity:
              Order:
                fields:
                  number: number
                  customerId: {reference: buyer.id, stream: orders}
                  status: {status: state, means: {new: open}}
                  placedAt: [placed, made]
                  total: {major: total, currency: currency}
                  externalRef: {joined: [buyer.first, buyer.last]}
                join_keys: {email: buyer.mail, name: buyer.first, both: both}
              OrderLine:
                fields: {quantity: count, cancelled: {is_one: state, of: [gone]}}
              Customer: {fields: {email: buyer.mail, phone: buyer.phone, address: {address: {lines: [street], country: land}}}}
        """

    private static let record = #"""
        {"id":"1","number":"A-1","buyer":{"id":"c1","mail":" Ann@B.c ","first":"Ann","last":"Lee","phone":"+49 1"},"state":"new","placed":"2026-01-02","made":"2026-01-01","total":"1.5","currency":"EUR","count":"3","street":"Main 1","land":"de","extra":"Ann"}
        """#

    private struct Made {
        var event: String
        var entities: [String: JSONValue]
        var page: EventPage
        var refused: [String]
    }

    /// What is published of the record; rules are `path=action:kind`.
    private func made(_ rules: String, of record: String = record) throws -> Made {
        let definition = try ExtractorDefinition.decode(Array(Self.yaml.utf8), file: "shop.yaml")
        let stream = try definition.stream(named: "orders")
        let protection = RecordProtection(
            try rules.split(separator: " ").map { rule in
                let parts = rule.split(separator: "=")
                let words = parts[1].split(separator: ":").map(String.init)
                return .init(
                    path: parts[0].split(separator: ".").map(String.init),
                    treatment: Treatment(
                        try #require(PrivacyAction(rawValue: words[0])),
                        words.count > 1 ? try #require(PersonalKind(rawValue: words[1])) : .other
                    )
                )
            },
            key: PrivacyKey(Secret("0123456789abcdef0123456789abcdef"))
        )
        let builder = EventBuilder(
            extractor: "shop",
            account: "acme",
            stream: "orders",
            topic: "t",
            version: nil,
            remembers: true,
            protection: protection
        )
        let mapper = EntityMapper(
            stream.entities,
            currencies: definition.currencies,
            account: try AccountName("shop/acme"),
            stream: "orders",
            prefix: try TopicPrefix("p"),
            protection: protection
        )
        let page = try builder.build(
            PageScanner(plan: ScanPlan(records: [], recordFields: [["id"]], pageFields: []))
                .scan(Array("[\(record)]".utf8)),
            keyFields: 0..<1,
            versionField: nil,
            now: Instant(seconds: 0)
        )
        var entities: [String: JSONValue] = [:]
        let refused = mapper.refusals(of: page)
        if refused.isEmpty {
            for made in try mapper.pages(of: page) {
                let value = try JSONValue.parse(made.values[made.events[0].value.range])
                entities[value["entity"]?.text ?? ""] = value
            }
        }
        return Made(
            event: String(decoding: page.values[page.events[0].value.range], as: UTF8.self),
            entities: entities,
            page: page,
            refused: refused.map(\.reason.text)
        )
    }

    @Test("without rules all is as it was, bytes and id included")
    func nothing() throws {
        #expect(try made("number=pass").event == Self.record)
        #expect(try made("nothing=mask").event == Self.record)
        let plain = try made("number=pass").page
        let other = try made("nothing=mask").page
        #expect(plain.text == other.text)
        #expect(plain.events[0].content == other.events[0].content)
    }

    @Test("the content is what is published: what differs in a dropped field alone does not differ")
    func content() throws {
        let one = try made("extra=drop")
        let other = try made(
            "extra=drop",
            of: Self.record.replacing(#""extra":"Ann""#, with: #""extra":"Bob""#)
        )
        #expect(one.page.events[0].content == other.page.events[0].content)
        #expect(one.event == other.event)
        #expect(one.page.events[0].content != (try made("number=pass")).page.events[0].content)
        // Nothing of the page's own bytes goes along.
        #expect(!String(decoding: one.page.values, as: UTF8.self).contains("extra"))
    }

    @Test(
        "where an entity wants a time, an amount, a number or a flag, what is protected is null, and no mistake",
        arguments: ["mask", "hash"]
    )
    func kinds(_ action: String) throws {
        let paths = ["placed", "total", "count", "state", "buyer.id"]
        let made = try made(paths.map { "\($0)=\(action)" }.joined(separator: " "))
        #expect(made.refused == [])
        let order = try #require(made.entities["Order"])
        #expect(order["placedAt"] == .null)
        #expect(order["total"] == .null)
        #expect(order["customerId"] == .null)
        #expect(order["status"]?["value"] == .null)
        #expect(order["number"] == "A-1")
        let line = try #require(made.entities["OrderLine"])
        #expect(line["quantity"] == .null)
        #expect(line["cancelled"] == .null, "a flag would be made up")
        for (name, value) in made.entities {
            let schema = try RecordSchema(
                EntitySchema(try #require(EntityModel.named(name))).document.bytes()
            )
            #expect(schema.misfits(in: value.bytes()) == [])
        }
    }

    @Test("an amount whose currency cannot be read is none", arguments: ["mask", "hash", "drop"])
    func currency(_ action: String) throws {
        let made = try made("currency=\(action)")
        #expect(made.refused == [])
        #expect(made.entities["Order"]?["total"] == .null)
    }

    @Test("what is dropped is absent")
    func dropped() throws {
        let made = try made("placed=drop total=drop count=drop state=drop buyer=drop street=drop")
        #expect(made.refused == [])
        let order = try #require(made.entities["Order"])
        #expect(order["placedAt"] == "2026-01-01", "the next of several stands in")
        #expect(["total", "status", "customerId", "externalRef", "joinKeys"].allSatisfy { order[$0] == nil })
        #expect(made.entities["Customer"]?["address"]?.compactText == #"{"country":"DE"}"#)
    }

    @Test("texts, addresses, e-mail and phone stay as they are, and tokens join")
    func texts() throws {
        let made = try made(
            "buyer.mail=hash:email buyer.phone=hash:phone buyer.first=mask:name buyer.last=hash:name street=mask land=hash both=hash"
        )
        #expect(made.refused == [])
        let record = try JSONValue.parse(made.event.utf8)
        let mail = try #require(record["buyer"]?["mail"]?.text)
        #expect(mail.hasPrefix("pii:"))
        let customer = try #require(made.entities["Customer"])
        #expect(customer["email"]?.text == mail)
        #expect(customer["phone"]?.text == record["buyer"]?["phone"]?.text)
        #expect(customer["address"]?["lines"]?.compactText == #"["***"]"#)
        #expect(customer["address"]?["country"]?.text == record["land"]?.text)
        let order = try #require(made.entities["Order"])
        #expect(order["externalRef"]?.text == "*** \(record["buyer"]?["last"]?.text ?? "")")
        // A mask is the same of everybody: by it nobody is found.
        #expect(order["joinKeys"] == ["email": .string(mail)])
        #expect(try !JSONValue.parse(made.event.utf8).compactText.contains("Lee"))
    }

    @Test(
        "a record that makes no entity is refused as it would be published, with a reason that tells as little"
    )
    func refused() throws {
        let wrong = Self.record.replacing(#""placed":"2026-01-02""#, with: #""placed":"soon""#)
        let made = try made("buyer.mail=hash:email extra=mask", of: wrong)
        #expect(made.refused.count == 1)
        let letter = try #require(made.page.events.first)
        let bytes = String(decoding: made.page.values[letter.value.range], as: UTF8.self)
        #expect(!bytes.contains("B.c"))
        #expect(made.refused[0].contains("soon"))
        // What a letter holds comes out the same when it is replayed.
        let again = try self.made("buyer.mail=hash:email extra=mask", of: bytes)
        #expect(again.event == bytes)
    }
}
