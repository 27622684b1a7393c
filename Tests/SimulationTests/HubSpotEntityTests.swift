import Core
import JSON
import ProcessSupport
import Simulators
import Testing

/// What a run over a simulated HubSpot makes of its records, against values worked out by hand.
@Suite("HubSpot's records become entities")
struct HubSpotEntityTests {
    private static let streams = [
        "contacts", "companies", "deals", "tickets", "products", "line_items", "orders", "invoices",
        "commerce_payments", "subscriptions",
    ]
    /// When the account's clock starts: what is put into it is as old.
    private static let times =
        #""createdAt":"2026-01-01T00:00:00.000Z","updatedAt":"2026-01-01T00:00:00.000Z""#

    private let simulator: HubSpotSimulator
    private let account: EntitySync

    init() throws {
        simulator = try HubSpotAccount.simulator(seed: 11, records: 60, faults: HubSpotAccount.calm)
        account = try EntitySync(
            simulator,
            "hubspot",
            settings: HubSpotAccount.settings,
            streams: Self.streams
        )
    }

    /// A price as HubSpot's texts have it, by currency, and what it is.
    static let prices = [
        ("USD", "12.5", #"{"minor":1250,"currency":"USD","exponent":2}"#),
        ("JPY", "10", #"{"minor":10,"currency":"JPY","exponent":0}"#),
        ("JPY", "0.001", #"{"minor":1,"currency":"JPY","exponent":3}"#),
        ("KWD", "1.5", #"{"minor":1500,"currency":"KWD","exponent":3}"#),
        ("isk", "50000", #"{"minor":50000,"currency":"ISK","exponent":0}"#),
        ("EUR", "1e3", #"{"minor":100000,"currency":"EUR","exponent":2}"#),
        ("EUR", "9223372036854775807", #"{"minor":922337203685477580700,"currency":"EUR","exponent":2}"#),
        (
            "USD", "1.12345678901234567890123456789",
            #"{"minor":112345678901234567890123456789,"currency":"USD","exponent":29}"#
        ),
        ("", "7", #"{"minor":7,"currency":null,"exponent":0}"#),
    ]

    @Test("line items: numbers that are texts, in every kind of currency, with all digits")
    func lines() async throws {
        let lines = try Self.prices.map { currency, price, _ in
            try simulator.put(
                "line_items",
                [
                    "price": #""\#(price)""#, "hs_line_item_currency_code": #""\#(currency)""#,
                    "quantity": #""2.50""#, "name": #""Tea 🛒 \ud83d""#, "hs_product_id": #""7""#,
                ]
            )
        }
        try await account.sync()
        for (line, (_, _, price)) in zip(lines, Self.prices) {
            let fields = try account.fields("OrderLine", "line_items", line)
            #expect(
                fields.hasPrefix(
                    account.head("OrderLine", "line_items", line)
                        + #","productId":"hubspot/acme:products:7","name":"Tea 🛒 \ud83d","quantity":2.50,"unitPrice":\#(price)"#
                )
            )
            #expect(fields.hasSuffix(Self.times))
        }
    }

    @Test("contacts: persons all of them, customers by their stage, names with halves of surrogate pairs")
    func contacts() async throws {
        let customer = try simulator.put(
            "contacts",
            [
                "firstname": #"" Zoë \ud83d""#, "lastname": #""O'Neill 🛒""#, "email": #""Zoe@Shop.EXAMPLE""#,
                "phone": #""+49 (30) 12 34-5""#, "country": #""de""#, "lifecyclestage": #""customer""#,
            ]
        )
        let lead = try simulator.put(
            "contacts",
            [
                "firstname": "null", "lastname": #""""#, "email": "null", "phone": #""call me""#,
                "country": "null", "lifecyclestage": #""lead""#,
            ]
        )
        try await account.sync()
        let rest =
            #","email":"zoe@shop.example","phone":"+493012345","address":{"country":"DE"},\#(Self.times),"#
            + #""joinKeys":{"email":"zoe@shop.example"}"#
        try account.expect(
            "Customer",
            "contacts",
            customer,
            is: #","name":"Zoë \ud83d O'Neill 🛒"\#(rest)"#
        )
        try account.expect(
            "Person",
            "contacts",
            customer,
            is:
                #","givenName":" Zoë \ud83d","familyName":"O'Neill 🛒","fullName":"Zoë \ud83d O'Neill 🛒"\#(rest)"#
        )
        try account.expect(
            "Person",
            "contacts",
            lead,
            is: #","givenName":null,"familyName":null,"email":null,"phone":"call me",\#(Self.times)"#
        )
        #expect(try account.event("Customer", "contacts", lead).value == nil)
    }

    @Test("all other entities of HubSpot's")
    func others() async throws {
        let text = String(repeating: #"é\n🛒"#, count: 120_000)
        let deal = try simulator.put(
            "deals",
            [
                "dealname": "\"\(text)\"",
                "amount": #""123456789012345678901234567890.12""#, "deal_currency_code": #""KWD""#,
                "dealstage": #""nowhere""#, "closedate": #""9999-12-31T00:00:00Z""#,
            ]
        )
        let ticket = try simulator.put(
            "tickets",
            [
                "subject": #""Where? \udc00""#, "hs_pipeline_stage": #""2""#, "hs_ticket_priority": "null",
                "closed_date": #""1767225600123""#,
            ]
        )
        let order = try simulator.put(
            "orders",
            [
                "hs_order_name": #""""#, "hs_pipeline_stage": #""shipped""#, "hs_total_price": #""0.5""#,
                "hs_currency_code": #""KWD""#, "hs_external_order_id": #""9223372036854775807""#,
                "hs_external_created_date": #""2025-12-31T23:59:59.5+01:00""#,
            ]
        )
        let invoice = try simulator.put(
            "invoices",
            [
                "hs_number": #""INV-7""#, "hs_invoice_status": #""voided""#, "hs_amount_billed": #""10""#,
                "hs_balance_due": #""""#, "hs_currency": #""JPY""#, "hs_due_date": #""2026-02-28""#,
            ]
        )
        let payment = try simulator.put(
            "commerce_payments",
            [
                "hs_initial_amount": #""9.99""#, "hs_currency_code": #""USD""#,
                "hs_latest_status": #""refunded""#,
                "hs_initiated_date": #""2026-01-01T00:00:00.001Z""#, "hs_customer_email": #""X@y.Z""#,
            ]
        )
        let subscription = try simulator.put(
            "subscriptions",
            ["hs_status": #""past_due""#, "hs_recurring_billing_start_date": #""1704067200000""#]
        )
        let company = try simulator.put(
            "companies",
            [
                "name": #""Tea & Co 🛒""#, "domain": #""tea.example""#, "phone": #""""#,
                "country": #""United Kingdom""#,
            ]
        )
        let product = try simulator.put("products", ["name": #""Tea""#, "hs_sku": #""0007""#])
        try await account.sync()
        try account.expect(
            "Deal",
            "deals",
            deal,
            is:
                #","name":"\#(text)","amount":{"minor":123456789012345678901234567890120,"currency":"KWD","exponent":3},"#
                + #""stage":"nowhere","closeDate":"9999-12-31T00:00:00Z","won":null,\#(Self.times)"#
        )
        try account.expect(
            "SupportTicket",
            "tickets",
            ticket,
            is:
                #","number":"\#(ticket)","subject":"Where? \udc00","status":{"code":"2","value":"pending"},"priority":null,"#
                + #""openedAt":"2026-01-01T00:00:00.000Z","resolvedAt":"2026-01-01T00:00:00.123Z",\#(Self.times)"#
        )
        try account.expect(
            "Order",
            "orders",
            order,
            is:
                #","number":"\#(order)","status":{"code":"shipped","value":null},"placedAt":"2025-12-31T22:59:59.5Z","#
                + #""total":{"minor":500,"currency":"KWD","exponent":3},"externalRef":"9223372036854775807",\#(Self.times),"#
                + #""joinKeys":{"externalId":"9223372036854775807"}"#
        )
        try account.expect(
            "Invoice",
            "invoices",
            invoice,
            is:
                #","number":"INV-7","status":{"code":"voided","value":"void"},"total":{"minor":10,"currency":"JPY","exponent":0},"#
                + #""due":null,"dueDate":"2026-02-28","isCancelled":true,\#(Self.times)"#
        )
        try account.expect(
            "Payment",
            "commerce_payments",
            payment,
            is:
                #","amount":{"minor":999,"currency":"USD","exponent":2},"captured":true,"status":{"code":"refunded","value":"refunded"},"#
                + #""capturedAt":"2026-01-01T00:00:00.001Z",\#(Self.times),"joinKeys":{"email":"x@y.z"}"#
        )
        try account.expect(
            "Subscription",
            "subscriptions",
            subscription,
            is:
                #","status":{"code":"past_due","value":"overdue"},"startAt":"2024-01-01T00:00:00.000Z",\#(Self.times)"#
        )
        try account.expect(
            "Company",
            "companies",
            company,
            is:
                #","name":"Tea & Co 🛒","domain":"tea.example","address":{"country":"United Kingdom"},"phone":null,\#(Self.times),"#
                + #""joinKeys":{"domain":"tea.example"}"#
        )
        try account.expect(
            "Product",
            "products",
            product,
            is: #","sku":"0007","name":"Tea",\#(Self.times)"#
        )
    }

    @Test("every entity of an account names its record and its version, and what it refers to is there")
    func references() async throws {
        try await account.sync()
        let followed = try account.checkAll()
        #expect(followed["OrderLine.productId"] ?? 0 >= 20)
        let persons = try account.documents("Person")
        for (id, customer) in try account.documents("Customer") {
            #expect(customer["joinKeys"] == persons[id]?["joinKeys"])
        }
    }
}
