import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice sync` between programs that others wrote: localstripe, a real broker and a consumer in Python.
@Suite(
    "A Stripe server of others",
    .enabled(if: TestBroker.isAvailable && LocalStripe.isAvailable),
    .serialized,
    .timeLimit(.minutes(15))
)
struct LocalStripeTests {
    /// Every object that the API shows is in its topic once, as the API shows it.
    private func check(_ published: [String: IndependentConsumer.Topic], _ fixture: LocalStripeFixture)
        async throws
        -> [String: Int]
    {
        var counts: [String: Int] = [:]
        for list in LocalStripeFixture.lists {
            let objects = try await fixture.service.objects(list)
            let topic = try #require(published[fixture.topic(list)], "\(list)")
            let expected = Dictionary(uniqueKeysWithValues: objects.map { ($0["id"]?.text ?? "", $0) })
            #expect(topic.keys.count == objects.count, "\(list)")
            #expect(Set(topic.keys) == Set(expected.keys), "\(list)")
            let changed = topic.records.filter { expected[$0.key] != $0.value }
            #expect(changed.isEmpty, "\(list): \(changed.first?.value.compactText ?? "")")
            counts[list] = objects.count
        }
        return counts
    }

    @Test(
        "each object is published once, a list that is not there is reported, a second sync publishes nothing"
    )
    func everyObjectOnce() async throws {
        // More than a page of each.
        let made = LocalStripeFixture.Counts(
            customers: 310,
            products: 2_600,
            subscriptions: 110,
            charges: 20,
            refunds: 110
        )
        let fixture = try await LocalStripeFixture(made)
        defer { fixture.end() }
        let first = try fixture.sync()
        try #require(await first.waitForEnd(atMost: 300))
        #expect(first.exitCode == 5, "\(first.standardError)")
        let published = try await IndependentConsumer.read(fixture.topics)
        let counts = try await check(published, fixture)
        #expect(counts == made.lists)
        let summary = try JSONValue.parse(Array(first.standardOutput.utf8))
        #expect(summary["status"]?.text == "partial")
        // A line for each invoice comes beside the lists.
        let lines = summary["streams"]?["invoice_line_items"]?["records"]?.int ?? 0
        #expect(lines == counts["invoices"])
        // Beside those that are compared here it has plans, payment intents and a few that are empty.
        let beside = [
            "payment_intents", "payouts", "invoiceitems", "plans", "coupons", "tax_rates", "setup_intents",
        ]
        var others = 0
        for list in beside {
            #expect(summary["streams"]?[list]?["status"]?.text == "success", "\(list)")
            others += summary["streams"]?[list]?["records"]?.int ?? 0
        }
        #expect(others > made.subscriptions)
        #expect(summary["records"]?.int == counts.values.reduce(0, +) + lines + others)
        for (list, count) in counts {
            #expect(summary["streams"]?[list]?["status"]?.text == "success", "\(list)")
            #expect(summary["streams"]?[list]?["records"]?.int == count, "\(list)")
        }
        let missing = [
            "prices", "disputes", "invoice_payments", "promotion_codes", "credit_notes", "checkout_sessions",
            "checkout_session_line_items", "transfers", "application_fees",
        ]
        for list in missing {
            #expect(summary["streams"]?[list]?["status"]?.text == "unavailable", "\(list)")
            #expect(summary["streams"]?[list]?["error"]?["code"]?.text == "extraction.unavailable")
        }
        // It has the lists, and refuses the parameters without which Stripe's cannot be read so.
        for list in ["balance_transactions", "subscription_items"] {
            #expect(summary["streams"]?[list]?["status"]?.text == "failed", "\(list)")
        }

        let second = try fixture.sync()
        try #require(await second.waitForEnd(atMost: 300))
        #expect(second.exitCode == 5, "\(second.standardError)")
        let again = try JSONValue.parse(Array(second.standardOutput.utf8))
        #expect(again["records"]?.int == 0)
        #expect(again["streams"]?["prices"]?["status"]?.text == "unavailable")
        let after = try await IndependentConsumer.read(fixture.topics)
        #expect(after.mapValues(\.ends) == published.mapValues(\.ends))
        print(
            "localstripe: \(counts.values.reduce(0, +)) objects published once, \(summary["transactions"]?.int ?? 0) "
                + "transactions; the second sync: \(again["records"]?.int ?? -1)"
        )
    }

    @Test("a sync without changes publishes nothing; the next, at once after changes, exactly those")
    func deltas() async throws {
        let fixture = try await LocalStripeFixture(
            .init(customers: 30, products: 120, subscriptions: 12, charges: 3, refunds: 2)
        )
        defer { fixture.end() }
        let service = fixture.service
        _ = try await fixture.finishedSync()
        let first = try await IndependentConsumer.read(fixture.topics)

        // No list is read again: what pages there are come from second looks.
        let idle = try await fixture.finishedSync()
        #expect(idle["records"]?.int == 0)
        #expect(idle["deletes"]?.int == 0)
        #expect(idle["streams"]?["products"]?["requests"]?.int ?? 0 <= 120)
        #expect(
            try await IndependentConsumer.read(fixture.topics).mapValues(\.ends) == first.mapValues(\.ends)
        )

        let customers = try await service.objects("customers").compactMap { $0["id"]?.text }
        let subscriptions = try await service.objects("subscriptions").filter {
            $0["status"]?.text == "active"
        }
        .compactMap { $0["id"]?.text }
        for customer in customers[10..<13] {
            _ = try await service.update("customers", customer, ["description": "changed \(customer)"])
        }
        for customer in customers[27..<29] { _ = try await service.delete("customers", customer) }
        var products: [String] = []
        for number in 0..<4 {
            products.append(try await service.create("products", ["name": "New \(number)"])["id"]?.text ?? "")
        }
        let plan = try await service.create(
            "plans",
            ["product": products[0], "amount": "500", "currency": "eur", "interval": "month"]
        )
        let subscription = try await service.create(
            "subscriptions",
            ["customer": customers[0], "items[0][plan]": plan["id"]?.text ?? ""]
        )
        _ = try await service.delete("subscriptions", subscriptions[6])

        let changed = try await fixture.finishedSync()
        let after = try await IndependentConsumer.read(fixture.topics)
        func said(_ topic: IndependentConsumer.Topic?) -> [String] {
            (topic?.records ?? []).map {
                $0.value == .null ? "-\($0.key)" : "\($0.key) \($0.value.compactText)"
            }
        }
        func news(
            _ list: String,
            from before: [String: IndependentConsumer.Topic],
            to after: [String: IndependentConsumer.Topic]
        ) -> [String] {
            // Partitions stand one behind the other: what came is what was not there.
            var left = Dictionary(said(before[fixture.topic(list)]).map { ($0, 1) }, uniquingKeysWith: +)
            return said(after[fixture.topic(list)]).filter { line in
                guard let count = left[line], count > 0 else { return true }
                left[line] = count - 1
                return false
            }.map { String($0.prefix { $0 != " " }) }.sorted()
        }
        func news(_ list: String) -> [String] { news(list, from: first, to: after) }
        #expect(news("customers") == (customers[10..<13] + customers[27..<29].map { "-\($0)" }).sorted())
        #expect(news("products") == products.sorted())
        #expect(news("subscriptions") == [subscription["id"]?.text ?? "", subscriptions[6]].sorted())
        #expect(news("invoices").count == 1)
        #expect(changed["deletes"]?.int == 2)
        // What is published last of each object is what the API shows; but localstripe tells by no event that a new
        // subscription makes a charge, and changes its customer.
        for list in LocalStripeFixture.lists where list != "charges" {
            let last = Dictionary((after[fixture.topic(list)]?.records ?? []).map { ($0.key, $0.value) }) {
                $1
            }
            let live = last.filter { $0.value != .null }
            let shown = Dictionary(
                uniqueKeysWithValues: try await service.objects(list).map { ($0["id"]?.text ?? "", $0) }
            )
            #expect(Set(live.keys) == Set(shown.keys), "\(list)")
            let told = Set(news(list))
            for (id, object) in shown where told.contains(id) { #expect(live[id] == object, "\(list)") }
        }
        _ = try await fixture.finishedSync()
        let last = try await IndependentConsumer.read(fixture.topics)
        for list in LocalStripeFixture.lists {
            // Of that customer no event tells; a look for what was told of it before may come late enough to show it.
            let silent = list == "customers" ? [customers[0]] : []
            #expect(Set(news(list, from: after, to: last)).subtracting(silent).isEmpty, "\(list)")
        }
    }

    @Test("I1: killed on the way, it goes on where the bookmarks stand, and each object is seen once")
    func kills() async throws {
        let fixture = try await LocalStripeFixture(
            .init(customers: 150, products: 1_500, subscriptions: 10, charges: 10, refunds: 10)
        )
        defer { fixture.end() }
        var kills = 0
        var longest = 1.5
        var isOver = false
        while !isOver {
            // Slow enough that the lists outlast the kills.
            let process = try fixture.sync(kills < 4 ? ["--set", "requests_per_second=8"] : [])
            if await process.waitForEnd(atMost: kills < 4 ? Double.random(in: 0.3...longest) : 300) {
                #expect(process.exitCode == 5, "\(process.standardError)")
                isOver = true
            } else {
                try #require(kills < 4, "the last sync did not end")
                await process.killNow()
                kills += 1
                longest *= 1.2
            }
        }
        #expect(kills > 0)
        let counts = try await check(try await IndependentConsumer.read(fixture.topics), fixture)
        print("localstripe: \(kills) kills, \(counts.values.reduce(0, +)) objects published once")
    }
}
