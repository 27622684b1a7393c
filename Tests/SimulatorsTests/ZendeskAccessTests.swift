import Core
import JSON
import Simulators
import Testing
import Web

/// Who may ask, how often, and what those hear who may not.
@Suite struct ZendeskAccessTests {
    private func grant(_ account: InProcessZendesk, _ body: String) throws -> (
        status: Int, document: JSONValue
    ) {
        let response = account.answer("POST", "/oauth/tokens", token: nil, body: body)
        guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
        return (response.status, try JSONValue.parse(bytes))
    }

    private static let client = #""client_id":"simulated","client_secret":"secret_simulated""#

    @Test func rotatesBothTokensAtOnce() throws {
        let account = try InProcessZendesk()
        func refresh(_ token: String) throws -> (status: Int, document: JSONValue) {
            try grant(account, #"{"grant_type":"refresh_token","refresh_token":"\#(token)",\#(Self.client)}"#)
        }
        let first = try refresh("refresh_simulated").document
        let (access, next) = (
            try #require(first["access_token"]?.text), try #require(first["refresh_token"]?.text)
        )
        #expect(first["expires_in"]?.int == 1800)
        #expect(first["token_type"]?.text == "bearer")
        #expect(try account.get("groups", token: access).status == 200)
        let current = try account.get("oauth/tokens/current", token: access).document["token"]
        #expect(current?["expires_at"]?.text == "2026-01-01T00:30:00Z")
        // The first refresh token is spent.
        let spent = try refresh("refresh_simulated")
        #expect(spent.status == 400)
        #expect(spent.document["error"]?.text == "invalid_grant")
        let second = try refresh(next).document
        let (status, document) = try account.get("groups", token: access)
        #expect(status == 401)
        #expect(document["error"]?.text == "invalid_token")
        #expect(try refresh(next).status == 400)
        #expect(try account.get("groups", token: try #require(second["access_token"]?.text)).status == 200)
    }

    @Test func tokensExpire() throws {
        let account = try InProcessZendesk()
        let granted = try grant(
            account,
            #"{"grant_type":"client_credentials","scope":"read","expires_in":300,\#(Self.client)}"#
        ).document
        let token = try #require(granted["access_token"]?.text)
        #expect(granted["refresh_token"] == nil)
        account.advance(299)
        #expect(try account.get("groups", token: token).status == 200)
        account.advance(1)
        #expect(try account.get("groups", token: token).document["error"]?.text == "invalid_token")
    }

    @Test func endsATokenOnTheWay() throws {
        let account = try InProcessZendesk()
        let token = try #require(
            try grant(
                account,
                "grant_type=client_credentials&client_id=simulated&client_secret=secret_simulated"
            )
            .document["access_token"]?.text
        )
        #expect(try account.get("groups", token: token).status == 200)
        try account.simulator.faultPlan.change(["expired_token": ["next": 1]])
        #expect(try account.get("groups", token: token).status == 401)
        #expect(try account.get("groups", token: token).status == 401)
        #expect(try account.get("groups").status == 200)
    }

