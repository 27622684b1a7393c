import Core
import Events
import Extraction
import Foundation
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// One update of all of a collection in one instant, and the runs after it whose overlap sees it again.
///
/// `SLUICE_BULK` is the size (20,000); with it the time and the memory are compared as well, which asks for a process of
/// its own: `scripts/soak --bulk`.
@Suite("A bulk update of very many objects", .serialized, .timeLimit(.minutes(30)))
struct BulkUpdateTests {
    private static let wanted = ProcessInfo.processInfo.environment["SLUICE_BULK"].flatMap { Int($0) }
    private static let size = wanted ?? 20_000
    private static let isMeasured = wanted != nil
    /// What changes in an ordinary hour.
    fileprivate static let steady = isMeasured ? 2_000 : 500
    private static let hours = isMeasured ? 1...4 : 1...1

    /// A run that remembers very much may take so many times what the same run takes that remembers little.
    private static let allowedRatio = 2.0
    /// And so many MB more.
    private static let allowedMegabytes = 32.0

    enum Kind: String, CaseIterable, Sendable {
        case window, token, feed
    }

    @Test(
        "nothing is doubled, bookmarks stay small, and what is remembered makes no run twice as long",
        arguments: Kind.allCases
    )
    func bulk(kind: Kind) async throws {
        let many = try Account(kind, bulk: Self.size)
        let few = try Account(kind, bulk: 0)
        for account in [many, few] {
            // The list that a feed follows, before anything is there.
            #expect(try await account.run().upserts == 0)
            account.api.clock.advance(by: .seconds(600))
            account.api.change { $0.bulkAt = account.api.now }
            account.changeSteadily()
            account.api.clock.advance(by: .seconds(90))
            let first = try await account.run()
            #expect(first.upserts == account.bulk + Self.steady)
            #expect(first.doubled == 0)
            account.told["the update"] = first
        }

        // The overlap has all of it again.
        for account in [many, few] {
            account.api.clock.advance(by: .seconds(120))
            let again = try await account.run()
            #expect(again.given >= account.bulk)
            #expect(again.isQuiet, "\(again)")
            account.told["its overlap"] = again
        }
        // One of them changes by itself.
        many.api.change { $0.touched = (row: $0.bulk / 2, at: many.api.now) }
        many.api.clock.advance(by: .seconds(120))
        let touched = try await many.run()
        #expect(touched.upserts == 1 && touched.doubled == 0)

        // The same ordinary hours of both, of which one remembers the update: no overlap reaches it any more.
        for account in [many, few] {
            account.api.change { ($0.bulkAt, $0.touched) = (nil, nil) }
        }
        for hour in Self.hours {
            for account in [many, few] {
                account.api.clock.advance(by: .seconds(7200))
                account.changeSteadily()
                account.api.clock.advance(by: .seconds(90))
                let fresh = try await account.run()
                #expect(fresh.given < 4 * Self.steady)
                #expect(fresh.upserts == Self.steady && fresh.doubled == 0)
                account.api.clock.advance(by: .seconds(120))
                let again = try await account.run()
                #expect(again.isQuiet, "\(again)")
                account.told["hour \(hour)"] = fresh + again
            }
        }
        #expect(many.destination.largestState < 64 << 10)
        #expect(try many.remembered() < many.bulk + 2 * Self.steady)
        try await compare(kind, many, few)
    }

    /// What is read of the update once more takes no longer than what is read of it first; an ordinary hour takes what it
    /// takes without one.
    private func compare(_ kind: Kind, _ many: Account, _ few: Account) async throws {
        let update = try #require(many.told["the update"])
        let overlap = try #require(many.told["its overlap"])
        let cost = update.seconds / Double(update.given)
        var lines = [
            "bulk: \(kind.rawValue), \(many.bulk) in one instant: \(Self.text(cost * 1e6)) µs of CPU a row when it comes, "
                + "\(Self.text(overlap.seconds / Double(overlap.given) * 1e6)) µs when it comes again; "
                + "at most \(Self.text(update.peak)) and \(Self.text(overlap.peak)) MB; largest state record \(many.destination.largestState) bytes, remembered \(try many.remembered())"
        ]
        for hour in Self.hours.map({ "hour \($0)" }) {
            let with = try #require(many.told[hour])
            let without = try #require(few.told[hour])
            let ratio = with.seconds / without.seconds
            let memory = with.peak - without.peak
            lines.append(
                "bulk:   \(hour): \(with.given) rows, \(Self.text(with.seconds * 1000)) ms of CPU, "
                    + "\(Self.text(without.seconds * 1000)) ms where little is remembered: \(Self.text(ratio)) times; "
                    + "\(Self.text(with.peak)) MB, \(Self.text(memory)) MB more"
            )
            guard Self.isMeasured else { continue }
            #expect(ratio < Self.allowedRatio, "\(kind) \(hour)")
            #expect(memory < Self.allowedMegabytes, "\(kind) \(hour)")
        }
        guard Self.isMeasured else { return }
        #expect(overlap.seconds / Double(overlap.given) < Self.allowedRatio * cost, "\(kind)")
        print(lines.joined(separator: "\n"))
    }

    private static func text(_ value: Double) -> String { String(format: "%.2f", value) }

