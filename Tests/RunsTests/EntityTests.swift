import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Testing

/// What the shipped extractors make of records, against values worked out by hand.
@Suite("Records become entities")
struct EntityTests {
    /// A record of a stream, and what it becomes: by entity, the value of its event; nil for a delete.
    struct Row: Sendable, CustomTestStringConvertible {
        var stream: String
        var record: String
        var entities: [(name: String, value: String?)]
        var parent: String?
        var testDescription: String { "\(stream): \(record.prefix(80))" }
    }

    private static let prefix = try? TopicPrefix("retail")

    /// The events of records, and the entities that a definition makes of them.
    private func entities(_ extractor: String, _ stream: String, _ records: String, parent: String? = nil)
        throws
        -> [EventPage]
    {
        let definition = try ExtractorDefinition.load(
            folder: "\(SluiceProcess.packageRoot)/extractors/\(extractor)"
        )
        let stream = try definition.stream(named: stream)
        let account = try AccountName(extractor: extractor, account: "acme")
        let mapper = EntityMapper(
            stream.entities,
            currencies: definition.currencies,
            account: account,
            stream: stream.name,
            prefix: try #require(Self.prefix)
        )
        let plan = ScanPlan(records: [], recordFields: stream.key, pageFields: [])
        let builder = EventBuilder(
            extractor: extractor,
            account: "acme",
            stream: stream.name,
            topic: "retail.\(extractor).acme.\(stream.name)",
            version: nil
        )
        let page = try builder.build(
            PageScanner(plan: plan).scan(Array("[\(records)]".utf8)),
            keyFields: 0..<stream.key.count,
            versionField: nil,
            now: Instant(seconds: 1_764_072_000)
        )
        return try mapper.pages(of: page, parent: parent.map { Array($0.utf8) })
    }

    private func check(_ extractor: String, _ row: Row) throws {
        let pages = try entities(extractor, row.stream, row.record, parent: row.parent)
        #expect(pages.map(\.topic) == row.entities.map { "retail.entity.\($0.name)" })
        for (page, entity) in zip(pages, row.entities) {
            let event = try #require(page.events.first)
            #expect((event.kind == .delete) == (entity.value == nil))
            guard let value = entity.value else { continue }
            #expect(String(decoding: page.values[event.value.range], as: UTF8.self) == value)
        }
    }

    /// The members that every entity begins with.
    private static func head(_ extractor: String, _ stream: String, _ key: String, _ entity: String) -> String
    {
        #"{"id":"\#(extractor)/acme:\#(stream):\#(key)","entity":"\#(entity)","source":{"system":"\#(extractor)","#
            + #""account":"acme","stream":"\#(stream)","key":"\#(key)"}"#
    }

    // MARK: Stripe

