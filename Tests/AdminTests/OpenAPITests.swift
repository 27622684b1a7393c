import Core
import JSON
import ProcessSupport
import Testing

@testable import Daemon

@Suite struct OpenAPITests {
    private func routes() throws -> [AdminRoute] {
        let fake = FakeDaemon(try Scene.make())
        return AdminAPI(control: fake, feed: ChangeFeed(control: fake, time: .system)).routes
    }

    @Test func theDocumentHasEveryRouteAndNoOther() async throws {
        let document = try await withAdmin { _, server in
            await LoopbackClient(port: server.port).get("/api/v1/openapi.json").json
        }
        #expect(document["openapi"] == "3.1.0")
        let told = (document["paths"]?.members ?? []).flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(told.sorted() == (try routes()).map { "\($0.method) \($0.path)" }.sorted())
    }

    @Test func operationsAndVariablesAreInOrder() throws {
        let routes = try routes()
        #expect(Set(routes.map(\.operation)).count == routes.count)
        for route in routes {
            let variables = route.path.split(separator: "/").filter { $0.first == "{" }
                .map { String($0.dropFirst().dropLast()) }
            #expect(route.parameters.filter(\.isInPath).map(\.name) == variables, "\(route.path)")
            #expect(route.about.hasSuffix("."), "\(route.path)")
            #expect(route.answers.contains { $0.status == 200 }, "\(route.path)")
        }
    }

    @Test func everyReferenceLeadsSomewhereAndEverySchemaIsUsed() throws {
        let document = OpenAPIDocument(routes: try routes()).json
        var used: Set<String> = []
        func collect(_ value: JSONValue) {
            if let reference = value["$ref"]?.text { used.insert(reference) }
            for member in value.members ?? [] { collect(member.value) }
            for element in value.elements ?? [] { collect(element) }
        }
        collect(document)
        let there = (document.member(at: ["components", "schemas"])?.members ?? []).map {
            "#/components/schemas/\($0.name)"
        }
        #expect(used == Set(there))
        #expect(Set(there).count == there.count)
    }

    static let looks = [
        "/api/v1/status", "/api/v1/schedules", "/api/v1/schedules?state=failing,paused&limit=1",
        "/api/v1/schedules?search=STRIPE", "/api/v1/schedules/stripe-nightly",
        "/api/v1/schedules/hubspot-contacts", "/api/v1/schedules/hubspot-archive",
        "/api/v1/schedules/nothing", "/api/v1/schedules/stripe-nightly/next?count=12",
        "/api/v1/schedules/stripe-nightly/next?count=0", "/api/v1/schedules/nothing/next",
        "/api/v1/schedules?state=purple", "/api/v1/schedules?limit=5000", "/api/v1/runs",
        "/api/v1/runs?status=failed",
        "/api/v1/runs?status=odd", "/api/v1/runs?schedule=stripe-payments&limit=3",
        "/api/v1/runs/01JQ5RUNNING", "/api/v1/runs/01JQ5RUNNING/log", "/api/v1/runs/nothing",
        "/api/v1/runs/nothing/log", "/api/v1/topics", "/api/v1/topics/retail.stripe.charges/events?count=5",
        "/api/v1/catalog", "/api/v1/catalog/retail.stripe.charges", "/api/v1/catalog/nothing",
        "/api/v1/backfills", "/api/v1/backfills?schedule=stripe-balance",
        "/api/v1/backfills?schedule=nothing",
        "/api/v1/accounts/stripe/acme/bookmarks", "/api/v1/accounts/stripe/other/bookmarks",
        "/api/v1/accounts/Stripe/acme/bookmarks",
        "/api/v1/topics/retail.sluice.state/events", "/api/v1/openapi.json", "/healthz", "/readyz",
        "/metrics",
    ]

    @Test(arguments: looks)
    func answersAreAsTheDocumentSays(target: String) async throws {
        let (document, answer) = try await withAdmin { _, server in
            let client = LoopbackClient(port: server.port)
            return (await client.get("/api/v1/openapi.json").json, await client.get(target))
        }
        try check(answer, "GET", target, document)
    }

