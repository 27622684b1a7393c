import Core
import Events
import Extraction
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Synchronization
import Testing

/// Whole syncs, their streams side by side, against the simulated services that count: how much of what an account may
/// ask for is asked for, and whether it is ever too much.
///
/// The limits are those of our extractors, with their headers; the streams are such as always have something to ask for.
@Suite("Rate limits are used, and kept")
struct LimitUseTests {
    /// A limit that a sync works at, as a simulator counts it.
    struct Bucket: Sendable {
        var name: String
        /// The requests that it counts, by their path.
        var counts: @Sendable (String) -> Bool = { _ in true }
        /// The paths that always have more to ask for.
        var demand: String
        /// What the extractor may use in a second, its share taken.
        var perSecond: Double
    }

    private static let least = 0.95

    @Test("Zendesk: the account's limit and the exports' at once", arguments: ["70%", "100%"])
    func zendesk(share: String) async throws {
        let simulator = try ZendeskSimulator(
            .init(seed: 5, records: 500, clockSpeed: 0),
            wall: { Instant(seconds: 4_000_000_000) }
        )
        let exports = [
            ("tickets", "generated_timestamp, format: epoch"), ("users", "updated_at, format: rfc3339"),
        ]
        .map { name, version in
            """
              \(name):
                get: /api/v2/incremental/\(name)/cursor.json
                query: {per_page: 2}
                limit: incremental
                records: \(name)
                version: {field: \(version)}
                progress:
                  token:
                    field: after_cursor
                    param: cursor
                    end: {field: end_of_stream, is: true}
                    start: {param: start_time, format: epoch, earliest: "2006-01-01T00:00:00Z", lag: 5m}
            """
        }
        let lists = (1...3).map { number in
            """
              list_\(number):
                get: /api/v2/ticket_audits
                query: {"page[size]": 1}
                records: audits
            """
        }
        let run = try LimitedRun(
            simulator,
            extractor: "zendesk",
            settings: ["access_token": "zd_simulated", "share": .string(share)],
            streams: exports + lists
        )
        let allowed = Double(try #require(Int(share.dropLast()))) / 100 * 700 / 60
        try await run.check(
            [
                Bucket(name: "account", demand: "/ticket_audits", perSecond: allowed),
                Bucket(
                    name: "incremental",
                    counts: { $0.contains("/incremental/") },
                    demand: "/incremental/",
                    perSecond: 10.0 / 60
                ),
            ],
            least: Self.least
        )
    }

    @Test("HubSpot: ten rolling seconds and the searches' second at once")
    func hubspot() async throws {
        let simulator = try HubSpotSimulator(
            .init(seed: 5, records: 900, faults: ["search_lag": .init(rate: 0)], clockSpeed: 0),
            wall: { Instant(seconds: 4_000_000_000) }
        )
        simulator.clock.advance(by: .seconds(7200))
        let searches = ["companies", "deals"].map { name in
            """
              \(name):
                post: /crm/v3/objects/\(name)/search
                body:
                  filterGroups:
                    - filters:
                        - {propertyName: hs_lastmodifieddate, operator: GTE, value: "{{ window.from }}"}
                        - {propertyName: hs_lastmodifieddate, operator: LT, value: "{{ window.to }}"}
                  sorts: [{propertyName: hs_lastmodifieddate, direction: ASCENDING}]
                  properties: [hs_lastmodifieddate]
                  limit: 2
                limit: search
                version: {field: properties.hs_lastmodifieddate, format: rfc3339}
                progress:
                  window:
                    format: epoch_ms
                    hold_back: 60s
                    overlap: 60m
                    earliest: "2006-01-01T00:00:00Z"
                    order: ascending
                    total: total
                    ties:
                      body:
                        filterGroups:
                          - filters:
                              - {propertyName: hs_lastmodifieddate, operator: EQ, value: "{{ tie.at }}"}
                              - {propertyName: hs_object_id, operator: GT, value: "{{ tie.after | default('0', true) }}"}
                        sorts: [{propertyName: hs_object_id, direction: ASCENDING}]
                        properties: [hs_lastmodifieddate]
                        limit: 2
            """
        }
        let lists = ["contacts", "tickets"].map { name in
            """
              \(name):
                get: /crm/v3/objects/\(name)
                query: {limit: 1}
                paging: {cursor: {field: paging.next.after, param: after}}
                progress: full
            """
        }
        let run = try LimitedRun(
            simulator,
            extractor: "hubspot",
            settings: ["access_token": "pat-na1-simulated"],
            streams: searches + lists
        )
        try await run.check(
            [
                Bucket(name: "account", demand: "/contacts", perSecond: 19 * 0.9),
                Bucket(
                    name: "search",
                    counts: { $0.hasSuffix("/search") },
                    demand: "/search",
                    perSecond: 4
                ),
            ],
            least: Self.least
        )
    }

    @Test("Stripe: the pace that is configured")
    func stripe() async throws {
        let simulator = try StripeSimulator(
            .init(seed: 5, records: 800, clockSpeed: 0),
            wall: { Instant(seconds: 4_000_000_000) }
        )
        let lists = ["customers", "charges", "invoices", "products"].map { name in
            """
              \(name):
                get: /v1/\(name)
                query: {limit: 1}
                follow: none
            """
        }
        let run = try LimitedRun(
            simulator,
            extractor: "stripe",
            settings: ["api_key": "sk_test_simulated"],
            streams: lists
        )
        try await run.check(
            [Bucket(name: "account", demand: "/v1/", perSecond: 20)],
            least: Self.least
        )
    }
}

/// One sync over a simulator, on time that passes in order, with what each request was answered.
private struct LimitedRun {
    private let simulator: any Simulator
    private let definition: ExtractorDefinition
    private let settings: [String: JSONValue]
    private let transport: SlowTransport
    private let time: OrderedTime

