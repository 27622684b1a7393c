import Core
import JSON
import ProcessSupport
import Simulators
import Testing

/// What a run over a simulated Stripe makes of its records, against values worked out by hand.
@Suite("Stripe's records become entities")
struct StripeEntityTests {
    private static let streams = [
        "customers", "products", "charges", "refunds", "disputes", "subscriptions", "invoices",
        "checkout_sessions", "checkout_session_line_items",
    ]
    /// When the account's clock starts: what is put into it is as old.
    private static let start = "2026-01-01T00:00:00Z"

    private let simulator: StripeSimulator
    private let account: EntitySync

    init() throws {
        simulator = try StripeSimulator(
            .init(seed: 11, records: 60, faults: StripeAccount.calm, clockSpeed: 0),
            wall: { Instant(seconds: 4_000_000_000) }
        )
        account = try EntitySync(
            simulator,
            "stripe",
            settings: StripeAccount.settings,
            streams: Self.streams
        )
    }

    /// An amount as Stripe counts it, by currency, and what it is.
    static let amounts = [
        ("usd", "1234", #"{"minor":1234,"currency":"USD","exponent":2}"#),
        ("jpy", "500", #"{"minor":500,"currency":"JPY","exponent":0}"#),
        ("kwd", "1230", #"{"minor":1230,"currency":"KWD","exponent":3}"#),
        // No digits behind the point, and counted in hundredths all the same.
        ("isk", "50000", #"{"minor":500,"currency":"ISK","exponent":0}"#),
        ("ugx", "50000", #"{"minor":500,"currency":"UGX","exponent":0}"#),
        ("ugx", "50010", #"{"minor":5001,"currency":"UGX","exponent":1}"#),
        ("eur", "9223372036854775807", #"{"minor":9223372036854775807,"currency":"EUR","exponent":2}"#),
        (
            "usd", "123456789012345678901234567890",
            #"{"minor":123456789012345678901234567890,"currency":"USD","exponent":2}"#
        ),
        (
            "usd", "0.123456789012345678901234567891",
            #"{"minor":123456789012345678901234567891,"currency":"USD","exponent":32}"#
        ),
    ]

    @Test("customers and payments: every kind of currency, all digits, halves of surrogate pairs")
    func payments() async throws {
        let customer = try simulator.put(
            "customers",
            [
                "name": #""Zoë 🛒 \ud83d""#, "email": #"" Zoe@Shop.EXAMPLE ""#,
                "phone": #""+49 (30) 12 34-5""#, "currency": #""eur""#, "balance": "9223372036854775807",
                "address":
                    #"{"line1":"Hauptstr. 1 \udc00","line2":null,"city":"Berlin","state":"","postal_code":"10115","country":"de"}"#,
                "metadata": #"{"rate":"0","exact":0.123456789012345678901234567890}"#,
            ]
        )
        let charges = try Self.amounts.map { currency, amount, _ in
            try simulator.put(
                "charges",
                [
                    "amount": amount, "currency": #""\#(currency)""#, "status": #""succeeded""#,
                    "captured": "true", "customer": #""\#(customer)""#,
                    "billing_details": #"{"email":"ZOE@shop.example"}"#,
                ]
            )
        }
        try await account.sync()
        try account.expect(
            "Customer",
            "customers",
            customer,
            is: #","name":"Zoë 🛒 \ud83d","email":"zoe@shop.example","phone":"+493012345","currency":"eur","#
                + #""address":{"lines":["Hauptstr. 1 \udc00"],"city":"Berlin","postalCode":"10115","country":"DE"},"#
                + #""createdAt":"\#(Self.start)","joinKeys":{"email":"zoe@shop.example"}"#
        )
        let custom = try account.custom("Customer", "customers", customer)
        #expect(custom.contains(#""balance":9223372036854775807,"#))
        #expect(custom.contains(#""metadata":{"rate":"0","exact":0.123456789012345678901234567890}"#))
        for (charge, (_, _, amount)) in zip(charges, Self.amounts) {
            try account.expect(
                "Payment",
                "charges",
                charge,
                is:
                    #","customerId":"stripe/acme:customers:\#(customer)","amount":\#(amount),"captured":true,"#
                    + #""status":{"code":"succeeded","value":"paid"},"method":"card","createdAt":"\#(Self.start)","#
                    + #""joinKeys":{"email":"zoe@shop.example"}"#
            )
        }
    }

    @Test("all other entities of Stripe's")
    func others() async throws {
        let name = String(repeating: #"é\n🛒"#, count: 120_000)
        let product = try simulator.put(
            "products",
            ["name": "\"\(name)\"", "active": "false", "unit_label": #""seat""#, "updated": "1767225599"]
        )
        let refund = try simulator.put(
            "refunds",
            [
                "amount": "300", "currency": #""kwd""#, "charge": #""ch_7""#, "reason": "null",
                "status": #""requires_action""#,
            ]
        )
        let dispute = try simulator.put(
            "disputes",
            [
                "amount": "7", "currency": #""jpy""#, "charge": #""ch_7""#, "reason": #""fraudulent""#,
                "status": #""warning_closed""#, "evidence_details": #"{"due_by":1767830399}"#,
            ]
        )
        let invoice = try simulator.put(
            "invoices",
            [
                "number": #""A-7""#, "customer": "null", "status": #""void""#, "total": "100",
                "amount_remaining": "-1", "currency": #""isk""#, "due_date": "1767225600",
                "customer_email": #""A@B.c""#,
            ]
        )
        let subscription = try simulator.put(
            "subscriptions",
            [
                "customer": #""cus_7""#, "status": #""unpaid""#, "start_date": "1704067200",
                "ended_at": "null",
                "cancel_at": "1767225601", "items": #"{"data":[{"id":"si_1","n":1e2}]}"#,
            ]
        )
        let order = try simulator.put(
            "checkout_sessions",
            [
                "customer": #""cus_7""#, "status": #""something_new""#, "amount_total": "990",
                "currency": #""ugx""#,
                "client_reference_id": #""9223372036854775807""#,
                "customer_details": #"{"email":"x@Y.z"}"#,
            ]
        )
        try await account.sync()
        try account.expect(
            "Product",
            "products",
            product,
            is:
                #","name":"\#(name)","active":false,"unit":"seat","createdAt":"\#(Self.start)","updatedAt":"2025-12-31T23:59:59Z""#
        )
        try account.expect(
            "Refund",
            "refunds",
            refund,
            is:
                #","paymentId":"stripe/acme:charges:ch_7","amount":{"minor":300,"currency":"KWD","exponent":3},"#
                + #""reason":null,"status":{"code":"requires_action","value":"pending"},"createdAt":"\#(Self.start)""#
        )
        try account.expect(
            "Dispute",
            "disputes",
            dispute,
            is:
                #","paymentId":"stripe/acme:charges:ch_7","amount":{"minor":7,"currency":"JPY","exponent":0},"#
                + #""reason":"fraudulent","status":{"code":"warning_closed","value":"closed"},"#
                + #""dueBy":"2026-01-07T23:59:59Z","createdAt":"\#(Self.start)""#
        )
        try account.expect(
            "Invoice",
            "invoices",
            invoice,
            is: #","number":"A-7","customerId":null,"status":{"code":"void","value":"void"},"#
                + #""total":{"minor":1,"currency":"ISK","exponent":0},"due":{"minor":-1,"currency":"ISK","exponent":2},"#
                + #""dueDate":"2026-01-01T00:00:00Z","isCancelled":true,"createdAt":"\#(Self.start)","joinKeys":{"email":"a@b.c"}"#
        )
        try account.expect(
            "Subscription",
            "subscriptions",
            subscription,
            is: #","customerId":"stripe/acme:customers:cus_7","status":{"code":"unpaid","value":"overdue"},"#
                + #""startAt":"2024-01-01T00:00:00Z","endAt":"2026-01-01T00:00:01Z","items":[{"id":"si_1","n":1e2}],"#
                + #""createdAt":"\#(Self.start)""#
        )
        try account.expect(
            "Order",
            "checkout_sessions",
            order,
            is: #","number":"\#(order)","customerId":"stripe/acme:customers:cus_7","#
                + #""status":{"code":"something_new","value":null},"placedAt":"\#(Self.start)","#
                + #""total":{"minor":99,"currency":"UGX","exponent":1},"externalRef":"9223372036854775807","#
                + #""createdAt":"\#(Self.start)","joinKeys":{"email":"x@y.z"}"#
        )
    }

    @Test("a change becomes the entity's next version, and a delete deletes it")
    func changes() async throws {
        let customer = try simulator.put("customers", ["name": #""Before""#])
        try await account.sync()
        let before = try account.event("Customer", "customers", customer)
        try simulator.put("customers", id: customer, ["name": #""After 🛒""#])
        try await account.sync()
        let after = try account.event("Customer", "customers", customer)
        #expect(after.id != before.id)
        #expect(try account.fields("Customer", "customers", customer).contains(#","name":"After 🛒","#))
        while simulator.truth("customers").contains(where: { $0.key == customer }) {
            try simulator.change(deletes: 1, streams: ["customers"])
        }
        try await account.sync()
        #expect(try account.event("Customer", "customers", customer).value == nil)
    }

    @Test("every entity of an account names its record and its version, and what it refers to is there")
    func references() async throws {
        try await account.sync()
        let followed = try account.checkAll()
        for reference in [
            "Order.customerId", "Payment.customerId", "Invoice.customerId", "Subscription.customerId",
            "Refund.paymentId", "Dispute.paymentId", "OrderLine.orderId",
        ] {
            #expect(followed[reference] ?? 0 >= 50, "\(reference)")
        }
        // By address or by id, an order and a payment lead to one customer.
        let customers = try account.documents("Customer")
        for entity in ["Order", "Payment"] {
            for document in try account.documents(entity).values {
                let customer = try #require(document["customerId"]?.text.flatMap { customers[$0] })
                #expect(document["joinKeys"] == customer["joinKeys"])
                #expect(document["joinKeys"]?["email"]?.text?.hasSuffix("@example.com") == true)
            }
        }
    }
}
