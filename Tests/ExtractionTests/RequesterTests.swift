import Core
import JSON
import Testing

@testable import Extraction

@Suite struct RequesterTests {
    static let errors = """
        headers: {X-Version: "7"}
        errors:
          message: error.message
          code: error.code
          retry_header: Should-Retry
          rules:
            - {status: 400, code: expired, action: fail_run}
            - {status: 400, message: aged out, action: unavailable}
            - {status: 409, action: retry}
        """
    static let body = "{\"error\":{\"code\":\"c\",\"message\":\"No such key: \(Bench.secret)\\nlook\"}}"

    @Test(
        arguments: [
            // status, body, headers, code, recovery, exit code
            (401, body, [], "extraction.refused_credentials", Recovery.failRun, ExitCode.environment),
            (403, body, [], "extraction.unavailable", .streamUnavailable, .partial),
            (404, body, [], "extraction.unavailable", .streamUnavailable, .partial),
            (400, body, [], "extraction.status", .failStream, .failed),
            (400, "{\"error\":{\"code\":\"expired\"}}", [], "extraction.refused", .failRun, .environment),
            (
                400, "{\"error\":{\"message\":\"it aged out\"}}", [], "extraction.unavailable",
                .streamUnavailable, .partial
            ),
            (402, "<html>", [], "extraction.status", .failStream, .failed),
            (304, "", [], "extraction.status", .failStream, .failed),
            (500, body, [("should-retry", "false")], "extraction.status", .failStream, .failed),
            (301, "", [], "extraction.bad_redirect", .failStream, .failed),
            (
                302, "", [("Location", "https://evil.example/")], "extraction.forbidden_host", .failStream,
                .configuration
            ),
            (
                307, "", [("Location", "http://api.example.com/")], "extraction.forbidden_host", .failStream,
                .configuration
            ),
            (302, "", [("Location", "ftp://x/")], "extraction.bad_redirect", .failStream, .failed),
            (429, body, [("Retry-After", "301")], "extraction.gave_up", .failStream, .environment),
        ] as [(Int, String, [(String, String)], String, Recovery, ExitCode)]
    )
    func answerIsJudged(
        status: Int,
        body: String,
        headers: [(String, String)],
        code: String,
        recovery: Recovery,
        exit: ExitCode
    ) async throws {
        let bench = try Bench(
            Bench.definition(top: Self.errors),
            script: [.status(status, body, headers), .page(.list([], more: false))]
        )
        let error = try #require(await bench.failure())
        #expect(error.codeText == code)
        #expect(error.recovery == recovery)
        #expect(error.exitCode == exit)
        #expect(error.message.contains("stream items, page 1"))
        #expect(!error.message.contains("sk_test"))
        #expect(!error.message.contains("\n"))
        #expect(bench.transport.requests.count == 1)
    }

