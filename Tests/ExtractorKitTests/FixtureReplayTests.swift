import Core
import Events
import Extraction
import ExtractorKit
import JSON
import Testing

/// Recording, replaying and comparing, over an API of a few lines.
@Suite struct FixtureReplayTests {
    private static let yaml = """
        extractor: shop
        settings:
          key: {secret: true, required: true}
          client: {secret: true}
          region: {default: eu}
        base_url: "https://{{ config.region }}.example.com"
        auth: {query: {name: key, value: "{{ config.key }}"}}
        streams:
          orders:
            get: /orders
            query: {limit: 100}
            records: items
            key: id
            version: {field: at, format: epoch}
            paging: {cursor: {field: next, param: after}}
            progress: full
            deleted_when: "{{ record.gone }}"
        """

    private static func definition(_ yaml: String = yaml) throws -> ExtractorDefinition {
        try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
    }

    private static let at = Instant(seconds: 1_772_625_600)
    private static let settings: [String: JSONValue] = ["key": "secret-key/1", "region": "us"]

    /// Two pages, then one of them without a record, another changed and a third marked as gone.
    private static func api(later: Bool = false) -> ScriptedAPI {
        ScriptedAPI { request in
            #expect(request.address.hasPrefix("https://us.example.com/orders?limit=2"))
            #expect(request.address.contains("key=secret-key%2F1"))
            if later { return #"{"items":[{"id":"b","at":9},{"id":"c","at":9,"gone":true}],"next":null}"# }
            return request.address.contains("after=p2")
                ? #"{"items":[{"id":"c","at":3,"said":"secret-key/1"}],"next":null}"#
                : #"{"items":[{"id":"a","at":1},{"id":"b","at":2,"name":"\u00e9"}],"next":"p2"}"#
        }
    }

    private static func recorded() async throws -> Fixture {
        let recorder = FixtureRecorder(
            try definition(),
            stream: "orders",
            settings: settings,
            secrets: ["secret-key/1", "client-secret-1"]
        )
        var fixture = Fixture(pageSize: 2)
        for later in [false, true] {
            let result: FixtureTest.Result
            (fixture, result) = try await recorder.record(
                into: fixture,
                at: at.advanced(by: .seconds(later ? 3600 : 0)),
                limit: nil,
                transport: api(later: later),
                clock: .passing
            )
            #expect(result.differences == [])
        }
        return fixture
    }

    @Test func aRecordedFixtureHasRequestsAnswersAndEvents() async throws {
        let fixture = try await Self.recorded()
        #expect(fixture.settings == [.init(name: "region", value: "us")])
        #expect(fixture.runs.map { $0.exchanges.count } == [2, 1])
        #expect(
            fixture.runs[0].exchanges[0].headers == [.init(name: "Content-Type", value: "application/json")]
        )
        #expect(fixture.runs[0].events.map(\.key) == ["a", "b", "c"])
        #expect(fixture.runs[0].events.map(\.version) == ["1", "2", "3"])
        #expect(
            fixture.runs[1].events.map { "\($0.key) \($0.isDelete)" } == ["a true", "b false", "c true"]
        )
        // And nothing that is secret, wherever it stood.
        #expect(!fixture.text.contains("secret-key") && !fixture.text.contains("secret-key%2F1"))
        #expect(fixture.text.contains("•••"))
        #expect(try Fixture(Array(fixture.text.utf8), file: "f.json") == fixture)
    }

    @Test func whatDiffersIsSaid() async throws {
        let fixture = try await Self.recorded()
        func differences(
            _ yaml: String = Self.yaml,
            _ change: (inout Fixture) -> Void = { _ in }
        ) async throws -> String {
            var changed = fixture
            change(&changed)
            let test = FixtureTest(try Self.definition(yaml), stream: "orders", schema: nil)
            return try await test.run(changed).differences.joined(separator: "\n")
        }
        #expect(try await differences() == "")
        var said = try await differences(Self.yaml.replacing("get: /orders", with: "get: /order"))
        #expect(
            said.contains(
                "run 1: GET https://us.example.com/order?limit=2&key=••• is asked for and not recorded"
            )
        )
        #expect(said.contains("the nearest that is left is GET https://us.example.com/orders?limit=2"))
        #expect(
            said.contains(
                "run 1: GET https://us.example.com/orders?limit=2&key=••• is recorded and not asked for"
            )
        )
        #expect(said.contains("run 1: a did not come: 1"))
        said = try await differences { $0.runs[0].events[0].version = "7" }
        #expect(said == "run 1: a came as 1, not as 7")
        said = try await differences { $0.runs[0].events.removeFirst() }
        #expect(said == "run 1: a came, and was not to come: 1")
        said = try await differences(Self.yaml.replacing("record.gone", with: "record.deleted"))
        #expect(said == "run 2: c came as 9, not as delete 9")
        said = try await differences { $0.runs[0].exchanges[1].status = 410 }
        #expect(said.contains("run 1: it failed: ") && said.contains("410"), "\(said)")
        said = try await differences { $0.runs[1].error = "extraction.gave_up" }
        #expect(said == "run 2: it went through, where extraction.gave_up was to come")
    }

    @Test func recordsAreComparedWithTheSchema() async throws {
        let schema = try RecordSchema(
            Array(
                #"{"$schema":"\#(RecordSchema.dialect)","properties":{"id":{"type":"integer"},"at":{}}}"#.utf8
            )
        )
        let test = FixtureTest(try Self.definition(), stream: "orders", schema: schema)
        let result = try await test.run(try await Self.recorded())
        #expect(
            result.differences == [#"id is "a", not integer (and 3 more of id) does not fit the schema"#]
        )
        #expect(result.fields.undeclared.map(\.path) == ["name", "said"])
        #expect(result.fields.misfits.map(\.count) == [4])
    }

    // MARK: Logins

    private static let login = """
        extractor: shop
        settings:
          client: {secret: true, required: true}
          tenant: {default: "a shop"}
        base_url: "{{ login.host }}/api"
        hosts: ["*.example.com"]
        auth:
          oauth:
            token_url: "ADDRESS"
            grant: client_credentials
            client_id: me
            client_secret: "{{ config.client }}"
            learns: {host: instances.0}
        streams:
          orders: {get: /orders, records: items, key: id, paging: single_page, progress: full}
        """

    /// However the address is written, and whatever becomes of it on the way.
    @Test(arguments: [
        "https://login.example.com/token",
        "https://Login.Example.com/token/",
        "https://login.example.com:443/token?for={{ config.tenant }}",
        "https://login.example.com/{{ config.tenant }}/token",
        "https://login.example.com",
    ])
    func aLoginIsNeitherKeptNorNeeded(address: String) async throws {
        let recorder = FixtureRecorder(
            try Self.definition(Self.login.replacing("ADDRESS", with: address)),
            stream: "orders",
            settings: ["client": "client-secret-1"],
            secrets: ["client-secret-1"]
        )
        let api = ScriptedAPI { request in
            request.method == "POST"
                ? #"{"access_token":"token-of-today","refresh_token":"next-refresh","#
                    + #""instances":["https://eu7.example.com"]}"#
                : #"{"items":[{"id":1,"token":"token-of-today","next":"next-refresh"}]}"#
        }
        let (fixture, result) = try await recorder.record(
            into: Fixture(),
            at: Self.at,
            limit: nil,
            transport: api,
            clock: .passing
        )
        #expect(result.differences == [])
        #expect(fixture.login == [.init(name: "host", value: "https://eu7.example.com")])
        #expect(fixture.runs[0].exchanges.map(\.request) == ["GET https://eu7.example.com/api/orders"])
        for secret in ["token-of-today", "next-refresh", "client-secret", "access_token"] {
            #expect(!fixture.text.contains(secret))
        }
    }

    private static let session = """
        extractor: shop
        settings:
          password: {secret: true, required: true}
        base_url: https://API.example.com/v1
        auth:
          session:
            post: "ADDRESS"
            body: {user: me, password: "{{ config.password }}"}
            token: 0.key
            header: {name: X-Session, value: "{{ token }}"}
        streams:
          orders: {get: "PATH", records: items, key: id, paging: single_page, progress: full}
        """

    /// On the API's own host too, and beside requests that end as its address does.
    @Test(
        arguments: [
            ("/login", "/orders"), ("/login", "/login"), ("/login/", "/orders"), ("/v2/../login", "/orders"),
            ("/login?for=sluice", "/orders"), ("https://api.example.com:443/login", "/orders"),
        ]
    )
    func aSessionIsNotKept(address: String, path: String) async throws {
        let yaml = Self.session.replacing("ADDRESS", with: address).replacing("PATH", with: path)
        let recorder = FixtureRecorder(
            try Self.definition(yaml),
            stream: "orders",
            settings: ["password": "open-sesame"],
            secrets: ["open-sesame"]
        )
        let api = ScriptedAPI { request in
            request.method == "POST"
                ? #"[{"key":7012345678}]"# : #"{"items":[{"id":1,"session":7012345678}]}"#
        }
        let (fixture, result) = try await recorder.record(
            into: Fixture(),
            at: Self.at,
            limit: nil,
            transport: api,
            clock: .passing
        )
        #expect(result.differences == [])
        #expect(fixture.runs[0].exchanges.map(\.request) == ["GET https://api.example.com/v1\(path)"])
        #expect(!fixture.text.contains("7012345678") && !fixture.text.contains("open-sesame"))
    }

    @Test func theErrorThatEndedARunIsKept() async throws {
        let recorder = FixtureRecorder(
            try Self.definition(),
            stream: "orders",
            settings: Self.settings,
            secrets: ["secret-key/1"]
        )
        let api = ScriptedAPI { request in
            guard !request.address.contains("after=p2") else {
                throw HTTPError(.certificate, "nobody vouches for it")
            }
            return #"{"items":[{"id":"a","at":1}],"next":"p2"}"#
        }
        let (fixture, result) = try await recorder.record(
            into: Fixture(pageSize: 2),
            at: Self.at,
            limit: nil,
            transport: api,
            clock: .passing
        )
        #expect(fixture.runs[0].error == "http.certificate")
        // No answer came that could be replayed.
        #expect(result.differences.count == 1)
        #expect(result.differences[0].contains("after=p2") && result.differences[0].contains("not recorded"))
    }

    @Test func whatCannotBeReachedIsNoFixture() async throws {
        let recorder = FixtureRecorder(
            try Self.definition(),
            stream: "orders",
            settings: Self.settings,
            secrets: []
        )
        await #expect(throws: (any Error).self) {
            try await recorder.record(
                into: Fixture(),
                at: Self.at,
                limit: nil,
                transport: AbsentAPI(),
                clock: .passing
            )
        }
    }

    // MARK: The file

    @Test(
        arguments: [
            ("{", "f.json is no JSON"), ("[]", "f.json: an object is needed"),
            ("{}", "f.json, runs: a list of runs is needed"),
            (#"{"run":[]}"#, "f.json, run: there is no such field"),
            (#"{"runs":[{}]}"#, "f.json, runs[0].at: the run's time is needed"),
            (#"{"runs":[{"at":"today"}]}"#, "f.json, runs[0].at: a time such as"),
            (#"{"page_size":0,"runs":[]}"#, "f.json, page_size: a number above 0 is needed"),
            (
                #"{"runs":[{"at":"2026-03-01T12:00:00Z","exchanges":[{"request":"/x"}]}]}"#,
                "f.json, runs[0].exchanges[0].request: a method and an address"
            ),
            (
                #"{"runs":[{"at":"2026-03-01T12:00:00Z","exchanges":[{"request":"GET x","status":200}]}]}"#,
                "f.json, runs[0].exchanges[0].body: the answer's body is needed"
            ),
            (
                #"{"runs":[{"at":"2026-03-01T12:00:00Z","events":[{"key":"a"}]}]}"#,
                "f.json, runs[0].events[0].key: an event has a key and a version"
            ),
            (
                #"{"runs":[{"at":"2026-03-01T12:00:00Z","events":[{"key":"a","version":"1","delete":"true"}]}]}"#,
                "f.json, runs[0].events[0].delete: true or false is needed"
            ),
        ]
    )
    func aBrokenFileIsSaidToBe(text: String, problem: String) {
        let error = #expect(throws: FixtureError.self) { try Fixture(Array(text.utf8), file: "f.json") }
        #expect(error?.message.hasPrefix(problem) == true, "\(error?.message ?? "")")
    }

    @Test(
        arguments: [
            (#"{"a":[],"b":{},"c":[1,{"d":null}]}"#, #"{"a": [], "b": {}, "c": [1, {"d": null}]}"#),
            (
                #"{"a":"\#(String(repeating: "x", count: 100))","b":[1]}"#,
                "{\n  \"a\": \"\(String(repeating: "x", count: 100))\",\n  \"b\": [1]\n}"
            ),
            (
                #"[["\#(String(repeating: "x", count: 110))",9007199254740993.0]]"#,
                "[\n  [\n    \"\(String(repeating: "x", count: 110))\",\n    9007199254740993.0\n  ]\n]"
            ),
        ]
    )
    func isLaidOut(json: String, text: String) throws {
        let value = try JSONValue.parse(Array(json.utf8))
        #expect(JSONLayout.text(value) == text)
        #expect(try JSONValue.parse(Array(text.utf8)) == value)
    }
}

private struct ScriptedAPI: HTTPTransport {
    let answer: @Sendable (HTTPRequest) throws -> String

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                (name: "Content-Type", value: "application/json"), (name: "Set-Cookie", value: "session=1"),
            ],
            body: Array(try answer(request).utf8)
        )
    }
}

private struct AbsentAPI: HTTPTransport {
    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        throw HTTPError(.badAddress, "there is no such host")
    }
}
