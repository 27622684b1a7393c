import Core
import Cryptography
import JSON
import Synchronization
import Testing

@testable import Extraction

@Suite struct LoginTests {
    static let clientCredentials = LoginBench.definition(
        "{oauth: {grant: client_credentials, token_url: /oauth/token, client_id: \"{{ config.client_id }}\","
            + " client_secret: \"{{ config.client_secret }}\", scope: read all, extra: {expires_in: 172800}}}"
    )

    @Test(
        arguments: [
            (
                "grant: client_credentials", "body: form", "application/x-www-form-urlencoded",
                "grant_type=client_credentials&client_id=client-7&client_secret=client-secret-1234&scope=a%20b&n=5"
            ),
            (
                "grant: client_credentials", "body: json", "application/json",
                #"{"grant_type":"client_credentials","client_id":"client-7","client_secret":"client-secret-1234","scope":"a b","n":5}"#
            ),
            (
                "grant: client_credentials", "client_auth: basic", "application/x-www-form-urlencoded",
                "grant_type=client_credentials&scope=a%20b&n=5"
            ),
            (
                "grant: refresh_token", "refresh_token: \"{{ config.refresh_token }}\"",
                "application/x-www-form-urlencoded",
                "grant_type=refresh_token&refresh_token=refresh-seed-0001&client_id=client-7&client_secret=client-secret-1234&scope=a%20b&n=5"
            ),
        ]
    )
    func requestIsWhatTheGrantSays(grant: String, more: String, type: String, body: String) async throws {
        let yaml = LoginBench.definition(
            "{oauth: {\(grant), \(more), token_url: /oauth/token, client_id: \"{{ config.client_id }}\","
                + " client_secret: \"{{ config.client_secret }}\", scope: a b, extra: {n: 5}}}"
        )
        let bench = LoginBench(login: { _, _ in .token("token-AAAA", expires: "1800") })
        try await LoginBench.read(bench.requester(yaml), yaml)
        let login = try #require(bench.logins.first)
        #expect(login.method == "POST")
        #expect(login.address == "https://api.example.com/oauth/token")
        #expect(login.text == body)
        #expect(login.header("Content-Type") == type)
        let basic = "Basic \(Base64.encode(Array("client-7:client-secret-1234".utf8)))"
        #expect(login.header("Authorization") == (more == "client_auth: basic" ? basic : nil))
        #expect(bench.pages.map { $0.header("Authorization") } == ["Bearer token-AAAA"])
    }

    @Test(
        arguments: [
            // expires_in, so long the token is used
            ("1800", Duration.seconds(1740)), ("\"3600\"", .seconds(3540)), ("90.7", .seconds(45)),
            ("100", .seconds(50)), ("10", .seconds(5)),
        ]
    )
    func tokenIsRenewedBeforeItsEnd(expires: String, life: Duration) async throws {
        let bench = LoginBench(login: { number, _ in .token("token-000\(number)", expires: expires) })
        let requester = try bench.requester(Self.clientCredentials)
        try await LoginBench.read(requester, Self.clientCredentials)
        bench.pass(life - .milliseconds(1))
        try await LoginBench.read(requester, Self.clientCredentials)
        #expect(bench.logins.count == 1)
        bench.pass(.milliseconds(1))
        try await LoginBench.read(requester, Self.clientCredentials)
        #expect(bench.logins.count == 2)
        #expect(bench.pages.last?.header("Authorization") == "Bearer token-0002")
    }

    @Test func withoutAnEndATokenIsUsedUntilItIsRefused() async throws {
        let bench = LoginBench(
            login: { number, _ in .token("token-000\(number)") },
            page: { request in
                request.header("Authorization") == "Bearer token-0001" && request.address.contains("items")
                    ? .status(401) : nil
            }
        )
        let requester = try bench.requester(Self.clientCredentials)
        bench.pass(.seconds(30 * 86_400))
        try await LoginBench.read(requester, Self.clientCredentials)
        #expect(bench.logins.count == 2)
        #expect(bench.pages.map { $0.header("Authorization") } == ["Bearer token-0001", "Bearer token-0002"])
    }

    @Test func secondRefusalEndsTheRun() async throws {
        let bench = LoginBench(login: { _, _ in .token("token-0001") }, page: { _ in .status(401) })
        let requester = try bench.requester(Self.clientCredentials)
        let error = try #require(await LoginBench.failure(requester, Self.clientCredentials))
        #expect(error.codeText == "extraction.refused_credentials")
        #expect(error.recovery == .failRun)
        #expect(bench.logins.count == 2)
        #expect(bench.pages.count == 2)
    }