    @Test(
        arguments: [
            (#"{"grant_type":"authorization_code","code":"code_simulated",CLIENT}"#, 200, nil),
            (#"{"grant_type":"authorization_code","code":"other",CLIENT}"#, 400, "invalid_grant"),
            (#"{"grant_type":"password",CLIENT}"#, 400, "unsupported_grant_type"),
            (
                #"{"grant_type":"client_credentials","client_id":"x","client_secret":"y"}"#, 401,
                "invalid_client"
            ),
            (#"{"grant_type":"client_credentials","expires_in":10,CLIENT}"#, 400, "invalid_request"),
            (#"{"grant_type":"client_credentials","expires_in":"172800",CLIENT}"#, 200, nil),
        ] as [(String, Int, String?)]
    )
    func grants(body: String, status: Int, error: String?) throws {
        let account = try InProcessZendesk()
        let answer = try grant(account, body.replacing("CLIENT", with: Self.client))
        #expect(answer.status == status)
        #expect(answer.document["error"]?.text == error)
    }

    @Test func aScopeOfWritingReadsNothing() throws {
        let account = try InProcessZendesk()
        let token = try #require(
            try grant(account, #"{"grant_type":"client_credentials","scope":"write",\#(Self.client)}"#)
                .document["access_token"]?.text
        )
        let (status, document) = try account.get("groups", token: token)
        #expect(status == 403)
        #expect(document["description"]?.text?.contains("required scopes") == true)
    }

    @Test(
        arguments: [
            (nil, 401), ("zd_simulated", 200), ("zd_simulated_no_read", 403),
            ("zd_simulated_no_tickets", 403),
            ("other", 401), ("Basic YUBiLmMvdG9rZW46YWJj", 200), ("Basic YUBiLmM6cGFzc3dvcmQ=", 401),
            ("Basic YUBiLmMvdG9rZW46aW52YWxpZA==", 401), ("Basic !", 401),
        ] as [(String?, Int)]
    )
    func checksCredentials(token: String?, status: Int) throws {
        let account = try InProcessZendesk()
        #expect(try account.get("tickets", token: token).status == status)
        // Here nobody is refused who shows nothing.
        if token == nil {
            let me = try account.get("users/me", token: nil)
            #expect(me.status == 200)
            #expect(me.document["user"]?["id"]?.isNull == true)
        }
    }

    // MARK: Limits

    @Test func countsIncrementalExports() throws {
        let account = try InProcessZendesk(faults: ["no_limits": .init()])
        account.advance(30)
        let paths = [
            "tickets/cursor", "users/cursor", "organizations", "ticket_events", "ticket_metric_events",
        ]
        for number in 0..<10 {
            let answer = account.answer(
                "GET",
                "/api/v2/incremental/\(paths[number % 5])?start_time=0&per_page=1"
            )
            #expect(answer.status == 200)
            let rest = "total=10; remaining=\(9 - number); resets=30"
            #expect(answer.headers["zendesk-ratelimit-incremental-exports"] == rest)
            #expect(answer.headers["X-Rate-Limit-Remaining"] == String(699 - number))
            #expect(answer.headers["ratelimit-reset"] == "30")
        }
        let refused = account.answer("GET", "/api/v2/incremental/organizations?start_time=0")
        #expect(refused.status == 429)
        #expect(refused.headers["Content-Type"] == "text/plain")
        #expect(refused.headers["Retry-After"] == "30")
        // Others have their own.
        #expect(try account.get("groups").status == 200)
        let records = account.answer("GET", "/api/v2/incremental/custom_objects/asset/cursor?start_time=0")
        #expect(records.status == 200)
        account.advance(30)
        #expect(try account.get("incremental/organizations?start_time=0").status == 200)
    }

    @Test func countsAllRequests() throws {
        let account = try InProcessZendesk(faults: ["no_limits": .init()])
        var statuses: [Int: Int] = [:]
        for _ in 0..<710 { statuses[try account.get("groups").status, default: 0] += 1 }
        #expect(statuses == [200: 700, 429: 10])
        account.advance(60)
        #expect(try account.get("groups").status == 200)
        for _ in 0..<12 { _ = try account.get("incremental/custom_objects/asset/cursor?start_time=0") }
        let (status, document) = try account.get("incremental/custom_objects/asset/cursor?start_time=0")
        #expect(status == 429)
        #expect(document["errors"]?[0]?["code"]?.text == "RateLimitExceeded")
    }

    // MARK: Failures

    @Test(
        arguments: [
            ("rate_limit", 429, "60", "Number of allowed API requests per minute exceeded"),
            ("bare_rate_limit", 429, nil, "Number of allowed API requests per minute exceeded"),
            ("server_error", 500, nil, #"{"status":500,"error":"Internal Server Error"}"#),
            ("conflict", 409, nil, #"{"error":"DatabaseConflict","description":"Database collision"}"#),
            ("maintenance", 503, "30", "Service Unavailable"),
            ("forbidden_groups", 403, nil, #"{"error":{"title":"Forbidden","#),
            ("html_page", 403, nil, "<!DOCTYPE html>"),
        ] as [(String, Int, String?, String)]
    )
    func failsByName(fault: String, status: Int, retryAfter: String?, body: String) throws {
        let account = try InProcessZendesk(faults: [fault: .init(next: 1)])
        let answer = account.answer("GET", "/api/v2/groups")
        #expect(answer.status == status)
        #expect(answer.headers["Retry-After"] == retryAfter)
        guard case .bytes(let bytes) = answer.body else { Issue.record("no body"); return }
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix(body))
        #expect(account.answer("GET", "/api/v2/groups").status == 200)
        #expect(account.simulator.requests == ["/groups": [String(status): 1, "200": 1]])
    }

    @Test func bigPagesTimeOut() throws {
        let account = try InProcessZendesk(faults: ["gateway_timeout": .init(rate: 1)])
        let refused = account.answer("GET", "/api/v2/incremental/tickets/cursor?start_time=0")
        #expect(refused.status == 504)
        for size in [1000, 500, 101] {
            #expect(try account.get("incremental/tickets/cursor?start_time=0&per_page=\(size)").status == 504)
        }
        #expect(try account.get("incremental/tickets/cursor?start_time=0&per_page=100").status == 200)
        #expect(try account.get("groups?page[size]=100").status == 200)
    }

    @Test func losesACursor() throws {
        let account = try InProcessZendesk(faults: ["invalid_cursor": .init(next: 1)])
        let cursor = try #require(
            try account.page("incremental/users/cursor?start_time=0&per_page=5")["after_cursor"]?.text
        )
        let (status, document) = try account.get("incremental/users/cursor?cursor=\(cursor)")
        #expect(status == 400)
        #expect(document["error"]?.text == "InvalidCursor")
        #expect(try account.get("incremental/users/cursor?cursor=\(cursor)").status == 200)
    }

    @Test(arguments: ["cut_body", "reset", "silence", "slow"])
    func connectionsFail(fault: String) async throws {
        let account = try InProcessZendesk(faults: [fault: .init(next: 1)])
        let transport = InProcessTransport(account.simulator)
        let request = HTTPRequest(
            address: "https://simulated.zendesk.com/api/v2/users?page[size]=2",
            headers: [("Authorization", "Bearer zd_simulated")]
        )
        if fault != "slow" {
            await #expect(throws: HTTPError.self) { try await transport.perform(request) }
        }
        let answer = try await transport.perform(request)
        let links = try JSONValue.parse(answer.body)["links"]
        // Links lead back by the address that was asked for.
        #expect(links?["next"]?.text?.hasPrefix("https://simulated.zendesk.com/api/v2/users?page%5B") == true)
    }

    @Test(arguments: ZendeskSimulator.faults)
    func takesEveryFault(name: String) throws {
        let account = try InProcessZendesk(records: 10, faults: [name: .init(rate: 0.5)])
        try account.simulator.change(creates: 5, updates: 5, deletes: 2, merges: 1)
        for target in ["tickets", "incremental/users/cursor?start_time=0", "groups?page[size]=2"] {
            _ = account.answer("GET", "/api/v2/\(target)")
        }
    }
}