    /// An extractor's limits, errors and defaults, with streams of the test's own.
    init(
        _ simulator: some Simulator,
        extractor: String,
        settings: [String: JSONValue],
        streams: [String]
    ) throws {
        self.simulator = simulator
        self.settings = settings.merging(["base_url": "http://127.0.0.1:1"]) { $1 }
        let file = "\(SluiceProcess.packageRoot)/extractors/\(extractor)/extractor.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        // A rule about parents belongs to a definition that has some.
        let head = try #require(text.components(separatedBy: "\nstreams:\n").first)
            .replacingOccurrences(of: ", of: parent}", with: "}")
        definition = try ExtractorDefinition.decode(
            Array("\(head)\nstreams:\n\(streams.joined(separator: "\n"))\n".utf8),
            file: file
        )
        time = OrderedTime(simulator.clock)
        transport = SlowTransport(simulator, time)
    }

    /// Reads all, and counts: from the first answer on, for as long as every limit's requests go on.
    func check(_ buckets: [LimitUseTests.Bucket], least: Double) async throws {
        let outcome = try await sync()
        #expect(outcome.status == .success, "\(outcome.json.compactText)")
        let requests = transport.requests
        let known = try #require(requests.first).answered
        #expect(!requests.contains { $0.status == 429 && $0.sent > known })
        // Towards the end a few of the streams have nothing left to ask for.
        let ends = buckets.map { bucket in
            let wanted = requests.filter { $0.path.contains(bucket.demand) }.map(\.sent).sorted()
            return wanted.isEmpty ? known : wanted[wanted.count * 9 / 10]
        }
        let end = try #require(ends.min())
        let seconds = end.since(known) / .seconds(1)
        #expect(seconds > 100, "the streams have too little to ask for: \(seconds) s")
        for bucket in buckets {
            let used = requests.count { $0.sent > known && $0.sent <= end && bucket.counts($0.path) }
            let allowed = bucket.perSecond * seconds
            print(
                "\(definition.name), \(bucket.name): \(used) of \(Int(allowed)) requests in \(Int(seconds)) s, "
                    + String(format: "%.1f %%", 100 * Double(used) / allowed)
            )
            // One more or less may fall upon an edge.
            #expect(Double(used) >= least * allowed - 1, "\(bucket.name)")
            #expect(Double(used) <= allowed + 1, "\(bucket.name)")
        }
    }

    private func sync() async throws -> RunOutcome {
        let clock = simulator.clock
        let begun = clock.now
        let waiting = WaitingClock(
            elapsed: { clock.now.since(begun) },
            sleep: { [time] in try await time.sleep($0) }
        )
        let wall: WallClock = { clock.now }
        let requester = try Requester(
            extractor: definition,
            settings: settings,
            transport: transport,
            clock: waiting,
            wall: wall,
            jitter: { 0.5 }
        )
        let account = try AccountName("\(definition.name)/acme")
        let destination = MemoryDestination(account)
        let plans = try definition.streams.map { stream in
            let topic = EventTopic(stream: try StreamName(stream.name), topic: stream.name)
            return StreamPlan(stream, of: definition, account: account, to: topic)
        }
        let run = SyncRun(
            account: account,
            streams: plans,
            requester: requester,
            destination: destination,
            wall: wall,
            clock: waiting,
            stop: StopSignal(),
            concurrency: 5
        )
        return await time.run { await run.run() }
    }
}

/// A way to a simulator that takes its time, more or less of it, as networks do.
private final class SlowTransport: HTTPTransport {
    struct Request: Sendable {
        var path: String
        /// When it reached the API, and when its answer was back.
        var sent: Instant
        var answered: Instant
        var status: Int
    }

    private let inner: InProcessTransport
    private let clock: VirtualClock
    private let time: OrderedTime
    private let state: Locked<(random: SeededGenerator, requests: [Request])>

    init(_ simulator: some Simulator, _ time: OrderedTime) {
        inner = InProcessTransport(simulator)
        clock = simulator.clock
        self.time = time
        state = Locked((SeededGenerator(seed: 7), []))
    }

    var requests: [Request] { state.withLock { $0.requests } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let (there, back) = state.withLock { state in
            (
                Int.random(in: 20...30, using: &state.random),
                Int.random(in: 40...150, using: &state.random)
            )
        }
        try await time.sleep(.milliseconds(there))
        let sent = clock.now
        let response = try await inner.perform(request)
        try await time.sleep(.milliseconds(back))
        let path = (try? HTTPAddress(parsing: request.address))?.path ?? ""
        state.withLock {
            $0.requests.append(
                Request(path: path, sent: sent, answered: clock.now, status: response.status)
            )
        }
        return response
    }
}