    @Test func refusalThatSaysSomethingElseAsksForNoToken() async throws {
        let yaml = Self.clientCredentials.replacing(
            "streams:",
            with: "errors: {rules: [{status: 401, action: refused_credentials}]}\nstreams:"
        )
        let bench = LoginBench(login: { _, _ in .token("token-0001") }, page: { _ in .status(401) })
        let error = await LoginBench.failure(try bench.requester(yaml), yaml)
        #expect(error?.codeText == "extraction.refused_credentials")
        #expect(bench.logins.count == 1)
    }

    /// Many ask at once: one logs in, all others wait for it.
    @Test(arguments: 1...5)
    func oneRefresherAtATime(round: Int) async throws {
        let bench = LoginBench(
            login: { number, _ in
                for _ in 0..<20 { await Task.yield() }
                return .token("token-000\(number)")
            },
            page: { request in
                await Task.yield()
                return request.header("Authorization") == "Bearer token-0001" ? .status(401) : nil
            }
        )
        let requester = try bench.requester(Self.clientCredentials)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask { try await LoginBench.read(requester, Self.clientCredentials) }
            }
            try await group.waitForAll()
        }
        #expect(bench.logins.count == 2)
        #expect(bench.pages.filter { $0.header("Authorization") == "Bearer token-0002" }.count == 30)
    }

    /// Asking again what was refused would lock the user out.
    @Test func refusedLoginIsNotRepeated() async throws {
        let bench = LoginBench(login: { _, _ in
            .status(400, #"{"error":"invalid_grant","error_description":"expired client-secret-1234"}"#)
        })
        let requester = try bench.requester(Self.clientCredentials)
        for _ in 0..<3 {
            let error = try #require(await LoginBench.failure(requester, Self.clientCredentials))
            #expect(error.codeText == "extraction.refused_credentials")
            #expect(error.recovery == .failRun)
            #expect(
                error.message
                    == "extractor test: login: POST https://api.example.com/oauth/token answered 400: invalid_grant,"
                    + " expired •••; check the account's client_secret, refresh_token, private_key, api_key"
            )
        }
        #expect(bench.logins.count == 1)
    }

    @Test(arguments: [("7", Duration.seconds(7)), ("0.5", .milliseconds(500))])
    func tokenEndpointsOwnLimitIsObeyed(retryAfter: String, wait: Duration) async throws {
        let bench = LoginBench(login: { number, _ in
            number == 1 ? .status(429, "{}", [("Retry-After", retryAfter)]) : .token("token-0001")
        })
        try await LoginBench.read(bench.requester(Self.clientCredentials), Self.clientCredentials)
        #expect(bench.elapsed == wait)
        #expect(bench.logins.count == 2)
    }

    @Test func tokenEndpointThatIsAwayIsGivenUp() async throws {
        let bench = LoginBench(login: { _, _ in .status(503, "<html><title>Down</title>") })
        let error = try #require(
            await LoginBench.failure(try bench.requester(Self.clientCredentials), Self.clientCredentials)
        )
        #expect(error.codeText == "extraction.gave_up")
        #expect(error.message.contains("failed 5 times, at last: answered 503: a page of HTML, \"Down\""))
    }

    @Test(
        arguments: [
            ("<html>", "the answer is no JSON"), ("{}", "the answer has no access_token"),
            (#"{"access_token":""}"#, "the answer has no access_token"),
            (#"{"access_token":"a\nb"}"#, "holds what no header may hold"),
        ]
    )
    func answerWithoutATokenIsNamed(body: String, text: String) async throws {
        let bench = LoginBench(login: { _, _ in .page(body) })
        let error = try #require(
            await LoginBench.failure(try bench.requester(Self.clientCredentials), Self.clientCredentials)
        )
        #expect(error.codeText == "extraction.bad_login")
        #expect(error.message.contains(text), "\(error.message)")
    }

    /// I6: what was learned at run time is as secret as what was configured.
    @Test func tokenNeverReachesAnError() async throws {
        let bench = LoginBench(
            login: { _, _ in .token("token-SECRET-0001", refresh: "refresh-SECRET-0002") },
            page: { _ in .status(400, "bad token-SECRET-0001, refresh-SECRET-0002") }
        )
        let error = try #require(
            await LoginBench.failure(try bench.requester(Self.clientCredentials), Self.clientCredentials)
        )
        #expect(error.message.contains("bad •••, •••"))
        #expect(!error.message.contains("SECRET"))
    }

    @Test func assertionIsSigned() async throws {
        let yaml = LoginBench.definition(
            "{oauth: {grant: jwt_bearer, token_url: \"https://login.example.org/services/oauth2/token\", jwt: {"
                + "key: \"{{ config.private_key }}\", issuer: \"{{ config.client_id }}\", subject: user@example.com,"
                + " audience: \"https://login.example.org\", claims: {scope: api, n: 3}}}}"
        )
        var settings = LoginBench.settings
        settings["private_key"] = .string(Self.key)
        let bench = LoginBench(login: { _, _ in .token("token-0001") })
        try await LoginBench.read(bench.requester(yaml, settings: settings), yaml)
        let parts = try #require(bench.logins.first).text.split(separator: "&").map(String.init)
        #expect(parts[0] == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
        let assertion = parts[1].dropFirst("assertion=".count).split(separator: ".").map(String.init)
        #expect(Self.decode(assertion[0]) == #"{"alg":"RS256","typ":"JWT"}"#)
        #expect(
            Self.decode(assertion[1])
                == #"{"iss":"client-7","sub":"user@example.com","aud":"https://login.example.org","scope":"api","n":3,"iat":1760000000,"exp":1760000180}"#
        )
        let signature = try SigningKey(pem: Self.key).sign(Array("\(assertion[0]).\(assertion[1])".utf8))
        #expect(assertion[2] == Base64.encodeURL(signature))
        // Claims are signed anew with each login.
        #expect(bench.logins.count == 1)
    }

    @Test(
        arguments: [
            ("no key", "no private key in PEM form"),
            (key.replacing("RSA", with: "EC"), "no private key in PEM form"),
        ]
    )
    func keyThatCannotSignIsNamedAtTheStart(key: String, text: String) throws {
        let yaml = LoginBench.definition(
            "{oauth: {grant: jwt_bearer, token_url: /token, jwt: {key: \"{{ config.private_key }}\","
                + " issuer: a, subject: b, audience: c}}}"
        )
        let bench = LoginBench(login: { _, _ in .token("t") })
        let error = #expect(throws: ExtractionError.self) {
            try bench.requester(yaml, settings: ["private_key": .string(key)])
        }
        #expect(error?.codeText == "extraction.bad_setting")
        #expect(error?.message.contains(text) == true)
    }

    @Test func sessionLoginSendsItsOwnHeader() async throws {
        let yaml = LoginBench.definition(
            "{session: {post: /login, body: {user: sluice, password: \"{{ config.api_key }}\", remember: true},"
                + " token: session.id, header: {name: X-Session, value: \"id={{ token }}\"}, expires_in: 30m}}"
        )
        let bench = LoginBench(login: { number, _ in .page(#"{"session":{"id":"session-000\#(number)"}}"#) })
        let requester = try bench.requester(yaml)
        try await LoginBench.read(requester, yaml)
        bench.pass(.seconds(1740))
        try await LoginBench.read(requester, yaml)
        #expect(
            bench.logins.map(\.text).first
                == #"{"user":"sluice","password":"api-key-abcdefgh","remember":true}"#
        )
        #expect(bench.pages.map { $0.header("X-Session") } == ["id=session-0001", "id=session-0002"])
    }

    static let learned = LoginBench.definition(
        "{oauth: {grant: client_credentials, token_url: \"https://login.example.org/token\","
            + " client_id: \"{{ config.client_id }}\", client_secret: \"{{ config.client_secret }}\","
            + " learns: {instance_url: instance_url}}}",
        base: "{{ login.instance_url }}/services/data",
        top: "hosts: [\"*.my.example.com\"]"
    )

    @Test(
        arguments: [
            ("https://acme.my.example.com", "https://acme.my.example.com/services/data/v1/items"),
            ("https://acme.my.example.com/eu/", "https://acme.my.example.com/eu/services/data/v1/items"),
        ]
    )
    func loginTellsWhereTheAPIIs(instance: String, address: String) async throws {
        let bench = LoginBench(login: { _, _ in
            .token("token-0001", more: ",\"instance_url\":\"\(instance)\"")
        })
        try await LoginBench.read(bench.requester(Self.learned), Self.learned)
        #expect(bench.pages.map(\.address) == [address])
    }

    /// I6: not even a login leads a token to a host that nobody named.
    @Test(
        arguments: [
            ("https://evil.example", "extraction.forbidden_host"),
            ("https://my.example.com.evil.example", "extraction.forbidden_host"),
            ("http://acme.my.example.com", "extraction.refused_credentials"),
            ("ftp://acme.my.example.com", "extraction.refused_credentials"),
            ("x", "extraction.refused_credentials"),
        ]
    )
    func loginLeadsToNamedHostsOnly(instance: String, code: String) async throws {
        let bench = LoginBench(login: { _, _ in
            .token("token-0001", more: ",\"instance_url\":\"\(instance)\"")
        })
        let error = await LoginBench.failure(try bench.requester(Self.learned), Self.learned)
        #expect(error?.codeText == code, "\(error?.message ?? "")")
        #expect(bench.pages.isEmpty)
    }

    @Test func settingsAreReadAgainWhereTheyAreRefused() async throws {
        let yaml = Bench.definition()
        let count = Mutex(0)
        let bench = LoginBench(
            login: { _, _ in .token("") },
            page: { $0.header("Authorization") == "Bearer new-key-99999999" ? nil : .status(401) }
        )
        let requester = try bench.requester(yaml, settings: ["api_key": "old-key-11111111"]) {
            count.withLock { $0 += 1 }
            return ["api_key": "new-key-99999999"]
        }
        try await LoginBench.read(requester, yaml)
        try await LoginBench.read(requester, yaml)
        #expect(count.withLock { $0 } == 1)
        #expect(bench.pages.count == 3)
        #expect(requester.access.secrets.clean("a new-key-99999999 b") == "a ••• b")
    }

    @Test func sameSettingsAreRefusedOnce() async throws {
        let yaml = Bench.definition()
        let bench = LoginBench(login: { _, _ in .token("") }, page: { _ in .status(401) })
        let requester = try bench.requester(yaml, settings: ["api_key": "old-key-11111111"]) {
            ["api_key": "old-key-11111111"]
        }
        #expect(await LoginBench.failure(requester, yaml)?.codeText == "extraction.refused_credentials")
        #expect(bench.pages.count == 1)
    }

    @Test func loginReadsItsSecretAgain() async throws {
        let bench = LoginBench(login: { _, request in
            request.text.contains("client_secret=new-secret-999") ? .token("token-0001") : .status(401, "{}")
        })
        let requester = try bench.requester(Self.clientCredentials) {
            LoginBench.settings.merging(["client_secret": "new-secret-999"]) { $1 }
        }
        try await LoginBench.read(requester, Self.clientCredentials)
        #expect(bench.logins.count == 2)
        #expect(bench.pages.count == 1)
    }

    private static func decode(_ text: String) -> String? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)
        return Base64.decode(padded).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Made for this test alone (`openssl genrsa -traditional 1024`).
    static let key = """
        -----BEGIN RSA PRIVATE KEY-----
        MIICXAIBAAKBgQCUnQbCM/sN2A1dGQv25MY61HhNl9u/RSHsIRN/Ofq5oCnSRlfe
        jVUzs1v2FHBCWt0D2aYp4Nq2MZZd0eUN+0xyutXRzvXoEtoXmMy38S56mG/Rzmb6
        rCg0Z5lPEFXKXsdGsyhzsQwczvDaMvpaA7fcS5UjFZ9juMu4azAaQc3U8wIDAQAB
        AoGAVUPWmdu7AdFgsXZqX+gYN66pq1MieBYRBWpgxlEcoh3bgNJtHboXFUelzoUh
        d2Csh8X7SPHCal/+9qszcRcqX5Uwec77YcR385KkRBmgSahHk7pOAHH9O2YnoGKI
        n9ljq4qfsRe+wJ93pZAuwKxwXqJ3yfirNyp29V4fjkM4sYkCQQDEyKX5jTeyZCmK
        mXmoeOJozXP8baE824xuQ7KDd3hgbRNXlvsXIVcZSrj3yRrnIWvs9Na1XoEqh0FA
        mqBExP1PAkEAwVWLNVnCkBf5hEO24zOKMqmQFj/yVhcj2VCOWpNDPWTZbKmRVTqY
        8zp7rJp2o5wywx0957ltdiGNs4wuNpXtHQJAA3+Bm88L12r6ZhFWXU1Q0QYd8rXM
        MPXCKE+hw76C8EvgFSWE7yNTlgqDATyc8tDgR0UO8AhvCV+AJHLbOH279wJAZaIm
        sEEjesRfsxw1xHKPr9pbmJa9Omynt9IVQ6AutNOTSQBLGlbXmOWhpjb9Lz0polB4
        /pwH4xX4e+6xTJi8MQJBAIZ+wo51uc4uF1EEdUCRgy5v6BRVXhhJtn+gLTgjYkR4
        f9n+dAyAxwmKDHm4QRJn+U1ukW8N2f6TDVPJrz3ZMjk=
        -----END RSA PRIVATE KEY-----
        """
}