    static let stripe: [Row] = [
        Row(
            stream: "customers",
            record:
                #"{"id":"cus_1","name":"Zoë 🛒 \ud83d","email":" Zoe@Shop.EXAMPLE ","phone":"+49 (30) 12 34-5","#
                + #""currency":"eur","created":1764071999,"balance":9223372036854775807,"metadata":{"erp":"7"},"#
                + #""address":{"line1":"Hauptstr. 1","line2":null,"city":"Berlin","state":"","postal_code":"10115","#
                + #""country":"de","geo":1}}"#,
            entities: [
                (
                    "Customer",
                    head("stripe", "customers", "cus_1", "Customer")
                        + #","name":"Zoë 🛒 \ud83d","email":"zoe@shop.example","phone":"+493012345","currency":"eur","#
                        + #""address":{"lines":["Hauptstr. 1"],"city":"Berlin","postalCode":"10115","country":"DE"},"#
                        + #""createdAt":"2025-11-25T11:59:59Z","joinKeys":{"email":"zoe@shop.example"},"#
                        + #""custom":{"id":"cus_1","balance":9223372036854775807,"metadata":{"erp":"7"},"#
                        + #""address":{"geo":1}}}"#
                )
            ]
        ),
        // Two digits, none, three, and what Stripe counts in its own way.
        payment("1234", "eur", #"{"minor":1234,"currency":"EUR","exponent":2}"#),
        payment("500", "jpy", #"{"minor":500,"currency":"JPY","exponent":0}"#),
        payment("1234", "kwd", #"{"minor":1234,"currency":"KWD","exponent":3}"#),
        payment("50000", "isk", #"{"minor":500,"currency":"ISK","exponent":0}"#),
        payment("1250", "ugx", #"{"minor":125,"currency":"UGX","exponent":1}"#),
        payment("700", "mga", #"{"minor":70000,"currency":"MGA","exponent":2}"#),
        payment("-0", "usd", #"{"minor":0,"currency":"USD","exponent":2}"#),
        payment("12.5", "usd", #"{"minor":125,"currency":"USD","exponent":3}"#),
        payment(
            "123456789012345678901234567890",
            "usd",
            #"{"minor":123456789012345678901234567890,"currency":"USD","exponent":2}"#
        ),
        Row(
            stream: "checkout_session_line_items",
            record: #"{"id":"li_1","description":"Tea","quantity":2,"currency":"usd","amount_subtotal":300,"#
                + #""price":{"product":"prod_1","unit_amount":150,"id":"price_1"}}"#,
            entities: [
                (
                    "OrderLine",
                    head("stripe", "checkout_session_line_items", "li_1", "OrderLine")
                        + #","orderId":"stripe/acme:checkout_sessions:cs_1","productId":"stripe/acme:products:prod_1","#
                        + #""name":"Tea","quantity":2,"unitPrice":{"minor":150,"currency":"USD","exponent":2},"#
                        + #""net":{"minor":300,"currency":"USD","exponent":2},"custom":{"id":"li_1","price":{"id":"price_1"}}}"#
                )
            ],
            parent: "cs_1"
        ),
    ]

    private static func payment(_ amount: String, _ currency: String, _ money: String) -> Row {
        Row(
            stream: "charges",
            record:
                #"{"id":"ch_1","amount":\#(amount),"currency":"\#(currency)","status":"succeeded","customer":null}"#,
            entities: [
                (
                    "Payment",
                    head("stripe", "charges", "ch_1", "Payment")
                        + #","customerId":null,"amount":\#(money),"status":{"code":"succeeded","value":"paid"},"custom":{"id":"ch_1"}}"#
                )
            ]
        )
    }

    @Test("Stripe: amounts in minor units, of every kind of currency", arguments: stripe)
    func ofStripe(_ row: Row) throws { try check("stripe", row) }

    // MARK: Zendesk

    static let zendesk: [Row] = [
        Row(
            stream: "users",
            record:
                #"{"id":9007199254740993,"role":"end-user","name":"A","email":"A@B.c","phone":null,"suspended":true,"#
                + #""external_id":"42","created_at":"2026-01-02T03:04:05+02:00"}"#,
            entities: [
                (
                    "Customer",
                    head("zendesk", "users", "9007199254740993", "Customer")
                        + #","name":"A","email":"a@b.c","phone":null,"status":{"code":"true","value":"blocked"},"#
                        + #""createdAt":"2026-01-02T01:04:05Z","joinKeys":{"email":"a@b.c","externalId":"42"},"#
                        + #""custom":{"id":9007199254740993,"role":"end-user","external_id":"42"}}"#
                ),
                (
                    "Person",
                    head("zendesk", "users", "9007199254740993", "Person")
                        + #","fullName":"A","email":"a@b.c","phone":null,"createdAt":"2026-01-02T01:04:05Z","#
                        + #""joinKeys":{"email":"a@b.c","externalId":"42"},"#
                        + #""custom":{"id":9007199254740993,"role":"end-user","suspended":true,"external_id":"42"}}"#
                ),
                ("Agent", nil),
            ]
        ),
        Row(
            stream: "tickets",
            record:
                #"{"id":1,"subject":"","raw_subject":"Where?","status":"deleted","requester_id":7,"assignee_id":null}"#,
            entities: [
                (
                    "SupportTicket",
                    head("zendesk", "tickets", "1", "SupportTicket")
                        + #","number":"1","subject":"Where?","status":{"code":"deleted","value":null},"#
                        + #""requesterId":"zendesk/acme:users:7","assigneeId":null}"#
                )
            ]
        ),
    ]

    @Test("Zendesk: a user is a customer or an agent, as the role says", arguments: zendesk)
    func ofZendesk(_ row: Row) throws { try check("zendesk", row) }

    // MARK: HubSpot

    static let hubspot: [Row] = [
        Row(
            stream: "deals",
            record: #"{"id":"5","createdAt":"2026-01-02T03:04:05.678Z","archived":false,"#
                + #""properties":{"dealname":"D","amount":"1234.5","deal_currency_code":"EUR","dealstage":"closedwon","#
                + #""hs_deal_stage_probability":"0.30000000000000000001","closedate":"9999-12-31T00:00:00Z","#
                + #""hs_is_closed_won":"true","other":"x"}}"#,
            entities: [
                (
                    "Deal",
                    head("hubspot", "deals", "5", "Deal")
                        + #","name":"D","amount":{"minor":123450,"currency":"EUR","exponent":2},"stage":"closedwon","#
                        + #""probability":0.30000000000000000001,"closeDate":"9999-12-31T00:00:00Z","won":true,"#
                        + #""createdAt":"2026-01-02T03:04:05.678Z","custom":{"id":"5","archived":false,"properties":{"other":"x"}}}"#
                )
            ]
        ),
        Row(
            stream: "contacts",
            record: #"{"id":"7","properties":{"firstname":"\u00c9mile \"E\"","lastname":"\n O\\Neill ","#
                + #""address":"1 \/ 2","city":" \ud83d ","country":"\u0064e","zip":7,"state":"  "}}"#,
            entities: [
                (
                    "Person",
                    head("hubspot", "contacts", "7", "Person")
                        + #","givenName":"\u00c9mile \"E\"","familyName":"\n O\\Neill ","fullName":"Émile \"E\" O\\Neill","#
                        + #""address":{"lines":["1 / 2"],"city":"\ud83d","postalCode":"7","country":"DE"},"#
                        + #""custom":{"id":"7"}}"#
                ),
                ("Customer", nil),
            ]
        ),
        line("10", "JPY", #"{"minor":10,"currency":"JPY","exponent":0}"#),
        line("0.001", "JPY", #"{"minor":1,"currency":"JPY","exponent":3}"#),
        line("1.5", "BHD", #"{"minor":1500,"currency":"BHD","exponent":3}"#),
        line("1e3", "USD", #"{"minor":100000,"currency":"USD","exponent":2}"#),
        line(
            "1.123456789012345678901234567890",
            "USD",
            #"{"minor":112345678901234567890123456789,"currency":"USD","exponent":29}"#
        ),
    ]

    private static func line(_ price: String, _ currency: String, _ money: String) -> Row {
        Row(
            stream: "line_items",
            record:
                #"{"id":"5","properties":{"price":"\#(price)","hs_line_item_currency_code":"\#(currency)","quantity":"2"}}"#,
            entities: [
                (
                    "OrderLine",
                    head("hubspot", "line_items", "5", "OrderLine")
                        + #","quantity":2,"unitPrice":\#(money),"custom":{"id":"5"}}"#
                )
            ]
        )
    }

    @Test("HubSpot: numbers that are texts, with every digit", arguments: hubspot)
    func ofHubSpot(_ row: Row) throws { try check("hubspot", row) }

    // MARK: Whatever the service

    @Test("a megabyte of text goes through as it came")
    func largeText() throws {
        let name = String(repeating: "é\\n🛒", count: 120_000)
        let page = try #require(try entities("stripe", "products", #"{"id":"p","name":"\#(name)"}"#).first)
        let value = String(decoding: page.values[page.events[0].value.range], as: UTF8.self)
        #expect(value.contains(#""name":"\#(name)""#))
    }

    @Test("what is none of what it should be names the record, the field and what stands there")
    func misfit() throws {
        let error = try #require(throws: EventError.self) {
            try entities("stripe", "charges", #"{"id":"ch_1","amount":"many","currency":"eur"}"#)
        }
        #expect(error.codeText == "event.bad_entity")
        #expect(error.stream == "charges")
        #expect(
            error.message.hasPrefix(
                "charges: record ch_1 makes no Payment: amount is many, which is no amount"
            )
        )
    }

    @Test("a delete deletes every entity, under ids that end as its own")
    func deletes() throws {
        let definition = try ExtractorDefinition.load(
            folder: "\(SluiceProcess.packageRoot)/extractors/zendesk"
        )
        let mapper = EntityMapper(
            try definition.stream(named: "users").entities,
            currencies: definition.currencies,
            account: try AccountName("zendesk/acme"),
            stream: "users",
            isAccountInKey: true,
            prefix: try #require(Self.prefix)
        )
        let builder = EventBuilder(
            extractor: "zendesk",
            account: "acme",
            stream: "users",
            topic: "t",
            isAccountInKey: true,
            version: .epochSeconds
        )
        let page = builder.deletes(
            [.init(key: Array(#"["zendesk/acme",7]"#.utf8), time: Instant(seconds: 5))],
            now: Instant(seconds: 9)
        )
        let pages = try mapper.pages(of: page)
        #expect(pages.map(\.topic) == ["Customer", "Person", "Agent"].map { "retail.entity.\($0)" })
        for page in pages {
            #expect(page.events.map(\.kind) == [.delete])
            #expect(
                String(decoding: page.text[page.events[0].key.range], as: UTF8.self) == "zendesk/acme:users:7"
            )
            #expect(
                String(decoding: page.text[page.events[0].id.range], as: UTF8.self)
                    == "zendesk/acme:users:7:5"
            )
        }
    }
}