    // MARK: An account

    /// What one run did.
    struct Told {
        var upserts = 0
        var deletes = 0
        var doubled = 0
        /// Rows and entries that the API gave.
        var given = 0
        /// Of CPU, the API's included.
        var seconds = 0.0
        var peak = 0.0
        /// The ids of the first events.
        var first: [String] = []

        /// Whether it told nothing.
        var isQuiet: Bool { upserts == 0 && deletes == 0 }

        static func + (first: Told, second: Told) -> Told {
            Told(
                upserts: first.upserts + second.upserts,
                deletes: first.deletes + second.deletes,
                doubled: first.doubled + second.doubled,
                given: first.given + second.given,
                seconds: first.seconds + second.seconds,
                peak: max(first.peak, second.peak)
            )
        }
    }

    /// An API, what reads it and what was published of it.
    private final class Account {
        let api = BulkAPI()
        let destination: DiskDestination
        let bulk: Int
        var told: [String: Told] = [:]
        private let account: AccountName
        private let definition: ExtractorDefinition
        private let name: StreamName

        init(_ kind: Kind, bulk: Int) throws {
            self.bulk = bulk
            account = try AccountName("bulk/one")
            name = try StreamName("rows")
            destination = try DiskDestination(account)
            definition = try ExtractorDefinition.decode(
                Array(BulkUpdateTests.yaml(kind).utf8),
                file: "bulk.yaml"
            )
            api.change { $0.bulk = bulk }
        }

        /// Lets so many rows change, one second after the other.
        func changeSteadily() {
            api.change { $0.steadyAt = api.now + 1 }
            api.change { $0.steady = BulkUpdateTests.steady }
            api.clock.advance(by: .seconds(BulkUpdateTests.steady + 1))
        }

        func remembered() throws -> Int {
            try destination.versions.counts(notReadSince: 0, stream: name).live
        }

        func run() async throws -> Told {
            let clock = api.clock
            let waiting = WaitingClock(WaitedTime(clock))
            let stream = definition.streams[0]
            var plan = StreamPlan(
                stream,
                of: definition,
                account: account,
                to: EventTopic(stream: name, topic: "rows")
            )
            plan.bookmark = try destination.bookmark(of: name)
            let run = SyncRun(
                account: account,
                streams: [plan],
                requester: try Requester(
                    extractor: definition,
                    settings: [:],
                    transport: api,
                    clock: waiting,
                    wall: { clock.now }
                ),
                destination: destination,
                wall: { clock.now },
                clock: waiting,
                stop: StopSignal()
            )
            _ = (api.takeGiven(), destination.takeCounts())
            let begun = clock_t.now
            let outcome = await run.run()
            let seconds = Double(clock_t.now - begun) / 1e6
            guard outcome.status == .success else { throw TestFailure(outcome.json.compactText) }
            let counts = destination.takeCounts()
            return Told(
                upserts: counts.upserts,
                deletes: counts.deletes,
                doubled: counts.doubled,
                given: api.takeGiven(),
                seconds: seconds,
                peak: counts.peak,
                first: counts.first
            )
        }
    }

    private static func yaml(_ kind: Kind) -> String {
        let head = """
            extractor: bulk
            description: Very many rows of one time, in memory.
            base_url: http://127.0.0.1:1
            errors:
              message: error.message
              code: error.code
              rules:
                - {status: 404, action: unavailable}
            """
        switch kind {
        case .window:
            return """
                \(head)
                streams:
                  rows:
                    get: /search
                    query: {from: "{{ window.from }}", to: "{{ window.to }}"}
                    records: data
                    key: id
                    version: {field: updated, format: epoch}
                    progress:
                      window:
                        format: epoch
                        hold_back: 60s
                        overlap: 60m
                        earliest: "2024-12-31T00:00:00Z"
                        order: ascending
                        total: total
                        ties: {query: {at: "{{ tie.at }}", after: "{{ tie.after }}"}}
                """
        case .token:
            return """
                \(head)
                streams:
                  rows:
                    get: /export
                    records: data
                    key: id
                    version: {field: updated, format: epoch}
                    progress:
                      token:
                        field: after_cursor
                        param: cursor
                        end: {field: end_of_stream, is: true}
                        start: {param: start_time, format: epoch, earliest: "2024-12-31T00:00:00Z", lag: 31s}
                        back: 1h
                        reread: {every: 1m, back: 1h}
                    lost: {status: 400, code: lost}
                """
        case .feed:
            return """
                \(head)
                feeds:
                  events:
                    get: /events
                    records: data
                    paging: {last_record: {param: after, more: has_more}}
                    id: id
                    time: {field: created, format: epoch}
                    type: type
                    object: object
                    window: {from: from, to: to}
                    newest_first: true
                    hold_back: 60s
                    visible_within: 30s
                    overlap: 60m
                    retention: 30d
                streams:
                  rows:
                    get: /objects
                    records: data
                    key: id
                    paging: {last_record: {param: after, more: has_more}}
                    follow:
                      feed: events
                      get: /objects/{{ object.id }}
                      updates: [row.updated]
                """
        }
    }
}

extension clock_t {
    /// The CPU time of this process, in microseconds.
    fileprivate static var now: clock_t { clock() }
}