    @Test(arguments: [
        ("/api/v1/schedules/stripe-payments/trigger", "{\"instead_of_next\":true}", 202),
        ("/api/v1/schedules/stripe-payments/trigger", "{\"now\":true}", 400),
        ("/api/v1/schedules/stripe-payments/trigger", "{\"instead_of_next\":1}", 400),
        ("/api/v1/schedules/stripe-payments/trigger", "[", 400),
        ("/api/v1/schedules/hubspot-contacts/trigger", "{}", 409),
        ("/api/v1/schedules/nothing/trigger", "{}", 404),
        (
            "/api/v1/schedules/stripe-payments/pause",
            "{\"reason\":\"a move\",\"until\":\"2026-04-01T00:00:00Z\"}", 200
        ),
        ("/api/v1/schedules/stripe-payments/pause", "{\"reason\":\" \"}", 400),
        ("/api/v1/schedules/stripe-payments/pause", "{\"reason\":\"x\",\"until\":\"tomorrow\"}", 400),
        ("/api/v1/schedules/hubspot-archive/resume", "", 200),
        ("/api/v1/schedules/stripe-payments/skip-next", "{}", 200),
        ("/api/v1/schedules/stripe-payments/undo-skips", "{}", 200),
        ("/api/v1/runs/01JQ5RUNNING/cancel", "{}", 200),
        ("/api/v1/runs/nothing/cancel", "{}", 404),
        (
            "/api/v1/schedules/stripe-payments/backfill",
            "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\",\"chunk_seconds\":3600,\"streams\":[\"charges\"]}",
            200
        ),
        (
            "/api/v1/schedules/stripe-payments/backfill",
            "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\",\"dry_run\":true}", 200
        ),
        (
            "/api/v1/schedules/stripe-payments/backfill",
            "{\"from\":\"2026-02-01T00:00:00Z\",\"to\":\"2026-01-01T00:00:00Z\"}", 400
        ),
        ("/api/v1/schedules/stripe-payments/backfill", "{\"from\":\"2026-01-01T00:00:00Z\"}", 400),
        (
            "/api/v1/schedules/stripe-payments/backfill",
            "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\",\"streams\":\"charges\"}", 400
        ),
        (
            "/api/v1/schedules/nothing/backfill",
            "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\"}", 404
        ),
        ("/api/v1/backfills/backfill-20260327T071500Z-1f3a09b1/cancel", "{}", 200),
        ("/api/v1/backfills/backfill-20260327T041500Z-1f3a09b4/resume", "{}", 200),
        ("/api/v1/backfills/nothing/resume", "{}", 404),
        ("/api/v1/accounts/stripe/acme/reset", #"{"reason":"new topics","forget":true}"#, 200),
        ("/api/v1/accounts/stripe/acme/reset", "{}", 400),
        ("/api/v1/accounts/stripe/other/reset", #"{"reason":"x"}"#, 404),
        ("/api/v1/accounts/stripe/acme/streams/charges/reset", #"{"reason":"x"}"#, 200),
        ("/api/v1/accounts/stripe/acme/streams/cha.rges/reset", #"{"reason":"x"}"#, 400),
        (
            "/api/v1/accounts/stripe/acme/streams/charges/set",
            #"{"reason":"x","at":"2026-02-01T00:00:00Z"}"#, 200
        ),
        ("/api/v1/accounts/stripe/acme/streams/charges/set", #"{"reason":"x"}"#, 400),
        ("/api/v1/accounts/stripe/acme/streams/charges/skip", #"{"reason":"x","rest":true}"#, 200),
        ("/api/v1/accounts/stripe/acme/streams/charges/skip", #"{"reason":"x","before_page":18}"#, 200),
        ("/api/v1/accounts/stripe/acme/streams/charges/skip", #"{"reason":"x"}"#, 400),
        (
            "/api/v1/accounts/stripe/acme/streams/charges/skip",
            #"{"reason":"x","rest":true,"before":"2026-02-01T00:00:00Z"}"#, 400
        ),
    ])
    func commandsAreAnsweredAsTheDocumentSays(target: String, body: String, status: Int) async throws {
        let (document, answer) = try await withAdmin { _, server in
            let client = LoopbackClient(port: server.port)
            return (await client.get("/api/v1/openapi.json").json, await client.post(target, body))
        }
        #expect(answer.status == status)
        try check(answer, "POST", target, document)
    }

    private func check(
        _ answer: LoopbackClient.Answer,
        _ method: String,
        _ target: String,
        _ document: JSONValue
    ) throws {
        let path = String(target.prefix { $0 != "?" })
        let segments = path.split(separator: "/").map(String.init)
        let route = try #require(routes().first { $0.method == method && $0.match(segments) != nil })
        let status = String(try #require(answer.status))
        let content = try #require(
            document.member(at: ["paths", route.path, method.lowercased(), "responses", status, "content"]),
            "the document knows no \(status) of \(path)"
        )
        let type = try #require(answer.header("Content-Type").first?.prefix { $0 != ";" })
        let schema = try #require(content[String(type)]?["schema"], "no \(type) in \(content.compactText)")
        guard type.hasSuffix("json") else { return }
        #expect(SchemaCheck(document: document).faults(answer.json, schema) == [])
    }
}
