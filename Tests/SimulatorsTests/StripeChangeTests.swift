import Core
import JSON
import Simulators
import Testing

@Suite struct StripeChangeTests {
    @Test func sameSeedDoesTheSame() throws {
        func done(_ seed: UInt64) throws -> ([SimulatedChange], [String: [String: [UInt8]]], [JSONValue]) {
            let account = try InProcessAccount(seed: seed, changesPerMinute: 30)
            var changes: [SimulatedChange] = []
            for _ in 0..<10 {
                account.advance(20)
                changes += try account.simulator.change(creates: 3, updates: 5, deletes: 2)
            }
            return (changes, account.simulator.truth(), try account.list("/v1/events"))
        }
        let (first, second, other) = (try done(4), try done(4), try done(5))
        #expect(first.0 == second.0)
        #expect(first.1 == second.1)
        #expect(first.2 == second.2)
        #expect(first.0 != other.0)
    }

    @Test func doesWhatItSays() throws {
        let account = try InProcessAccount()
        for stream in StripeSimulator.streams {
            let before = account.simulator.truth()[stream] ?? [:]
            let created = try account.simulator.change(creates: 5, streams: [stream])
                .filter { $0.stream == stream && $0.action == .created }.map(\.id)
            let grown = account.simulator.truth()[stream] ?? [:]
            #expect(Set(grown.keys) == Set(before.keys).union(created), "\(stream)")
            account.advance(1)
            let updated = try account.simulator.change(updates: 5, streams: [stream])
            // What moved the balance stays as it was.
            #expect(updated.count == (stream == "balance_transactions" ? 0 : 5), "\(stream)")
            let after = account.simulator.truth()[stream] ?? [:]
            #expect(
                Set(after.filter { grown[$0.key] != $0.value }.keys) == Set(updated.map(\.id)),
                "\(stream)"
            )
        }
    }

    @Test(arguments: ["customers", "products", "prices", "invoices", "plans", "coupons", "invoiceitems"])
    func deletedObjectsAreGone(stream: String) throws {
        let account = try InProcessAccount(records: 200)
        let deleted = try account.simulator.change(deletes: 3, streams: [stream]).map(\.id)
        #expect(Set(deleted).count == 3)
        let listed = try account.list("/v1/\(stream)").compactMap { $0["id"]?.text }
        #expect(listed.count == 197)
        #expect(Set(listed).isDisjoint(with: deleted))
        for id in deleted {
            let (status, document) = try account.get("/v1/\(stream)/\(id)")
            if stream == "customers" {
                #expect(status == 200)
                #expect(document == ["id": .string(id), "object": "customer", "deleted": true])
            } else {
                #expect(status == 404)
                #expect(document["error"]?["code"]?.text == "resource_missing")
            }
            // As a cursor it leads nowhere.
            #expect(try account.get("/v1/\(stream)?starting_after=\(id)").status == 400)
            if stream == "invoices" { #expect(try account.get("/v1/invoices/\(id)/lines").status == 404) }
        }
    }

    @Test func canceledSubscriptionsStay() throws {
        let account = try InProcessAccount()
        let canceled = try account.simulator.change(deletes: 2, streams: ["subscriptions"]).map(\.id)
        let all = try account.list("/v1/subscriptions", "&status=all")
        #expect(all.count == 40)
        let shown = Set(try account.list("/v1/subscriptions").compactMap { $0["id"]?.text })
        for id in canceled {
            let subscription = try account.get("/v1/subscriptions/\(id)").document
            #expect(subscription["status"]?.text == "canceled")
            #expect(subscription["canceled_at"]?.int != nil)
            #expect(!shown.contains(id))
        }
    }

    @Test func deletesWhatThereIs() throws {
        let account = try InProcessAccount(records: 3)
        #expect(try account.simulator.change(deletes: 10, streams: ["customers"]).count == 3)
        #expect(try account.list("/v1/customers").isEmpty)
        // A charge needs a customer.
        let made = try account.simulator.change(creates: 1, streams: ["charges"])
        #expect(made.map(\.stream) == ["customers", "charges"])
    }

    @Test func amountsAgree() throws {
        let account = try InProcessAccount()
        let streams = ["customers", "charges", "refunds", "subscriptions", "invoices"]
        for _ in 0..<60 { try account.simulator.change(creates: 10, updates: 20, streams: streams) }
        let truth = account.simulator.truth()
        var refunded: [String: Int] = [:]
        for record in (truth["refunds"] ?? [:]).values {
            let refund = try JSONValue.parse(record)
            refunded[try #require(refund["charge"]?.text), default: 0] += try #require(refund["amount"]?.int)
        }
        for (key, record) in truth["charges"] ?? [:] {
            let charge = try JSONValue.parse(record)
            #expect(charge["amount_refunded"]?.int == refunded[key, default: 0])
            #expect(charge["refunded"]?.bool == (charge["amount"]?.int == refunded[key]))
        }
        var long = 0
        for (key, record) in truth["invoices"] ?? [:] {
            let invoice = try JSONValue.parse(record)
            let lines = try account.list("/v1/invoices/\(key)/lines", limit: 7)
            #expect(invoice["total"]?.int == lines.reduce(0) { $0 + ($1["amount"]?.int ?? 0) })
            #expect(invoice["lines"]?["data"]?.elements == Array(lines.prefix(10)))
            #expect(invoice["lines"]?["has_more"]?.bool == (lines.count > 10))
            if lines.count > 10 { long += 1 }
        }
        #expect(long > 0)
    }

    @Test func itemsAreAStreamOfTheirOwn() throws {
        let account = try InProcessAccount()
        for _ in 0..<20 {
            try account.simulator.change(creates: 1, updates: 5, deletes: 1, streams: ["subscriptions"])
        }
        let truth = account.simulator.truth()
        var items: [String: JSONValue] = [:]
        for key in (truth["subscriptions"] ?? [:]).keys {
            for item in try account.list("/v1/subscription_items", "&subscription=\(key)", limit: 3) {
                #expect(item["subscription"]?.text == key)
                #expect(items.updateValue(item, forKey: try #require(item["id"]?.text)) == nil)
            }
        }
        #expect(try (truth["subscription_items"] ?? [:]).mapValues { try JSONValue.parse($0) } == items)
        let told = try account.get("/_control/truth?stream=subscription_items&count=1000").document
        #expect(told["count"]?.int == items.count)
    }

    @Test func balanceMovesWithPayments() throws {
        let account = try InProcessAccount()
        for stream in ["charges", "refunds", "payouts", "payment_intents"] {
            for _ in 0..<10 { try account.simulator.change(creates: 3, updates: 6, streams: [stream]) }
        }
        let truth = try account.simulator.truth().mapValues { try $0.mapValues { try JSONValue.parse($0) } }
        var moved: Set<String> = []
        for stream in ["charges", "refunds", "payouts"] {
            for (key, object) in truth[stream] ?? [:] {
                guard let id = object["balance_transaction"]?.text else {
                    #expect(object["status"]?.text != "succeeded", "\(key)")
                    continue
                }
                let movement = try #require(truth["balance_transactions"]?[id])
                #expect(movement["source"]?.text == key)
                let amount = try #require(object["amount"]?.int)
                #expect(movement["amount"]?.int == (stream == "charges" ? amount : -amount))
                #expect(moved.insert(id).inserted)
            }
        }
        for (id, movement) in truth["balance_transactions"] ?? [:] where movement["source"]?.text != nil {
            #expect(moved.contains(id))
        }
        // A payment intent that has succeeded has a charge that has.
        for intent in (truth["payment_intents"] ?? [:]).values where intent["status"]?.text == "succeeded" {
            let key = try #require(intent["latest_charge"]?.text)
            let charge = try #require(truth["charges"]?[key])
            #expect(charge["payment_intent"] == intent["id"] && charge["status"]?.text == "succeeded")
            #expect(charge["amount"] == intent["amount_received"])
        }
    }

    @Test func balanceBecomesAvailableInTime() throws {
        let account = try InProcessAccount()
        let fresh = try account.simulator.change(creates: 20, streams: ["charges"]).count
        func pending() throws -> [JSONValue] {
            try account.list("/v1/balance_transactions").filter { $0["status"]?.text == "pending" }
        }
        let first = try pending()
        #expect(first.count > fresh / 2)
        let times = first.compactMap { $0["available_on"]?.int }
        let next = try #require(times.min())
        account.advance(next - 1_767_225_600 - 1)
        #expect(try pending() == first)
        account.advance(1)
        #expect(try pending().count < first.count)
        account.advance(40 * 86_400)
        #expect(try pending().isEmpty)
        // None of it is told.
        #expect(try account.list("/v1/events", "&type=balance.*").isEmpty)
    }

    @Test func changesThatNoEventTellsAreAFault() throws {
        func tell(_ rate: Double) throws -> (changed: Set<String>, told: Set<String>) {
            let account = try InProcessAccount(faults: ["silent_changes": .init(rate: rate)])
            let changes = try account.simulator.change(creates: 60, updates: 200)
            account.advance(60)
            let told = try account.list("/v1/events").compactMap { $0["data"]?["object"]?["id"]?.text }
            return (Set(changes.map(\.id)), Set(told))
        }
        let usual = try tell(0)
        #expect(usual.changed.isSubset(of: usual.told))
        let silent = try tell(1)
        #expect(silent.changed.subtracting(silent.told).count > 20)
    }

    @Test func linesAreAStreamOfTheirOwn() throws {
        let account = try InProcessAccount()
        for _ in 0..<20 { try account.simulator.change(creates: 2, updates: 5, deletes: 1) }
        let truth = account.simulator.truth()
        var lines: [String: JSONValue] = [:]
        for key in (truth["invoices"] ?? [:]).keys {
            for line in try account.list("/v1/invoices/\(key)/lines") {
                #expect(line["invoice"]?.text == key)
                #expect(lines.updateValue(line, forKey: try #require(line["id"]?.text)) == nil)
            }
        }
        #expect(try (truth["invoice_line_items"] ?? [:]).mapValues { try JSONValue.parse($0) } == lines)
        let told = try account.get("/_control/truth?stream=invoice_line_items&count=1000").document
        #expect(told["count"]?.int == lines.count)
        #expect(Set(told["data"]?.elements?.compactMap { $0["key"]?.text } ?? []) == Set(lines.keys))
    }

    @Test func sessionLinesAreAStreamOfTheirOwn() throws {
        let account = try InProcessAccount(records: 60)
        for _ in 0..<20 {
            try account.simulator.change(creates: 2, updates: 9, streams: ["checkout_sessions"])
        }
        let truth = account.simulator.truth()
        var lines: [String: JSONValue] = [:]
        for (key, record) in truth["checkout_sessions"] ?? [:] {
            let own = try account.list("/v1/checkout/sessions/\(key)/line_items", limit: 2)
            let session = try JSONValue.parse(record)
            #expect(session["amount_total"]?.int == own.reduce(0) { $0 + ($1["amount_total"]?.int ?? 0) })
            for line in own {
                #expect(lines.updateValue(line, forKey: try #require(line["id"]?.text)) == nil)
            }
        }
        #expect(lines.values.contains { $0["price"]?["id"]?.text != nil })
        let told = try (truth["checkout_session_line_items"] ?? [:]).mapValues { try JSONValue.parse($0) }
        #expect(told == lines)
        let unknown = try account.get("/v1/checkout/sessions/cs_test_unknown/line_items")
        #expect(unknown.status == 404)
    }

    @Test func losesTheLinesOfOldSessions() throws {
        let account = try InProcessAccount(faults: ["lost_line_items": .init(rate: 0.5)])
        var lost = 0
        for key in account.simulator.truth("checkout_sessions").map(\.key) {
            let (status, document) = try account.get("/v1/checkout/sessions/\(key)/line_items")
            guard status == 404 else { continue }
            lost += 1
            #expect(
                document["error"]?["message"]?.text?.hasPrefix("Could not find line items for this") == true
            )
        }
        #expect((10...30).contains(lost))
    }

    @Test func sessionsExpireWithinADay() throws {
        let account = try InProcessAccount()
        let made = try account.simulator.change(creates: 5, streams: ["checkout_sessions"]).map(\.id)
        func statuses() throws -> Set<String> {
            Set(
                try made.compactMap {
                    try account.get("/v1/checkout/sessions/\($0)").document["status"]?.text
                }
            )
        }
        account.advance(86_399)
        #expect(try statuses() == ["open"])
        account.advance(1)
        #expect(try statuses() == ["expired"])
        account.advance(60)
        let told = try account.list("/v1/events", "&type=checkout.session.expired")
        #expect(Set(told.compactMap { $0["data"]?["object"]?["id"]?.text }) == Set(made))
    }

    @Test func livesByItself() throws {
        let account = try InProcessAccount(
            faults: ["old_snapshots": .init()],
            changesPerMinute: 12
        )
        let before = account.simulator.truth()
        account.advance(600)
        _ = try account.get("/v1/account")
        let after = account.simulator.truth()
        #expect(before != after)
        account.advance(30)
        let events = try account.list("/v1/events")
        #expect((80...320).contains(events.count))
        // Of a long jump one hour is lived.
        account.advance(7 * 86_400)
        #expect(try account.list("/v1/events").count < 2000)
    }

    @Test func isChangedOverHTTP() async throws {
        try await withAccount { simulator, client in
            let answer = await client.post("/_control/change", #"{"creates":2,"updates":3,"deletes":1}"#)
            #expect(answer.status == 200)
            let changes = try #require(try answer.document()["changes"]?.elements)
            #expect(changes.count >= 6)
            for change in changes {
                #expect(change["id"]?.text?.isEmpty == false)
                #expect(StripeSimulator.streams.contains(try #require(change["stream"]?.text)))
            }
            #expect(await client.post("/_control/clock", #"{"advance":30}"#).status == 200)
            let events = try await client.get("/v1/events?limit=100").document()["data"]?.elements
            #expect((events?.count ?? 0) >= 6)
            #expect(simulator.requests["/v1/events"] == ["200": 1])
        }
    }
}
