import Core
import Testing

@testable import Extraction

/// What each service's own errors mean by a table that an author would write for it.
@Suite struct ErrorTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var service: String
        var status: Int
        var body: String
        var action: ErrorAction
        var text: String?
        var wait: Duration?
        var shrinks = false
        var testDescription: String { "\(service) \(status) \(body.prefix(60))" }

        init(
            _ service: String,
            _ status: Int,
            _ body: String,
            _ action: ErrorAction,
            _ text: String?,
            wait: Duration? = nil,
            shrinks: Bool = false
        ) {
            (self.service, self.status, self.body, self.action) = (service, status, body, action)
            (self.text, self.wait, self.shrinks) = (text, wait, shrinks)
        }
    }

    static let tables = [
        "zendesk": """
        message: [error.message, description, error_description, errors.0.title, error]
        code: [errors.0.code, error]
        rules:
          - {status: 401, code: invalid_token, action: refresh}
          - {status: 401, action: refused_credentials}
          - {status: [403, 404], action: unavailable}
          - {status: 504, action: retry, shrink: {param: per_page, min: 25}}
          - {status: [409, 429, 500, 502, 503, 520, 524], action: retry}
        """,
        "hubspot": """
        message: message
        code: [errors.0.code, policyName, category]
        rules:
          - {status: 401, action: refresh}
          - {status: 403, body: html, action: retry, wait: 30s}
          - {status: [403, 404], action: unavailable}
          - {status: 429, code: DAILY, action: quota_spent}
          - {status: 429, code: SECONDLY, action: retry, wait: 1s}
          - {status: 429, action: retry, wait: 10s}
          - {status: [423, 477], action: retry, wait: 2s}
        """,
        "salesforce": """
        message: [0.message, error_description]
        code: [0.errorCode, error]
        rules:
          - {status: 401, code: INVALID_SESSION_ID, action: refresh}
          - {status: 403, code: REQUEST_LIMIT_EXCEEDED, message: ConcurrentPerOrg, action: retry, wait: 60s}
          - {status: 403, code: REQUEST_LIMIT_EXCEEDED, action: quota_spent}
          - {status: [406, 420], action: retry}
        """,
        "servicenow": """
        message: [error.message, error_description]
        code: [error.detail]
        rules:
          - {status: 500, message: Transaction cancelled, action: retry, shrink: {param: sysparm_limit, min: 50}}
          - {status: 429, action: retry}
        """,
    ]

    static let rows = [
        Row(
            "zendesk",
            401,
            #"{"error":"Couldn't authenticate you"}"#,
            .refusedCredentials,
            "Couldn't authenticate you"
        ),
        Row(
            "zendesk",
            401,
            #"{"error":"invalid_token","error_description":"The access token provided is expired, revoked, malformed or invalid for other reasons."}"#,
            .refresh,
            "The access token provided is expired, revoked, malformed or invalid for other reasons."
        ),
        Row(
            "zendesk",
            403,
            #"{"error":{"title":"Forbidden","message":"You do not have access to this page."}}"#,
            .unavailable,
            "You do not have access to this page."
        ),
        Row(
            "zendesk",
            403,
            #"{"description":"Missing the following required scopes: read"}"#,
            .unavailable,
            "Missing the following required scopes: read"
        ),
        Row(
            "zendesk",
            404,
            #"{"error":"RecordNotFound","description":"Not found"}"#,
            .unavailable,
            "Not found"
        ),
        Row(
            "zendesk",
            404,
            #"{"error":"InvalidEndpoint","description":"Not found"}"#,
            .unavailable,
            "Not found"
        ),
        Row(
            "zendesk",
            422,
            #"{"error":"RecordInvalid","description":"Record validation errors","details":{"name":[{"description":"…","error":"BlankValue"}]}}"#,
            .failStream,
            "Record validation errors"
        ),
        Row(
            "zendesk",
            400,
            #"{"errors":[{"code":"InvalidPaginationDepth","title":"Pagination requests using Offset Pagination are limited"}]}"#,
            .failStream,
            "Pagination requests using Offset Pagination are limited"
        ),
        Row(
            "zendesk",
            429,
            "Number of allowed API requests per minute exceeded",
            .retry,
            "Number of allowed API requests per minute exceeded"
        ),
        Row(
            "zendesk",
            500,
            #"{"status":500,"error":"Internal Server Error"}"#,
            .retry,
            "Internal Server Error"
        ),
        Row("zendesk", 503, "", .retry, nil),
        Row("zendesk", 504, "upstream request timeout", .retry, "upstream request timeout", shrinks: true),
        Row(
            "zendesk",
            524,
            "<html><head><title>524: A timeout</title>",
            .retry,
            "a page of HTML, \"524: A timeout\""
        ),
        Row(
            "hubspot",
            429,
            #"{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}"#,
            .retry,
            "You have reached your ten_secondly_rolling limit.",
            wait: .seconds(10)
        ),
        Row(
            "hubspot",
            429,
            #"{"status":"error","message":"You have reached your secondly limit.","errorType":"RATE_LIMIT","policyName":"SECONDLY","requestId":"…"}"#,
            .retry,
            "You have reached your secondly limit.",
            wait: .seconds(1)
        ),
        Row(
            "hubspot",
            429,
            #"{"status":"error","message":"You have reached your daily limit.","errorType":"RATE_LIMIT","policyName":"DAILY"}"#,
            .quotaSpent,
            "You have reached your daily limit."
        ),
        Row(
            "hubspot",
            401,
            #"{"status":"error","message":"Authentication credentials not found.","category":"INVALID_AUTHENTICATION"}"#,
            .refresh,
            "Authentication credentials not found."
        ),
        Row(
            "hubspot",
            403,
            #"{"status":"error","message":"One or more of the following scopes are required.","category":"MISSING_SCOPES","context":{"requiredGranularScopes":["custom-object-read"]}}"#,
            .unavailable,
            "One or more of the following scopes are required."
        ),
        Row(
            "hubspot",
            403,
            "\n<!DOCTYPE html><TITLE>Attention Required! | Cloudflare</TITLE>",
            .retry,
            "a page of HTML, \"Attention Required! | Cloudflare\"",
            wait: .seconds(30)
        ),
        Row(
            "hubspot",
            400,
            #"{"status":"error","message":"…","category":"VALIDATION_ERROR","errors":[{"message":"Property \"foo\" does not exist","code":"PROPERTY_DOESNT_EXIST"}]}"#,
            .failStream,
            "…"
        ),
        Row(
            "hubspot",
            404,
            #"{"status":"error","message":"resource not found","category":"OBJECT_NOT_FOUND"}"#,
            .unavailable,
            "resource not found"
        ),
        Row(
            "hubspot",
            477,
            #"{"message":"migration in progress"}"#,
            .retry,
            "migration in progress",
            wait: .seconds(2)
        ),
        Row("hubspot", 502, "<html>", .retry, "a page of HTML or XML"),
        Row(
            "salesforce",
            401,
            #"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#,
            .refresh,
            "Session expired or invalid"
        ),
        Row(
            "salesforce",
            403,
            #"[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#,
            .quotaSpent,
            "TotalRequests Limit exceeded."
        ),
        Row(
            "salesforce",
            403,
            #"[{"message":"ConcurrentPerOrgLongTxn Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#,
            .retry,
            "ConcurrentPerOrgLongTxn Limit exceeded.",
            wait: .seconds(60)
        ),
        Row(
            "salesforce",
            404,
            #"[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]"#,
            .unavailable,
            "The requested resource does not exist"
        ),
        Row(
            "servicenow",
            500,
            #"{"error":{"message":"Transaction cancelled: maximum execution time exceeded","detail":null}}"#,
            .retry,
            "Transaction cancelled: maximum execution time exceeded",
            shrinks: true
        ),
        Row(
            "servicenow",
            401,
            #"{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}"#,
            .refresh,
            "User Not Authenticated"
        ),
    ]

    @Test(arguments: rows)
    func answerHasItsAction(row: Row) throws {
        let table = try #require(Self.tables[row.service])
        let indented = table.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let yaml = Bench.definition(top: "errors:\n\(indented)")
        let rules = try ExtractorDefinition.decode(Array(yaml.utf8), file: "extractor.yaml").errorRules
        let said = rules.said(by: HTTPResponse(status: row.status, headers: [], body: Array(row.body.utf8)))
        let decision = rules.decide(status: row.status, said, retryHint: nil)
        #expect(decision.action == row.action)
        #expect(said.text == row.text)
        #expect(decision.wait == row.wait)
        #expect((decision.shrink != nil) == row.shrinks)
    }

    @Test func pagesShrinkDownToTheLeast() async throws {
        let bench = try Bench(
            Bench.definition(
                stream: "query: {per_page: 100}",
                top: "errors: {rules: [{status: 504, action: retry, shrink: {param: per_page, min: 40}}]}"
            ),
            script: [
                .status(504, "upstream request timeout"), .status(504), .status(504),
                .page(.list(["b"], more: true)), .page(.list(["a"], more: false)),
            ]
        )
        _ = try await bench.pages()
        let sizes = bench.transport.addresses.map { address in
            address.contains("per_page=100") ? 100 : address.contains("per_page=50") ? 50 : 40
        }
        // What was too much for one page is not asked for again.
        #expect(sizes == [100, 50, 40, 40, 40])
        #expect(
            bench.transport.addresses.last == "https://api.example.com/v1/items?per_page=40&starting_after=b"
        )
    }

    @Test func waitOfARuleHoldsForAllStreamsOfTheLimit() async throws {
        let bench = try Bench(
            Bench.definition(
                top: """
                    limits: {default: 100/s}
                    errors: {rules: [{status: 429, action: retry, wait: 10s}]}
                    """
            ),
            script: [.status(429), .page(.list(["a"], more: false))]
        )
        _ = try await bench.pages()
        #expect(bench.waits.list.reduce(.zero, +) == .seconds(10))
    }

    @Test func spentDayEndsTheRun() async throws {
        let bench = try Bench(
            Bench.definition(
                top: "errors: {code: policy, rules: [{status: 429, code: DAILY, action: quota_spent}]}"
            ),
            script: [.status(429, #"{"policy":"DAILY"}"#)]
        )
        let error = try #require(await bench.failure())
        #expect(error.codeText == "extraction.quota_spent")
        #expect(error.recovery == .failRun)
        #expect(error.exitCode == .environment)
    }

    @Test func reserveEndsTheRunBeforeItIsTouched() async throws {
        let header = [("X-Left", "11"), ("X-Daily", "100")]
        let bench = try Bench(
            Bench.definition(
                top: """
                    quota:
                      headers: {remaining: X-Left, limit: X-Daily}
                      reserve: 10%
                      resets: {midnight: "-05:00"}
                    """
            ),
            script: [
                .page(.list(["c"], more: true), header), .page(.list(["b"], more: true), [("X-Left", "10")]),
                .page(.list(["a"], more: false)),
            ]
        )
        let error = try #require(await bench.failure())
        #expect(error.codeText == "extraction.quota_spent")
        #expect(error.message.contains("of the day's 100 requests 10 are left, and 10 are kept in reserve"))
        #expect(error.message.contains("until 2025-10-10T05:00:00Z"))
        #expect(bench.transport.requests.count == 2)
    }
}
