import Foundation
import JSON
import ProcessSupport
import Testing

/// `examples/retail`: what three services know of one customer, joined by a plain consumer of the entities' topics.
@Suite(
    "A retail question answered",
    .enabled(if: TestBroker.isAvailable),
    .enabled(if: VendorClient.isAvailable),
    .timeLimit(.minutes(10))
)
struct RetailExampleTests {
    /// The accounts of three services whose customers are the same people, and where their entities go.
    private struct Shop {
        let stripe: SyncFixture
        let zendesk: SyncFixture
        let hubspot: SyncFixture
        let prefix: String

        init() async throws {
            stripe = try await SyncFixture("stripe", records: 60, people: 7)
            zendesk = try await SyncFixture("zendesk", records: 60, faults: "no_limits=1", people: 7)
            hubspot = try await SyncFixture("hubspot", records: 60, faults: "no_limits=1", people: 7)
            prefix = stripe.prefix
        }

        /// Reads all of them into topics below one prefix.
        func sync(_ envelope: String = "binary") async throws {
            let accounts: [(SyncFixture, streams: [String], settings: [String])] = [
                (stripe, ["customers", "charges", "checkout_sessions"], []),
                (
                    zendesk, ["users", "tickets"],
                    ["requests_per_minute=100000", "exports_per_minute=100000"]
                ),
                (
                    hubspot, ["contacts", "commerce_payments"],
                    ["requests_per_second=1000", "searches_per_second=1000"]
                ),
            ]
            for (fixture, streams, settings) in accounts {
                // What was put a moment ago is not shown to searches yet.
                try await fixture.advance(3600)
                let words =
                    streams.flatMap { ["--stream", $0] } + settings.flatMap { ["--set", $0] }
                    + ["--entities", "beside", "--envelope", envelope]
                let end = try await fixture.run(words, prefix: prefix)
                try #require(end.code == 0, "\(end.errors)")
            }
        }

        /// What the example prints: the words of each line, of which columns are two spaces apart at least.
        func ask(_ words: String...) async throws -> [[String]] {
            let options = ["--kafka", stripe.bootstrap, "--prefix", prefix]
            let text = try await VendorClient.run(program: "examples/retail/customer.py", options + words)
            return text.split(separator: "\n").map { line in
                line.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
                    !$0.isEmpty
                }
            }
        }

