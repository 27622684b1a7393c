import JSON
import Simulators
import Testing

@Suite struct StripeErrorTests {
    @Test(
        arguments: [
            ("/v1/charges?limit=0", 400, "parameter_invalid_integer", "limit"),
            ("/v1/charges?limit=101", 400, "parameter_invalid_integer", "limit"),
            ("/v1/charges?limit=ten", 400, "parameter_invalid_integer", "limit"),
            ("/v1/charges?foo=1", 400, "parameter_unknown", "foo"),
            ("/v1/charges?status=all", 400, "parameter_unknown", "status"),
            ("/v1/charges?created[since]=1", 400, "parameter_unknown", "created[since]"),
            ("/v1/charges?created[gte]=yesterday", 400, "parameter_invalid_integer", "created[gte]"),
            ("/v1/charges?starting_after=ch_1&ending_before=ch_2", 400, nil, nil),
            ("/v1/charges?starting_after=ch_unknown", 400, "resource_missing", "starting_after"),
            ("/v1/charges?ending_before=cus_unknown", 400, "resource_missing", "ending_before"),
            ("/v1/charges?customer=cus_unknown", 400, "resource_missing", "customer"),
            ("/v1/charges?transfer_group=x", 400, nil, "transfer_group"),
            ("/v1/subscriptions?status=gone", 400, nil, "status"),
            ("/v1/products?active=maybe", 400, nil, "active"),
            ("/v1/subscription_items", 400, "parameter_missing", "subscription"),
            ("/v1/charges/ch_unknown", 404, "resource_missing", "id"),
            ("/v1/charges/ch_unknown?x=1", 404, "resource_missing", "id"),
            ("/v1/nothing", 404, nil, nil),
            ("/v1/charges/ch_unknown/lines", 404, nil, nil),
            ("/", 404, nil, nil),
        ] as [(String, Int, String?, String?)]
    )
    func refuses(target: String, status: Int, code: String?, parameter: String?) async throws {
        try await withAccount { _, client in
            let answer = await client.get(target)
            #expect(answer.status == status)
            #expect(answer.header("Content-Type") == "application/json")
            let error = try #require(try answer.document()["error"])
            #expect(error["type"]?.text == "invalid_request_error")
            #expect(error["code"]?.text == code)
            #expect(error["param"]?.text == parameter)
            #expect(error["message"]?.text?.isEmpty == false)
        }
    }

    @Test(
        arguments: [
            (nil, 401, "You did not provide an API key."),
            ("sk_test_invalid1234", 401, "Invalid API Key provided: sk_test_*******1234"),
            ("pk_test_12345678", 401, "Invalid API Key provided: pk_test_****5678"),
            ("rk_test_expired99", 401, "Expired API Key provided: rk_test_*****ed99"),
            ("short", 401, "Invalid API Key provided: *****"),
            (
                "rk_test_no_charges", 403,
                "The provided key 'rk_test_******rges' does not have the required permissions"
            ),
            ("rk_test_no_refunds", 200, nil),
            ("rk_live_any", 200, nil), ("sk_live_any", 200, nil),
            (
                "rk_live_no_charges", 403,
                "The provided key 'rk_live_******rges' does not have the required permissions"
            ),
            ("sk_test_any", 200, nil),
        ] as [(String?, Int, String?)]
    )
    func checksKeys(key: String?, status: Int, message: String?) async throws {
        try await withAccount { _, client in
            var client = client
            client.key = key
            let answer = await client.get("/v1/charges")
            #expect(answer.status == status)
            let text = try answer.document()["error"]?["message"]?.text
            #expect(message == nil ? text == nil : text?.hasPrefix(message ?? "") == true, "\(text ?? "")")
        }
    }

    @Test(
        "a key sees the objects of its own mode, and of the others that they are there",
        arguments: [false, true]
    )
    func modesAreApart(isLive: Bool) throws {
        let account = try InProcessAccount(faults: ["live_mode": .init(rate: isLive ? 1 : 0)])
        let (own, other) = isLive ? ("live", "test") : ("test", "live")
        try account.simulator.change(updates: 5)
        account.advance(60)
        for stream in StripeSimulator.streams + ["events"] {
            let path = StripeSimulator.path(of: stream) ?? "/v1/events"
            let page = try account.get(path, key: "sk_\(own)_x").document
            let object = try #require(page["data"]?[0])
            #expect(object["livemode"]?.bool ?? isLive == isLive, "\(stream)")
            #expect(try account.get(path, key: "rk_\(other)_x").document["data"] == [], "\(stream)")
            let id = try #require(object["id"]?.text)
            let (status, document) = try account.get("\(path)/\(id)", key: "rk_\(other)_x")
            #expect(status == 404)
            let kind = try #require(object["object"]?.text)
            #expect(
                document["error"]?["message"]?.text
                    == "No such \(kind): '\(id)'; a similar object exists in \(own) mode, but a \(other) mode key "
                    + "was used to make this request."
            )
            let after = try account.get("\(path)?starting_after=\(id)", key: "sk_\(other)_x")
            #expect(after.status == 400 && after.document["error"]?["code"]?.text == "resource_missing")
        }
        let unknown = try account.get("/v1/charges/ch_unknown", key: "sk_\(other)_x").document
        #expect(unknown["error"]?["message"]?.text == "No such charge: 'ch_unknown'")
        let session = try account.get("/v1/checkout/sessions", key: "sk_\(own)_x").document["data"]?[0]
        #expect(session?["id"]?.text?.hasPrefix("cs_\(own)_") == true)
        #expect(account.simulator.credential == "key sk_\(own)_simulated")
    }

    @Test func takesTheKeyAsUserToo() async throws {
        try await withAccount { _, client in
            var client = client
            client.key = nil
            // sk_test_simulated:
            let basic = "Authorization: Basic c2tfdGVzdF9zaW11bGF0ZWQ6"
            #expect(await client.get("/v1/charges", headers: [basic]).status == 200)
            #expect(await client.get("/v1/charges", headers: ["Authorization: Basic Og=="]).status == 401)
        }
    }

    @Test func hasTheVendorsHeaders() async throws {
        try await withAccount { simulator, client in
            let first = await client.get("/v1/charges")
            let second = await client.get("/v1/charges", headers: ["Stripe-Version: 2022-11-15"])
            #expect(first.header("Stripe-Version") == "2026-06-24.dahlia")
            #expect(second.header("Stripe-Version") == "2022-11-15")
            #expect(first.header("Request-Id")?.hasPrefix("req_") == true)
            #expect(first.header("Request-Id") != second.header("Request-Id"))
            #expect(first.header("Date")?.hasPrefix("Thu, 01 Jan 2026 00:00:") == true)
            #expect(await client.get("/v1/charges", headers: ["Stripe-Version: yesterday"]).status == 400)
        }
    }

    @Test func refusesToWrite() async throws {
        try await withAccount { _, client in
            #expect(await client.post("/v1/customers", "name=x").status == 404)
        }
    }
}
