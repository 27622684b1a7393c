import JSON
import ProcessSupport
import Simulators
import Testing

@Suite struct StripeFaultTests {
    @Test func limitsTheRate() async throws {
        try await withAccount { simulator, client in
            try simulator.faultPlan.change(["rate_limit": ["next": 1]])
            let bare = await client.get("/v1/charges")
            #expect(bare.status == 429)
            #expect(bare.header("Retry-After") == nil)
            #expect(bare.header("Stripe-Rate-Limited-Reason") == "global-rate")
            #expect(try bare.document()["error"]?["code"]?.text == "rate_limit")
            try simulator.faultPlan.change(["rate_limit": ["next": 1, "seconds": .number("1.5")]])
            #expect(await client.get("/v1/charges").header("Retry-After") == "2")
            #expect(await client.get("/v1/charges").status == 200)
        }
    }

    @Test(
        arguments: [
            ("server_error", 500, nil), ("lock_timeout", 429, "lock_timeout"),
            ("conflict", 409, "idempotency_key_in_use"),
        ] as [(String, Int, String?)]
    )
    func answersWithErrors(name: String, status: Int, code: String?) async throws {
        try await withAccount(.init(faults: [name: .init(next: 2)])) { _, client in
            for _ in 0..<2 {
                let answer = await client.get("/v1/charges")
                #expect(answer.status == status)
                #expect(answer.header("Stripe-Should-Retry") == "true")
                let error = try answer.document()["error"]
                #expect(error?["code"]?.text == code)
            }
            #expect(await client.get("/v1/charges").status == 200)
        }
    }

    @Test(arguments: ["bad_gateway", "empty_gateway"])
    func answersAsWhatStandsBeforeIt(name: String) async throws {
        try await withAccount(.init(faults: [name: .init(next: 1)])) { _, client in
            let answer = await client.get("/v1/charges")
            #expect(answer.status == 502)
            #expect(answer.header("Stripe-Should-Retry") == nil && answer.header("Request-Id") == nil)
            #expect(answer.body.isEmpty == (name == "empty_gateway"))
            #expect(await client.get("/v1/charges").status == 200)
        }
    }

    @Test func resetsInTheMiddleOfAList() async throws {
        try await withAccount(.init(faults: ["reset_body": .init(next: 1)])) { simulator, client in
            let id = try #require(simulator.truth("charges").map(\.key).first)
            // An object on its own is no list.
            #expect(await client.get("/v1/charges/\(id)").status == 200)
            let answer = await client.get("/v1/charges")
            #expect(answer.end == .reset)
            #expect(await client.get("/v1/charges").status == 200)
            #expect(simulator.requests["/v1/charges"] == ["reset": 1, "200": 1])
        }
    }

    @Test(arguments: [[], ["Accept-Encoding: gzip"]])
    func cutsTheBody(headers: [String]) async throws {
        try await withAccount(.init(faults: ["cut_body": .init(next: 1)])) { _, client in
            let answer = await client.get("/v1/charges", headers: headers)
            let length = try #require(answer.header("Content-Length").flatMap { Int($0) })
            // Of what is packed, the half that stands for the plain half.
            #expect((length / 2 - 1...length / 2).contains(answer.body.count))
            #expect(await client.get("/v1/charges").end == .closed)
        }
    }

    @Test func resets() async throws {
        try await withAccount(.init(faults: ["reset": .init(next: 1)])) { simulator, client in
            #expect(await client.get("/v1/charges").end == .reset)
            #expect(await client.get("/v1/charges").status == 200)
            #expect(simulator.requests == ["/v1/charges": ["reset": 1, "200": 1]])
        }
    }

    @Test func fallsSilent() async throws {
        try await withAccount(.init(faults: ["silence": .init(next: 1)])) { _, client in
            var client = client
            client.patience = 50
            #expect(await client.get("/v1/charges").end == .quiet)
        }
    }

    @Test func repeatsThePageBefore() async throws {
        try await withAccount(.init(faults: ["repeated_cursor": .init(next: 1)])) { _, client in
            let first = try await client.get("/v1/charges?limit=5").document()
            let cursor = try #require(first["data"]?[4]?["id"]?.text)
            let target = "/v1/charges?limit=5&starting_after=\(cursor)"
            let second = try await client.get(target).document()
            #expect(second == first)
            #expect(second["has_more"]?.bool == true)
            #expect(try await client.get(target).document() != first)
        }
    }

    @Test func delaysByItsClock() async throws {
        try await withAccount(
            .init(faults: ["slow": .init(next: 1, seconds: 40)], clockSpeed: 1000)
        ) { _, client in
            let clock = ContinuousClock()
            let start = clock.now
            #expect(await client.get("/v1/charges").status == 200)
            #expect(clock.now - start >= .milliseconds(40))
        }
    }

    @Test func strikesAtTheRate() async throws {
        func struck(_ seed: UInt64) throws -> [Bool] {
            let plan = try FaultPlan(names: ["a"], faults: ["a": .init(rate: 0.1)], seed: seed)
            return (0..<10_000).map { _ in plan.strike() != nil }
        }
        let first = try struck(1)
        #expect((900...1100).contains(first.count { $0 }))
        #expect(try struck(1) == first)
        #expect(try struck(2) != first)
    }

    /// Who asked before the plan was changed is counted all the same.
    @Test func asksForNothingWhereNothingCanStrike() throws {
        func plan(_ faults: [String: FaultPlan.Fault]) throws -> FaultPlan {
            try FaultPlan(names: ["a", "b"], standing: ["s"], faults: faults, seed: 1)
        }
        let calm = try plan(["s": .init(rate: 1)])
        let stormy = try plan(["s": .init(rate: 1), "b": .init(rate: 0)])
        var asked: [String] = []
        for _ in 0..<100 {
            #expect(
                calm.strike { name in
                    Issue.record("asked for \(name)")
                    return true
                } == nil
            )
            _ = stormy.strike { name in
                asked.append(name)
                return true
            }
        }
        #expect(Set(asked) == ["a", "b"])
        for plan in [calm, stormy] { try plan.change(["b": ["rate": .number("0.5")]]) }
        let struck = (0..<100).map { _ in (calm.strike()?.name, stormy.strike()?.name) }
        #expect(struck.allSatisfy { $0 == $1 })
        #expect(struck.contains { $0.0 == nil } && struck.contains { $0.0 == "b" })
    }

    @Test(
        arguments: [
            ("rate_limit=0.1", "rate_limit", 0.1, nil),
            ("slow=1:30", "slow", 1, 30),
        ] as [(String, String, Double, Double?)]
    )
    func readsArguments(text: String, name: String, rate: Double, seconds: Double?) throws {
        let (parsed, fault) = try FaultPlan.parse(text)
        #expect(parsed == name)
        #expect(fault == FaultPlan.Fault(rate: rate, seconds: seconds))
    }

    @Test(arguments: ["rate_limit", "rate_limit=", "rate_limit=x", "rate_limit=1:", "rate_limit=1:2:3"])
    func refusesArguments(text: String) {
        #expect(throws: SimulatorError.self) { try FaultPlan.parse(text) }
    }

    @Test func refusesUnknownFaults() {
        let error = #expect(throws: SimulatorError.self) {
            try StripeSimulator(.init(faults: ["ratelimit": .init(rate: 0.5)]))
        }
        #expect(error?.message.contains("rate_limit") == true)
        #expect(throws: SimulatorError.self) {
            try StripeSimulator(.init(faults: ["slow": .init(rate: 1.5)]))
        }
    }
}