        /// The records of a stream.
        static func records(_ fixture: SyncFixture, _ stream: String) async throws -> [JSONValue] {
            try await fixture.truth(stream).values.map { try JSONValue.parse($0.utf8) }
        }
    }

    private func put(_ fixture: SyncFixture, _ stream: String, _ members: JSONValue) async throws -> String {
        let done = try await fixture.control("put", ["stream": .string(stream), "members": members])
        return try #require(done["id"]?.text)
    }

    @Test(
        "orders, payments and tickets of a customer whom all three know, as they were put there",
        arguments: ["binary", "structured"]
    )
    func oneCustomer(_ envelope: String) async throws {
        let shop = try await Shop()
        let email = "zoe.retail@example.com"
        let customer = try await put(
            shop.stripe,
            "customers",
            ["name": "Zoë 🛒", "email": "Zoe.Retail@Example.com"]
        )
        _ = try await put(
            shop.stripe,
            "checkout_sessions",
            [
                "customer": .string(customer), "created": 1_767_052_800, "status": "complete",
                "amount_total": 500,
                "currency": "jpy", "customer_details": ["email": "other@example.com"],
            ]
        )
        _ = try await put(
            shop.stripe,
            "charges",
            [
                "customer": .null, "billing_details": ["email": .string(email)], "created": 1_767_139_200,
                "amount": 1234, "currency": "kwd", "status": "failed",
            ]
        )
        let user = try await put(
            shop.zendesk,
            "users",
            ["name": "Zoë Retail", "email": .string(email), "role": "end-user"]
        )
        _ = try await put(
            shop.zendesk,
            "tickets",
            [
                "subject": "Where is my tea? 🛒", "requester_id": .number(user), "status": "pending",
                "created_at": "2025-12-31T18:30:00Z",
            ]
        )
        let contact = try await put(
            shop.hubspot,
            "contacts",
            ["firstname": "Zoë", "lastname": "R.", "email": .string(email), "lifecyclestage": "customer"]
        )
        _ = try await put(
            shop.hubspot,
            "commerce_payments",
            [
                "hs_initial_amount": "0.50", "hs_currency_code": "EUR", "hs_latest_status": "processing",
                "hs_initiated_date": "2025-12-31T12:00:00Z", "hs_customer_email": "ZOE.RETAIL@example.com",
            ]
        )
        try await shop.sync(envelope)
        #expect(
            try await shop.ask(email) == [
                ["hubspot knows Zoë R. as hubspot/simulated:contacts:\(contact)"],
                ["stripe knows Zoë 🛒 as stripe/simulated:customers:\(customer)"],
                ["zendesk knows Zoë Retail as zendesk/simulated:users:\(user)"],
                ["TIME", "SERVICE", "WHAT", "AMOUNT OR SUBJECT", "STATUS"],
                ["2025-12-30 00:00", "stripe", "order", "500 JPY", "paid"],
                ["2025-12-31 00:00", "stripe", "payment", "1.234 KWD", "failed"],
                ["2025-12-31 12:00", "hubspot", "payment", "0.50 EUR", "pending"],
                ["2025-12-31 18:30", "zendesk", "ticket", "Where is my tea? 🛒", "pending"],
            ]
        )
    }

    @Test(
        "the list has every customer with as many orders, payments and tickets as the services' records say"
    )
    func allCustomers() async throws {
        let shop = try await Shop()
        try await shop.sync()
        var expected: [String: (orders: Int, payments: Int, tickets: Int, systems: Set<String>)] = [:]
        func know(_ email: String?, _ system: String) {
            guard let email, !email.isEmpty else { return }
            expected[email, default: (0, 0, 0, [])].systems.insert(system)
        }
        var addresses: [String: String] = [:]
        for customer in try await Shop.records(shop.stripe, "customers") {
            addresses[customer["id"]?.text ?? ""] = customer["email"]?.text
            know(customer["email"]?.text, "stripe")
        }
        for user in try await Shop.records(shop.zendesk, "users") {
            addresses[user["id"]?.int.map(String.init) ?? ""] = user["email"]?.text
            know(user["email"]?.text, "zendesk")
        }
        for contact in try await Shop.records(shop.hubspot, "contacts") {
            know(contact["properties"]?["email"]?.text, "hubspot")
        }
        for session in try await Shop.records(shop.stripe, "checkout_sessions") {
            expected[addresses[session["customer"]?.text ?? ""] ?? ""]?.orders += 1
        }
        for charge in try await Shop.records(shop.stripe, "charges") {
            expected[addresses[charge["customer"]?.text ?? ""] ?? ""]?.payments += 1
        }
        for payment in try await Shop.records(shop.hubspot, "commerce_payments") {
            expected[payment["properties"]?["hs_customer_email"]?.text ?? ""]?.payments += 1
        }
        for ticket in try await Shop.records(shop.zendesk, "tickets") {
            expected[addresses[ticket["requester_id"]?.int.map(String.init) ?? ""] ?? ""]?.tickets += 1
        }
        let rows = try await shop.ask("--count", "1000").dropFirst()
        let listed = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Array($0.dropFirst())) })
        #expect(
            listed
                == expected.mapValues {
                    [
                        "\($0.orders)", "\($0.payments)", "\($0.tickets)",
                        $0.systems.sorted().joined(separator: ", "),
                    ]
                }
        )
        // The question has an answer: somebody whom all know, with something of each kind.
        let first = try #require(rows.first)
        #expect(first.dropFirst().prefix(3).allSatisfy { (Int($0) ?? 0) > 0 })
        #expect(first.last == "hubspot, stripe, zendesk")
    }
}
