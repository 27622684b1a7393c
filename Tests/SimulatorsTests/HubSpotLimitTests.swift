import JSON
import Simulators
import Testing
import Web

@Suite struct HubSpotLimitTests {
    @Test func tenSecondsTakeSoMany() throws {
        let account = try HubSpotFixture(hasLimits: true)
        for number in 1...190 {
            let answer = try account.get("/crm/v3/objects/notes?limit=1")
            #expect(answer.status == 200)
            #expect(answer.headers["X-HubSpot-RateLimit-Remaining"] == String(190 - number))
            #expect(answer.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000")
            #expect(answer.headers["X-HubSpot-RateLimit-Daily-Remaining"] == String(625_000 - number))
        }
        let refused = try account.get("/crm/v3/objects/notes")
        #expect(refused.status == 429)
        #expect(refused.document["policyName"]?.text == "TEN_SECONDLY_ROLLING")
        #expect(refused.document["errorType"]?.text == "RATE_LIMIT")
        #expect(refused.document["message"]?.text == "You have reached your ten_secondly_rolling limit.")
        #expect(refused.headers["Retry-After"] == nil)
        account.advance(9)
        #expect(try account.get("/crm/v3/objects/notes").status == 429)
        account.advance(1)
        #expect(try account.get("/crm/v3/objects/notes").status == 200)
    }