    @Test func refusedCredentialsSayWhatTheAPISaid() async throws {
        let bench = try Bench(
            Bench.definition(top: Self.errors),
            script: [.status(401, "{\"error\":{\"message\":\"Invalid API Key provided: sk_****dc\"}}")]
        )
        let error = try #require(await bench.failure())
        #expect(
            error.message
                == "stream items, page 1: GET https://api.example.com/v1/items answered 401: Invalid API Key provided:"
                + " sk_****dc; check the account's api_key"
        )
    }

    @Test(arguments: [409, 408, 429, 500, 502, 503, 504])
    func statusIsTriedAgain(status: Int) async throws {
        let bench = try Bench(
            Bench.definition(top: Self.errors),
            script: [.status(status), .status(status), .page(.list([], more: false))]
        )
        let page = try #require(try await bench.reader().next())
        #expect(page.requests == 3)
        #expect(bench.waits.list == [.milliseconds(250), .milliseconds(500)])
    }

    @Test func retryHeaderOutweighsEveryRule() async throws {
        let bench = try Bench(
            Bench.definition(top: Self.errors),
            script: [.status(400, "{}", [("Should-Retry", "true")]), .page(.list([], more: false))]
        )
        #expect(try await bench.reader().next()?.requests == 2)
    }

    @Test(arguments: [
        ("7", Duration.seconds(7)), ("Thu, 09 Oct 2025 08:53:50 GMT", .seconds(30)),
        ("0", .milliseconds(250)),
        ("soon", .milliseconds(250)), ("300", .seconds(300)),
    ])
    func retryAfterIsObeyedInBothForms(header: String, wait: Duration) async throws {
        let bench = try Bench(script: [
            .status(429, "{}", [("Retry-After", header)]), .page(.list([], more: false)),
        ])
        _ = try await bench.reader().next()
        #expect(bench.waits.list == [wait])
    }

    @Test func fiveTriesAreAll() async throws {
        let bench = try Bench(
            script: (0..<9).map { _ in .failure(HTTPError(.cannotConnect, "refused \(Bench.secret)")) }
        )
        let error = try #require(await bench.failure())
        #expect(error.codeText == "extraction.gave_up")
        #expect(error.message.contains("failed 5 times"))
        #expect(error.message.contains("refused"))
        #expect(!error.message.contains(Bench.secret))
        #expect(bench.transport.requests.count == 5)
        #expect(bench.waits.list.count == 4)
    }

    @Test func errorsThatNoRetryHelpsGoThrough() async throws {
        let bench = try Bench(script: [.failure(HTTPError(.certificate, "expired"))])
        #expect(await bench.failure()?.codeText == "http.certificate")
        #expect(bench.transport.requests.count == 1)
    }

    @Test func redirectsAreFollowedToAllowedHostsWithCredentials() async throws {
        let bench = try Bench(
            Bench.definition(top: "hosts: [\"*.example.com\"]"),
            script: [
                .status(302, "", [("Location", "https://eu.example.com/a")]),
                .status(308, "", [("Location", "b")]),
                .page(.list([], more: false)),
            ]
        )
        _ = try await bench.reader().next()
        #expect(
            bench.transport.addresses.suffix(2) == ["https://eu.example.com/a", "https://eu.example.com/b"]
        )
        for request in bench.transport.requests {
            #expect(
                request.headers.contains {
                    $0.name == "Authorization" && $0.value == "Bearer \(Bench.secret)"
                }
            )
        }
    }

    @Test(arguments: [(5, true), (6, false)])
    func redirectsHaveALimit(count: Int, isFollowed: Bool) async throws {
        let script = (0..<count).map { ScriptedTransport.Step.status(302, "", [("Location", "/\($0)")]) }
        let bench = try Bench(script: script + [.page(.list([], more: false))])
        let error = await bench.failure()
        #expect((error == nil) == isFollowed)
        if !isFollowed { #expect(error?.codeText == "extraction.bad_redirect") }
    }

    @Test(arguments: [
        ("{bearer: \"{{ config.api_key }}\"}", "Authorization", "Bearer \(Bench.secret)"),
        ("{header: {name: X-Key, value: \"{{ config.api_key }}\"}}", "X-Key", Bench.secret),
        (
            "{basic: {user: \"{{ config.api_key }}\"}}", "Authorization",
            "Basic \(Base64.encode(Array("\(Bench.secret):".utf8)))"
        ),
    ])
    func credentialsGoIntoHeaders(auth: String, name: String, value: String) async throws {
        let bench = try Bench(
            Bench.definition(auth: auth, top: "headers: {X-V: \"1\"}"),
            script: [.page(.list([], more: false))]
        )
        _ = try await bench.reader().next()
        let headers = bench.transport.requests[0].headers
        #expect(headers.contains { $0.name == name && $0.value == value })
        #expect(headers.contains { $0.name == "X-V" && $0.value == "1" })
        #expect(headers.contains { $0.name == "Accept" && $0.value == "application/json" })
    }

    @Test func queryCredentialNeverReachesTheBookmark() async throws {
        let bench = try Bench(
            Bench.definition(
                paging: "{next_link: {field: next}}",
                auth: "{query: {name: key, value: \"{{ config.api_key }}\"}}"
            ),
            script: [
                .page("{\"data\":[],\"next\":\"/v1/items?p=2&key=\(Bench.secret)\"}"), .page("{\"data\":[]}"),
            ]
        )
        let reader = try bench.reader()
        let page = try #require(try await reader.next())
        #expect(page.progress.token == "https://api.example.com/v1/items?p=2")
        _ = try await reader.next()
        #expect(bench.transport.addresses[1] == "https://api.example.com/v1/items?p=2&key=\(Bench.secret)")
    }

    @Test func tokenWithASecretIsRefused() async throws {
        let bench = try Bench(
            Bench.definition(paging: "{next_link: {field: next}}"),
            script: [.page("{\"data\":[],\"next\":\"/v1/items?p=2&k=\(Bench.secret)\"}")]
        )
        let error = try #require(await bench.failure())
        #expect(error.codeText == "extraction.bad_page")
        #expect(!error.message.contains(Bench.secret))
    }

    @Test func secretIsTakenOutOfAPagesBeginning() async throws {
        let bench = try Bench(script: [
            .page("<html><p>\(String(repeating: "x", count: 50))\(Bench.secret)</p>")
        ])
        let error = try #require(await bench.failure())
        #expect(!error.message.contains("sk_test"))
        #expect(error.message.contains("xxxx"))
    }

    @Test func paceIsKept() async throws {
        let bench = try Bench(
            Bench.definition(stream: "limit: slow", top: "limits: {default: 100/s, slow: 1/s}"),
            script: [
                .page(.list(["c"], more: true)), .page(.list(["b"], more: true)),
                .page(.list(["a"], more: false)),
            ]
        )
        _ = try await bench.pages()
        // A little wider than the limit: the network moves requests together.
        #expect(bench.waits.list.count == 2)
        #expect(bench.waits.list.allSatisfy { .milliseconds(1030)...(.milliseconds(1031)) ~= $0 })
    }

    @Test(
        arguments: [
            ([:], "needs the setting api_key"), (["api_key": ""], "needs the setting api_key"),
            (["api_key": "abc", "base_ulr": "x"], "no setting base_ulr; did you mean base_url?"),
            (["api_key": "abc", "base_url": "x"], "base_url is no address"),
            (["api_key": "abc\ndef"], "auth.bearer holds a line break"),
            (["api_key": "abc", "base_url": "https://a.b/?x=1"], "base_url has a query"),
        ] as [([String: JSONValue], String)]
    )
    func settingsAreChecked(settings: [String: JSONValue], text: String) {
        let error = #expect(throws: ExtractionError.self) { try Bench(settings: settings, script: []) }
        #expect(error?.codeText == "extraction.bad_setting")
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }

    @Test func basePathStaysBeforeTheStreams() async throws {
        let bench = try Bench(
            Bench.definition(stream: "query: {limit: 100, 'a[b]': \"{{ config.none }}\"}")
                .replacing("  base_url: {", with: "  none: {}\n  base_url: {"),
            settings: ["api_key": .string(Bench.secret), "base_url": "http://127.0.0.1:8080/api/"],
            script: [.page(.list([], more: false))]
        )
        _ = try await bench.reader().next()
        #expect(bench.transport.addresses == ["http://127.0.0.1:8080/api/v1/items?limit=100"])
    }
}
