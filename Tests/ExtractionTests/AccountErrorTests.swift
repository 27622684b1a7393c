import Core
import Testing

@testable import Extraction

/// What is wrong in `auth`, `limits`, `quota` and `errors` is said with its place and what to do.
@Suite struct AccountErrorTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var part: String
        var replacement: String
        var place: String
        var text: String
        var testDescription: String { "\(part) → \(replacement)" }
        init(_ part: String, _ replacement: String, _ place: String, _ text: String) {
            (self.part, self.replacement, self.place, self.text) = (part, replacement, place, text)
        }
    }

    static let sound = """
        extractor: shop
        settings:
          secret: {secret: true}
          refresh: {secret: true}
          id: {}
          share: {default: 80}
        base_url: "{{ login.url }}/v1"
        hosts: ["*.example.com"]
        auth:
          oauth:
            grant: refresh_token
            token_url: https://login.example.com/token
            client_id: "{{ config.id }}"
            client_secret: "{{ config.secret }}"
            refresh_token: "{{ config.refresh }}"
            rotates: true
            body: json
            learns: {url: instance.url}
            early: 90s
            expires_in: 2h
            extra: {expires_in: 172800}
        limits:
          default:
            rate: 700/min
            share: "{{ config.share }}%"
            headers:
              - {limit: ratelimit-limit, remaining: ratelimit-remaining, reset: ratelimit-reset}
              - {limit: X-Rate-Limit, remaining: X-Rate-Limit-Remaining}
          slow:
            rate: 190/10s
            headers:
              limit: {header: zendesk-ratelimit-incremental-exports, field: total}
              reset: {header: X-Reset, format: epoch}
        quota:
          headers: {remaining: X-Left, limit: X-Daily}
          reserve: 15%
          resets: {midnight: "-05:00"}
        errors:
          message: [error.message, 0.message]
          code: code
          rules:
            - {status: 504, body: text, action: retry, wait: 10s, shrink: {param: per_page, min: 25}}
        streams:
          orders: {get: /orders, query: {per_page: 100}, records: items, key: id, limit: slow, paging: {next_link: {field: next}}}
        """

    static let mistakes = [
        Mistake("grant: refresh_token", "grant: refresh", "11:12", "unknown grant refresh"),
        Mistake("    grant: refresh_token\n", "", "11:5", "the field grant is missing"),
        Mistake(
            "grant: refresh_token",
            "grant: client_credentials",
            "15:20",
            "refresh_token belongs to grant: refresh_token"
        ),
        Mistake(
            "grant: refresh_token",
            "grant: client_credentials",
            "16:14",
            "rotates belongs to grant: refresh_token"
        ),
        Mistake("grant: refresh_token", "grant: jwt_bearer", "11:5", "the field jwt is missing"),
        Mistake(
            "token_url: https://login.example.com/token",
            "token_url: token",
            "12:16",
            "a path on the API's host, or whole"
        ),
        Mistake(
            "token_url: https://login.example.com/token",
            "token_url: /token",
            "7:11",
            "the login itself needs a whole address"
        ),
        Mistake("    client_id: \"{{ config.id }}\"\n", "", "11:5", "the field client_id is missing"),
        Mistake("\"{{ config.secret }}\"", "abc", "14:20", "a credential never stands in a definition"),
        Mistake("\"{{ config.refresh }}\"", "abc", "15:20", "a credential never stands in a definition"),
        Mistake("rotates: true", "rotates: maybe", "16:14", "rotates is true, false or a setting"),
        Mistake(
            "rotates: true",
            "rotates: \"{{ config.rotate }}\"",
            "16:14",
            "unknown setting config.rotate"
        ),
        Mistake("body: json", "body: xml", "17:11", "unknown form of a body xml"),
        Mistake(
            "body: json",
            "client_auth: header",
            "17:18",
            "unknown place of the client's credential header"
        ),
        Mistake("{url: instance.url}", "{url: instance..url}", "18:19", "is no path"),
        Mistake(
            "{url: instance.url}",
            "{uri: instance.url}",
            "7:11",
            "of login there is {{ login.uri }} only"
        ),
        Mistake("early: 90s", "early: soon", "19:12", "is no length of time"),
        Mistake("early: 90s", "erly: 90s", "19:5", "did you mean early?"),
        Mistake("expires_in: 2h", "expires_in: 0s", "20:17", "a token that expires at once is none"),
        Mistake("{expires_in: 172800}", "{client_id: x}", "21:12", "client_id has a key of its own"),
        Mistake("early: 90s", "header: {name: X, value: abc}", "19:30", "write {{ token }} into it"),
        Mistake("\"{{ login.url }}/v1\"", "\"https://{{ login.url }}/v1\"", "7:11", "stands first"),
        Mistake("hosts: [\"*.example.com\"]\n", "\n", "7:11", "may only lead to hosts that are named"),
        Mistake("rate: 700/min", "rate: 700/month", "24:11", "20/s, 190/10s, 700/min or 1000/h"),
        Mistake("    rate: 700/min\n", "", "24:5", "the field rate is missing"),
        Mistake("share: \"{{ config.share }}%\"", "share: 0%", "25:12", "a share is 1% to 100%"),
        Mistake("share: {default: 80}", "share: {default: 180}", "25:12", "a share is 1% to 100%"),
        Mistake(
            "{limit: X-Rate-Limit, remaining: X-Rate-Limit-Remaining}",
            "{reset: X}",
            "28:9",
            "name the header that has the limit"
        ),
        Mistake("format: epoch", "format: iso", "33:40", "unknown format of a reset iso"),
        Mistake("field: total", "fild: total", "32:62", "did you mean field?"),
        Mistake(
            "{remaining: X-Left, limit: X-Daily}",
            "{remaining: X-Left}",
            "35:3",
            "say how many requests a day has"
        ),
        Mistake(
            "{remaining: X-Left, limit: X-Daily}",
            "{limit: X-Daily}",
            "35:20",
            "what is left of it as well"
        ),
        Mistake(
            "{remaining: X-Left, limit: X-Daily}",
            "{usage: U, limit: X-Daily}",
            "35:20",
            "usage says both"
        ),
        Mistake("reserve: 15%", "reserve: 15.5", "36:12", "a reserve is 1% to 100%"),
        Mistake("midnight: \"-05:00\"", "midnight: EST", "37:22", "write UTC, or the distance from it"),
        Mistake("midnight: \"-05:00\"", "noon: UTC", "37:12", "unknown field noon"),
        Mistake("[error.message, 0.message]", "[]", "39:12", "the list is empty"),
        Mistake("body: text", "body: pdf", "42:27", "unknown form of a body pdf"),
        Mistake("body: text", "body: text, code: x", "42:39", "a code is read of a JSON body only"),
        Mistake("action: retry", "action: fail_run", "42:57", "wait is for another try"),
        Mistake("wait: 10s", "wait: 10h", "42:54", "no run waits longer than 300s"),
        Mistake("min: 25", "min: 0", "42:90", "is no whole number from 1"),
    ]

    @Test func soundDefinitionLoads() throws {
        let definition = try ExtractorDefinition.decode(Array(Self.sound.utf8), file: "e.yaml")
        guard case .login(let login) = definition.authentication.ways[0].authentication else {
            Issue.record("no login")
            return
        }
        #expect(login.parameters.map(\.name) == ["client_id", "client_secret", "expires_in"])
        #expect(login.early == .seconds(90))
        #expect(login.lifetime == .seconds(7200))
        #expect(login.learned == [.init(name: "url", path: ["instance", "url"])])
        #expect(definition.limits.map(\.headers.count) == [2, 1])
        #expect(definition.quota?.reserve == 15)
        #expect(definition.errorRules.rules.first?.shrink == .init(parameter: "per_page", least: 25))
    }

    @Test(arguments: mistakes)
    func mistakeIsNamedWithItsPlace(_ mistake: Mistake) throws {
        let yaml = Self.sound.replacing(mistake.part, with: mistake.replacement, maxReplacements: 1)
        try #require(yaml != Self.sound)
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        let problems = try #require(error).problems
        let isSaid = problems.contains {
            $0.description.hasPrefix("e.yaml:\(mistake.place)") && $0.text.contains(mistake.text)
        }
        #expect(isSaid, "\(problems.map(\.description).joined(separator: "\n"))")
    }

    @Test(
        arguments: [
            ("{session: {body: {p: \"{{ config.secret }}\"}, token: t}}", "the field post is missing"),
            ("{session: {post: /login, token: t}}", "the field body is missing"),
            ("{session: {post: /login, body: {p: \"{{ config.secret }}\"}}}", "the field token is missing"),
            ("{session: {post: /login, body: {p: abc}, token: t}}", "take it from a setting"),
            ("{session: {post: /login, body: {p: {q: 1}}, token: t}}", "a text is needed here"),
            (
                "{session: {post: /login, body: {p: \"{{ config.secret }}\"}, token: t, format: xml}}",
                "unknown form"
            ),
            (
                "{oauth: {grant: jwt_bearer, token_url: /t, jwt: {key: k, issuer: a, subject: b, audience: c}}}",
                "never stands in a definition"
            ),
            (
                "{oauth: {grant: jwt_bearer, token_url: /t, jwt: {key: \"{{ config.secret }}\", issuer: a, subject: b}}}",
                "the field audience is missing"
            ),
            (
                "{oauth: {grant: jwt_bearer, token_url: /t, jwt: {key: \"{{ config.secret }}\", issuer: a, subject: b,"
                    + " audience: c, lifetime: 2h, claims: {exp: 5}}}}",
                "an assertion lives from 30s to 1h"
            ),
            (
                "{oauth: {grant: jwt_bearer, token_url: /t, jwt: {key: \"{{ config.secret }}\", issuer: a, subject: b,"
                    + " audience: c, claims: {exp: 5}}}}",
                "the claim exp has a key of its own"
            ),
        ]
    )
    func otherLoginsAreCheckedAsWell(auth: String, text: String) throws {
        let yaml = """
            extractor: shop
            settings: {secret: {secret: true}}
            base_url: https://api.example.com
            auth: \(auth)
            streams: {orders: {get: /orders, records: items, key: id, paging: single_page}}
            """
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        let problems = try #require(error).problems
        #expect(problems.contains { $0.text.contains(text) && $0.line == 4 }, "\(problems)")
    }

    /// One mistake is said once: what a broken login would tell is no mistake of `base_url`.
    @Test(arguments: ["grant: refresh", "grnat: refresh_token"]) func aBrokenLoginIsSaidAlone(grant: String)
        throws
    {
        let yaml = Self.sound.replacing("grant: refresh_token", with: grant)
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        let problems = try #require(error).problems
        #expect(problems.contains { $0.text.contains("grant") || $0.text.contains("grnat") })
        #expect(!problems.contains { $0.text.contains("unknown variable login") }, "\(problems)")
    }

    @Test func numberedPagesDoNotShrink() {
        let yaml = Self.sound.replacing("{next_link: {field: next}}", with: "{page: {param: p}}")
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        #expect(error?.message.contains("the number of a page means other records when pages shrink") == true)
    }
}