    @Test func aSecondTakesFiveSearches() throws {
        let account = try HubSpotFixture(hasLimits: true)
        func search() throws -> HubSpotFixture.Answer {
            try account.post("/crm/v3/objects/notes/search", [:])
        }
        for _ in 0..<5 { #expect(try search().status == 200) }
        let refused = try search()
        #expect(refused.status == 429)
        #expect(refused.document["policyName"]?.text == "SECONDLY")
        // Lists have a limit of their own.
        #expect(try account.get("/crm/v3/objects/notes").status == 200)
        account.advance(1)
        #expect(try search().status == 200)
    }

    @Test func oauthHasOtherLimits() throws {
        let account = try HubSpotFixture(hasLimits: true)
        let token = try HubSpotTokenTests.token(account)
        let answer = try account.get("/crm/v3/objects/notes", token: token)
        #expect(answer.headers["X-HubSpot-RateLimit-Max"] == "110")
        #expect(answer.headers["X-HubSpot-RateLimit-Daily"] == nil)
        for _ in 2...110 { #expect(try account.get("/crm/v3/objects/notes", token: token).status == 200) }
        #expect(try account.get("/crm/v3/objects/notes", token: token).status == 429)
        #expect(try account.get("/crm/v3/objects/notes").status == 200)
    }

    @Test func aDayEndsAtTheAccountsMidnight() throws {
        let account = try HubSpotFixture(hasLimits: true)
        func usage() throws -> JSONValue? {
            try account.get("/account-info/v3/api-usage/daily/private-apps").document["results"]?[0]
        }
        #expect(try usage()?["currentUsage"]?.int == 1)
        #expect(try usage()?["usageLimit"]?.int == 625_000)
        #expect(try usage()?["resetsAt"]?.text == "2026-01-01T05:00:00.000Z")
        let details = try account.get("/account-info/2026-03/details").document
        #expect(details["utcOffsetMilliseconds"]?.int == -5 * 3_600_000)
        try account.simulator.faultPlan.change(["daily_limit": ["next": 1]])
        for _ in 0..<2 {
            let refused = try account.get("/crm/v3/objects/notes")
            #expect(refused.status == 429)
            #expect(refused.document["policyName"]?.text == "DAILY")
            account.advance(3600)
        }
        account.advance(3 * 3600 - 1)
        #expect(try account.get("/crm/v3/objects/notes").status == 429)
        account.advance(1)
        #expect(try account.get("/crm/v3/objects/notes").status == 200)
    }
}

@Suite struct HubSpotFaultTests {
    @Test(
        arguments: [
            ("rate_limit", 429, "RATE_LIMIT", nil), ("migration", 477, nil, "30"), ("locked", 423, nil, nil),
            ("server_error", 500, nil, nil), ("expired_token", 401, "EXPIRED_AUTHENTICATION", nil),
        ] as [(String, Int, String?, String?)]
    )
    func strikes(fault: String, status: Int, word: String?, wait: String?) throws {
        let account = try HubSpotFixture()
        try account.simulator.faultPlan.change(.object([.init(name: fault, value: ["next": 1])]))
        let answer = try account.get("/crm/v3/objects/notes")
        #expect(answer.status == status)
        #expect((answer.document["errorType"] ?? answer.document["category"])?.text == word)
        #expect(answer.headers["Retry-After"] == wait)
        #expect(try account.get("/crm/v3/objects/notes").status == 200)
    }

    @Test(arguments: [("bad_gateway", 502), ("blocked", 403)])
    func proxiesAnswerInHTML(fault: String, status: Int) throws {
        let account = try HubSpotFixture(faults: [fault: .init(rate: 1)])
        let answer = try account.get("/crm/v3/objects/notes")
        #expect(answer.status == status)
        #expect(answer.headers["Content-Type"] == "text/html; charset=UTF-8")
        #expect(answer.document.text?.hasPrefix("<html>") == true)
    }

    @Test func secondsBecomeRetryAfter() throws {
        let account = try HubSpotFixture(faults: ["rate_limit": .init(rate: 1, seconds: 2.5)])
        #expect(try account.get("/crm/v3/objects/notes").headers["Retry-After"] == "3")
    }

    @Test func onlySearchesAreStruckByTheirs() throws {
        let account = try HubSpotFixture(faults: ["search_limit": .init(rate: 1)])
        #expect(try account.get("/crm/v3/objects/notes").status == 200)
        #expect(
            try account.post("/crm/v3/objects/notes/search", [:]).document["policyName"]?.text == "SECONDLY"
        )
    }

    @Test(arguments: HubSpotSimulator.streams + ["owners", "schemas"])
    func someThingsAreForbidden(name: String) throws {
        let account = try HubSpotFixture(faults: ["forbidden_\(name)": .init(rate: 1)])
        let paths = ["owners": "/crm/v3/owners", "schemas": "/crm-object-schemas/v3/schemas"]
        for other in HubSpotSimulator.streams + ["owners", "schemas"] {
            let answer = try account.get(paths[other] ?? "/crm/v3/objects/\(other)")
            #expect(answer.status == (other == name ? 403 : 200), "\(other)")
            guard other == name else { continue }
            #expect(answer.document["category"]?.text == "MISSING_SCOPES")
            #expect(answer.document["context"]?["requiredGranularScopes"]?.elements?.count == 1)
        }
        // By another key's own rights.
        let other = try HubSpotFixture().get(
            paths[name] ?? "/crm/v3/objects/\(name)",
            token: "pat-na1-no_\(name)"
        )
        #expect(other.status == 403)
    }

    @Test func connectionsFail() throws {
        for (fault, outcome) in [("cut_body", "cut"), ("reset", "reset"), ("silence", "silence")] {
            let account = try HubSpotFixture(faults: [fault: .init(rate: 1)])
            _ = try account.get("/crm/v3/objects/notes")
            #expect(account.simulator.requests == ["/objects/notes": [outcome: 1]])
        }
    }
}

@Suite struct HubSpotTokenTests {
    static func form(_ fields: [String: String]) -> [UInt8] {
        Array(fields.map { "\($0)=\($1)" }.joined(separator: "&").utf8)
    }

    private static let refresh = [
        "grant_type": "refresh_token", "client_id": "app", "client_secret": "s3cret",
        "refresh_token": "na1-1234",
    ]

    static func token(_ account: HubSpotFixture, _ fields: [String: String] = refresh) throws -> String {
        let answer = try account.send("POST", "/oauth/v1/token", form(fields), token: nil)
        #expect(answer.status == 200)
        return try #require(answer.document["access_token"]?.text)
    }

