import Core
import Extraction
import ExtractorKit
import JSON
import Testing

@Suite struct StreamSampleTests {
    private static let now = Instant(seconds: 1_772_625_600)

    private static let yaml = """
        extractor: shop
        settings: {token: {secret: true, required: true}}
        base_url: https://api.example.com
        auth: {query: {name: key, value: "{{ config.token }}"}}
        streams:
          orders:
            get: /orders
            query: {from: "{{ window.from }}", to: "{{ window.to }}"}
            records: items
            key: id
            version: {field: at, format: epoch}
            paging: single_page
            progress:
              window: {format: epoch, hold_back: 60s, overlap: 10m, earliest: "2025-01-01T00:00:00Z"}
          tickets:
            get: /tickets
            records: items
            key: id
            progress:
              token:
                field: next
                param: after
                end: {more: more}
                start: {param: since, format: epoch, earliest: "2025-01-01T00:00:00Z"}
          comments:
            for_each: tickets
            get: /tickets/{{ parent.id }}/comments
            records: items
            key: id
            paging: single_page
          staff:
            get: /staff
            query: {fields: "{{ discovered.fields | join(',') }}"}
            records: items
            key: id
            progress: full
            paging: {cursor: {field: next, param: after}}
            discover: {fields: {get: /fields, records: items, value: name}}
        """

    /// Reads a stream from an API that answers a path with its query, without the credential.
    private func read(
        _ stream: String,
        limit: Int,
        _ answer: @escaping @Sendable (String) -> String?
    ) async throws -> (StreamSample, [RequestTrace.Entry]) {
        let definition = try ExtractorDefinition.decode(Array(Self.yaml.utf8), file: "e.yaml")
        let redaction = Redaction(secrets: ["topsecret"])
        let trace = RequestTrace(API(answer: answer), hide: { redaction($0) }, elapsed: { .zero })
        let requester = try Requester(
            extractor: definition,
            settings: ["token": "topsecret"],
            transport: trace,
            clock: .passing,
            wall: { Self.now }
        )
        let sample = try await StreamSample.read(
            try definition.stream(named: stream),
            requester: requester,
            limit: limit,
            now: Self.now,
            trace: trace
        )
        return (sample, trace.entries)
    }

    private static func ids(_ sample: StreamSample) throws -> [String] {
        try sample.records.compactMap { try JSONValue.parse($0)["id"]?.text }
    }

    @Test func windowsGoBackFromNowUntilThereIsEnough() async throws {
        // One order 100 days ago: in the third window, after 30 and 60 days.
        let old = Self.now.seconds - 100 * 86_400
        let (sample, requests) = try await read("orders", limit: 1) { address in
            let from = address.split(separator: "from=").last.flatMap { Int($0.prefix { $0 != "&" }) } ?? 0
            return from <= old ? #"{"items":[{"id":"o1","at":\#(old)}]}"# : #"{"items":[]}"#
        }
        #expect(sample.failure == nil)
        #expect(try Self.ids(sample) == ["o1"])
        #expect(requests.count == 3)
        #expect(requests.last?.records == 1)
        #expect(!sample.isWhole)
    }

    @Test func windowsEndAtTheEarliest() async throws {
        let (sample, requests) = try await read("orders", limit: 5) { _ in #"{"items":[]}"# }
        #expect(sample.isWhole && sample.records.isEmpty)
        #expect((4...12).contains(requests.count))
    }

    @Test func aTokenIsReadFromItsStart() async throws {
        let (sample, requests) = try await read("tickets", limit: 10) { address in
            address.contains("after=")
                ? #"{"items":[{"id":"t2"}],"next":"b","more":false}"#
                : #"{"items":[{"id":"t1"}],"next":"a","more":true}"#
        }
        #expect(try Self.ids(sample) == ["t1", "t2"])
        #expect(sample.isWhole)
        #expect(requests.count == 2)
    }

    @Test func childrenOfAToken() async throws {
        let (sample, requests) = try await read("comments", limit: 3) { address in
            if address.contains("/tickets/t1/") { return #"{"items":[{"id":"c1"},{"id":"c2"}]}"# }
            if address.contains("/tickets/t2/") { return #"{"items":[{"id":"c3"}]}"# }
            if address.contains("/tickets?") {
                return #"{"items":[{"id":"t1"},{"id":"t2"},{"id":"t3"}],"next":"a","more":false}"#
            }
            return nil
        }
        #expect(sample.failure == nil)
        #expect(try Self.ids(sample) == ["c1", "c2", "c3"])
        #expect(!sample.isWhole)
        #expect(requests.map(\.records) == [3, 2, 1])
    }

    @Test func whatIsDiscoveredIsAskedFor() async throws {
        let (sample, requests) = try await read("staff", limit: 10) { address in
            if address.contains("/fields") { return #"{"items":[{"name":"a"},{"name":"b"}]}"# }
            return address.contains("fields=a%2Cb") ? #"{"items":[{"id":"s1"}]}"# : nil
        }
        #expect(try Self.ids(sample) == ["s1"])
        #expect(sample.isWhole)
        #expect(requests.count == 2)
    }

    @Test func whatCameBeforeAFailureIsKeptAndNoSecretIsShown() async throws {
        let (sample, requests) = try await read("tickets", limit: 10) { address in
            address.contains("after=") ? nil : #"{"items":[{"id":"t1"}],"next":"a","more":true}"#
        }
        #expect(try Self.ids(sample) == ["t1"])
        #expect(sample.failure?.codeText == "extraction.unavailable")
        #expect(requests.last?.status == 404)
        #expect(requests.allSatisfy { $0.address.contains("key=") && !$0.address.contains("topsecret") })
    }
}

private struct API: HTTPTransport {
    let answer: @Sendable (String) -> String?

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = answer(request.address)
        return HTTPResponse(
            status: body == nil ? 404 : 200,
            headers: [(name: "Content-Type", value: "application/json")],
            body: Array((body ?? #"{"error":"no"}"#).utf8)
        )
    }
}
