import JSON
import Simulators
import Testing

@Suite struct StripeListTests {
    private func page(_ client: SimulatorClient, _ target: String) async throws -> (
        ids: [String], hasMore: Bool
    ) {
        let answer = await client.get(target)
        #expect(
            answer.status == 200,
            "\(target): \(String(decoding: answer.body.prefix(300), as: UTF8.self))"
        )
        let list = try answer.document()
        #expect(list["object"]?.text == "list")
        #expect(list.members?.map(\.name) == ["object", "data", "has_more", "url"])
        return (
            try #require(list["data"]?.elements).compactMap { $0["id"]?.text },
            list["has_more"]?.bool == true
        )
    }

    @Test(arguments: StripeSimulator.streams, [1, 130])
    func walksToTheTruth(stream: String, records: Int) async throws {
        try await withAccount(.init(seed: 7, records: records)) { simulator, client in
            var seen: [JSONValue] = []
            var cursor = ""
            while true {
                let answer = await client.get(
                    "\(StripeSimulator.path(of: stream) ?? "")?limit=100&status=all\(cursor)".replacing(
                        "&status=all",
                        with: stream == "subscriptions" ? "&status=all" : ""
                    )
                )
                let list = try answer.document()
                seen += try #require(list["data"]?.elements)
                guard list["has_more"]?.bool == true else { break }
                cursor = "&starting_after=" + (try #require(seen.last?["id"]?.text))
            }
            let truth = Array(simulator.truth(stream).reversed())
            #expect(seen.map { $0["id"]?.text } == truth.map(\.key))
            #expect(seen.map { $0.bytes() } == truth.map(\.record))
            let created = seen.compactMap { ($0["created"] ?? $0["date"])?.int }
            #expect(created.count == seen.count && created == created.sorted(by: >))
            #expect(Set(truth.map(\.key)).count == (stream == "balance_transactions" ? 3 : 1) * records)
        }
    }

    @Test func walksBackToTheNewest() async throws {
        try await withAccount(.init(records: 57)) { simulator, client in
            let truth = simulator.truth("charges").map(\.key)
            var seen: [String] = [truth[0]]
            while true {
                let page = try await page(client, "/v1/charges?limit=7&ending_before=\(seen[0])")
                seen = page.ids + seen
                guard page.hasMore else { break }
            }
            #expect(seen == truth.reversed())
        }
    }

    @Test func isEmptyWithoutRecords() async throws {
        try await withAccount(.init(records: 0)) { _, client async throws in
            #expect(try await page(client, "/v1/charges").ids.isEmpty)
            #expect(try await page(client, "/v1/charges?created[gte]=1").hasMore == false)
        }
    }

    @Test func limitsPages() async throws {
        try await withAccount(.init(records: 100)) { _, client async throws in
            #expect(try await page(client, "/v1/charges").ids.count == 10)
            #expect(try await page(client, "/v1/charges?limit=1").ids.count == 1)
            #expect(try await page(client, "/v1/charges?limit=99").hasMore)
            #expect(try await page(client, "/v1/charges?limit=100").hasMore == false)
        }
    }

    @Test(arguments: ["created[OP]=", "created%5BOP%5D="])
    func filtersByCreation(form: String) async throws {
        try await withAccount(.init(seed: 3, records: 90)) { simulator, client in
            let all = try simulator.truth("refunds").reversed().map {
                (id: $0.key, created: try #require(try JSONValue.parse($0.record)["created"]?.int))
            }
            let operators: [(String, (Int, Int) -> Bool)] = [
                ("gt", { $0 > $1 }), ("gte", { $0 >= $1 }), ("lt", { $0 < $1 }), ("lte", { $0 <= $1 }),
            ]
            for place in stride(from: 0, to: all.count, by: 6) {
                let second = all[place].created
                for (name, holds) in operators {
                    let query = form.replacing("OP", with: name) + "\(second)"
                    let page = try await page(client, "/v1/refunds?limit=100&\(query)")
                    #expect(page.ids == all.filter { holds($0.created, second) }.map(\.id))
                }
                let exact = try await page(client, "/v1/refunds?limit=100&created=\(second)")
                #expect(exact.ids == all.filter { $0.created == second }.map(\.id))
            }
            let window = "created[gt]=\(all[80].created)&created[lte]=\(all[10].created)&limit=100"
            let expected = all.filter { $0.created > all[80].created && $0.created <= all[10].created }
            #expect(try await page(client, "/v1/refunds?\(window)").ids == expected.map(\.id))
        }
    }

    @Test func hasSecondsWithSeveralObjects() throws {
        let simulator = try StripeSimulator(.init(records: 200))
        let seconds = try simulator.truth("charges").map { try JSONValue.parse($0.record)["created"]?.int }
        #expect(Set(seconds).count < 190)
    }

    @Test func hidesCanceledSubscriptions() async throws {
        try await withAccount(.init(records: 100)) { simulator, client in
            let truth = try simulator.truth("subscriptions").reversed().map {
                (id: $0.key, status: try JSONValue.parse($0.record)["status"]?.text)
            }
            let open = truth.filter { $0.status != "canceled" }.map(\.id)
            #expect(open.count < 100)
            #expect(try await page(client, "/v1/subscriptions?limit=100").ids == open)
            #expect(try await page(client, "/v1/subscriptions?limit=100&status=all").ids == truth.map(\.id))
            let canceled = try await page(client, "/v1/subscriptions?limit=100&status=canceled")
            #expect(canceled.ids == truth.filter { $0.status == "canceled" }.map(\.id))
        }
    }

    @Test(arguments: [
        ("charges", "customer"), ("refunds", "charge"), ("refunds", "payment_intent"),
        ("charges", "payment_intent"),
        ("prices", "product"), ("prices", "type"), ("prices", "currency"), ("invoices", "status"),
        ("invoices", "customer"), ("subscriptions", "customer"), ("customers", "email"),
        ("payment_intents", "customer"), ("disputes", "charge"), ("disputes", "payment_intent"),
        ("balance_transactions", "type"), ("balance_transactions", "currency"),
        ("balance_transactions", "source"), ("payouts", "status"), ("invoiceitems", "customer"),
        ("invoiceitems", "invoice"), ("invoice_payments", "invoice"), ("invoice_payments", "status"),
        ("plans", "product"), ("promotion_codes", "code"), ("promotion_codes", "customer"),
        ("credit_notes", "invoice"), ("credit_notes", "customer"), ("checkout_sessions", "status"),
        ("checkout_sessions", "payment_intent"), ("checkout_sessions", "customer"),
        ("setup_intents", "customer"), ("application_fees", "charge"),
    ])
    func filtersByField(stream: String, field: String) async throws {
        try await withAccount(.init(records: stream == "balance_transactions" ? 33 : 100)) {
            simulator,
            client in
            let all = try simulator.truth(stream).reversed().map { try JSONValue.parse($0.record) }
            let values = all.dropFirst(20).compactMap { $0[field]?.text }
            let value = try #require(values.first)
            let expected = all.filter { $0[field]?.text == value }.compactMap { $0["id"]?.text }
            let status = stream == "subscriptions" ? "&status=all" : ""
            #expect(
                try await page(
                    client,
                    "\(StripeSimulator.path(of: stream) ?? "")?limit=100&\(field)=\(value)\(status)"
                ).ids == expected
            )
        }
    }

    @Test(arguments: [
        ("plans", "active"), ("promotion_codes", "active"), ("tax_rates", "active"),
        ("tax_rates", "inclusive"),
        ("products", "active"), ("prices", "active"),
    ])
    func filtersByTruth(stream: String, field: String) async throws {
        try await withAccount(.init(records: 100)) { simulator, client in
            try simulator.change(updates: 20, streams: [stream])
            let all = try simulator.truth(stream).reversed().map { try JSONValue.parse($0.record) }
            for value in [true, false] {
                let expected = all.filter { $0[field]?.bool == value }.compactMap { $0["id"]?.text }
                let found = try await page(client, "/v1/\(stream)?limit=100&\(field)=\(value)")
                #expect(found.ids == expected && !expected.isEmpty)
            }
            #expect(await client.get("/v1/\(stream)?\(field)=maybe").status == 400)
        }
    }

    @Test(arguments: [true, false])
    func filtersItemsThatWait(isPending: Bool) async throws {
        try await withAccount(.init(records: 60)) { simulator, client in
            let all = try simulator.truth("invoiceitems").reversed().map { try JSONValue.parse($0.record) }
            let expected = all.filter { ($0["invoice"]?.isNull == true) == isPending }
            let found = try await page(client, "/v1/invoiceitems?limit=100&pending=\(isPending)")
            #expect(found.ids == expected.compactMap { $0["id"]?.text } && !found.ids.isEmpty)
        }
    }

    @Test func readsOneObject() async throws {
        try await withAccount(.init(records: 20)) { simulator, client in
            for stream in StripeSimulator.streams {
                for (key, record) in simulator.truth(stream) {
                    let path = try #require(StripeSimulator.path(of: stream))
                    let answer = await client.get("\(path)/\(key)?expand[]=customer")
                    #expect(answer.body == record)
                }
            }
        }
    }

    @Test(arguments: [("subscriptions", "items"), ("invoices", "lines")])
    func pagesTheListsInside(stream: String, name: String) async throws {
        try await withAccount(.init(records: 200)) { simulator, client in
            var long = 0
            for (_, record) in simulator.truth(stream) {
                let inner = try #require(try JSONValue.parse(record)[name])
                guard inner["has_more"]?.bool == true else { continue }
                long += 1
                let first = try #require(inner["data"]?.elements)
                #expect(first.count == 10)
                let url = try #require(inner["url"]?.text)
                let all = try await client.get("\(url)\(url.contains("?") ? "&" : "?")limit=100").document()
                #expect(all["data"]?.elements?.prefix(10).elementsEqual(first) == true)
                let last = try #require(first.last?["id"]?.text)
                let rest = try await client.get(
                    "\(url)\(url.contains("?") ? "&" : "?")limit=100&starting_after=\(last)"
                ).document()
                #expect(first + (rest["data"]?.elements ?? []) == all["data"]?.elements)
            }
            #expect(long > 0)
        }
    }

    @Test func holdsAMillionRecordsInNoMemory() async throws {
        try await withAccount(.init(records: 1_000_000)) { _, client in
            let first = try await page(client, "/v1/charges?limit=100")
            #expect(first.hasMore)
            let next = try await page(client, "/v1/charges?limit=100&starting_after=\(first.ids[99])")
            #expect(Set(first.ids).isDisjoint(with: next.ids))
            let old = try await page(client, "/v1/charges?limit=100&created[lt]=1704070000")
            #expect(!old.ids.isEmpty)
        }
    }
}