    @Test func lastsHalfAnHour() throws {
        let account = try HubSpotFixture()
        let token = try Self.token(account)
        #expect(try account.get("/crm/v3/objects/notes", token: token).status == 200)
        account.advance(1799)
        #expect(try account.get("/crm/v3/objects/notes", token: token).status == 200)
        account.advance(1)
        let expired = try account.get("/crm/v3/objects/notes", token: token)
        #expect(expired.status == 401)
        #expect(expired.document["category"]?.text == "EXPIRED_AUTHENTICATION")
        let renewed = try Self.token(account)
        #expect(renewed != token)
        #expect(try account.get("/crm/v3/objects/notes", token: renewed).status == 200)
    }

    @Test(arguments: ["v1", "v3", "2026-03"])
    func answersInTheFormOfItsVersion(version: String) throws {
        let account = try HubSpotFixture()
        let answer = try account.send("POST", "/oauth/\(version)/token", Self.form(Self.refresh), token: nil)
            .document
        #expect(answer["token_type"]?.text == "bearer")
        #expect(answer["expires_in"]?.int == 1800)
        #expect(answer["refresh_token"]?.text == "na1-1234")
        #expect(answer["token_use"]?.text == (version == "v1" ? nil : "access_token"))
        let client = Self.form(["grant_type": "client_credentials", "client_id": "a", "client_secret": "b"])
        let own = try account.send("POST", "/oauth/\(version)/token", client, token: nil)
        #expect(own.status == (version == "v1" ? 400 : 200))
        #expect(own.document["refresh_token"] == nil)
    }

    @Test(arguments: [
        (["grant_type": "password", "client_id": "a", "client_secret": "b"], "BAD_GRANT_TYPE"),
        (["grant_type": "refresh_token", "client_secret": "b"], "BAD_CLIENT_ID"),
        (["grant_type": "refresh_token", "client_id": "a"], "BAD_CLIENT_SECRET"),
        (["grant_type": "refresh_token", "client_id": "a", "client_secret": "b"], "BAD_REFRESH_TOKEN"),
        (
            [
                "grant_type": "refresh_token", "client_id": "a", "client_secret": "b",
                "refresh_token": "na1-invalid",
            ], "BAD_REFRESH_TOKEN"
        ),
        (["grant_type": "authorization_code", "client_id": "a", "client_secret": "b"], "BAD_AUTH_CODE"),
        (
            ["grant_type": "authorization_code", "client_id": "a", "client_secret": "b", "code": "c"],
            "BAD_REDIRECT_URI"
        ),
    ])
    func refuses(fields: [String: String], word: String) throws {
        let answer = try HubSpotFixture().send("POST", "/oauth/v1/token", Self.form(fields), token: nil)
        #expect(answer.status == 400)
        #expect(answer.document["status"]?.text == word)
        #expect(answer.document["message"]?.text?.hasPrefix("missing or") == true)
    }

    @Test func givesWayToALimit() throws {
        let account = try HubSpotFixture(faults: ["token_limit": .init(next: 1, seconds: 7)])
        #expect(try account.get("/crm/v3/objects/notes").status == 200)
        let refused = try account.send("POST", "/oauth/v1/token", Self.form(Self.refresh), token: nil)
        #expect(refused.status == 429)
        #expect(refused.headers["Retry-After"] == "7")
        _ = try Self.token(account)
    }

    @Test(arguments: [nil, "", "sk_test_simulated", "pat-na1-invalid", "C1-2-3", "CZZZ-x-"] as [String?])
    func othersAreNotLetIn(token: String?) throws {
        let answer = try HubSpotFixture().get("/crm/v3/objects/notes", token: token)
        #expect(answer.status == 401)
        #expect(answer.document["category"]?.text == "INVALID_AUTHENTICATION")
    }

    @Test func rightsGoWithTheRefreshToken() throws {
        let account = try HubSpotFixture()
        var fields = Self.refresh
        fields["refresh_token"] = "na1-1234-no_deals"
        let token = try Self.token(account, fields)
        #expect(try account.get("/crm/v3/objects/deals", token: token).status == 403)
        #expect(try account.get("/crm/v3/objects/notes", token: token).status == 200)
        // Nobody gives himself more.
        let forged =
            token.split(separator: "-", omittingEmptySubsequences: false).prefix(2).joined(separator: "-")
            + "-"
        #expect(try account.get("/crm/v3/objects/deals", token: forged).status == 401)
    }
}
