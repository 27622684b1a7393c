import Core
import Foundation
import ProcessSupport
import Runs
import Simulators
import Testing

/// Single things that runs by time, token and whole must do.
@Suite("Runs by time, token and whole")
struct TimedRunTests {
    private static func simulation(
        _ streams: String...,
        deletes: TimedAPI.Deletes = .shown,
        rows: Int = 0
    ) throws -> TimedSimulation {
        let api = TimedAPI(seed: 1, deletes: deletes)
        for number in 0..<rows {
            api.put("r\(number)")
            api.clock.advance(by: .seconds(60))
        }
        api.clock.advance(by: .seconds(3600))
        return try TimedSimulation(TimedDefinition.head + streams.joined(), api: api, seed: 1)
    }

    // MARK: Windows

    @Test("rule 2: what was published above the bookmark is remembered, and comes once")
    func aboveTheBookmark() async throws {
        let simulation = try Self.simulation(TimedDefinition.window(), rows: 3)
        try await simulation.sync()
        simulation.api.put("r9")
        simulation.api.clock.advance(by: .seconds(2))
        try await simulation.sync()
        #expect(simulation.seen("rows").count == 4)
        let at = try #require(try simulation.bookmark(of: "rows")?.window?.at)
        #expect(simulation.api.clock.now.since(at) >= .seconds(60))
        let events = simulation.destination.events.count
        try await simulation.sync()
        #expect(simulation.destination.events.count == events)
    }

    @Test(
        "rule 1: a window that fails in its middle moves the bookmark no further than it was read",
        arguments: 1...14
    )
    func failure(requests: Int) async throws {
        let simulation = try Self.simulation(TimedDefinition.window(overlap: "1m"), rows: 50)
        simulation.api.fail(after: requests)
        let outcome = try await simulation.sync()
        let rows = simulation.seen("rows").count
        // The last request may only tell that nothing follows.
        let code = outcome.streams[0].outcome.error?.codeText
        #expect(code == "extraction.gave_up" || code == nil && rows == 50)
        let at = try simulation.bookmark(of: "rows")?.window?.at ?? TimedAPI.start
        #expect(at <= TimedAPI.start.advanced(by: .seconds(60 * rows)) || rows == 50)
        simulation.api.fail(after: .max)
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
    }

    @Test("rule 4: a window that the API ignores fails, and the bookmark stays")
    func ignoredWindow() async throws {
        let simulation = try Self.simulation(TimedDefinition.window(), rows: 20)
        try await simulation.sync()
        let at = try simulation.bookmark(of: "rows")?.window?.at
        simulation.api.clock.advance(by: .seconds(7200))
        simulation.api.ignoreWindows()
        let outcome = try await simulation.sync()
        #expect(outcome.streams[0].outcome.error?.codeText == "extraction.ignored_filter")
        #expect(try simulation.bookmark(of: "rows")?.window?.at == at)
    }

    @Test("rule 7: children that are refused keep their place, and the parent goes on")
    func refusedChildren() async throws {
        let simulation = try Self.simulation(
            TimedDefinition.window(),
            TimedDefinition.children(of: "rows"),
            rows: 20
        )
        simulation.api.refuse("/children")
        let outcome = try await simulation.sync()
        #expect(outcome.status == .partial)
        #expect(outcome.streams.map(\.outcome.status) == [.success, .unavailable])
        #expect(try simulation.bookmark(of: "children") == nil)
        try simulation.compare("rows", with: simulation.api.truth)
        simulation.api.refuse(nil)
        let events = simulation.destination.events.count { $0.stream == "rows" }
        try await simulation.sync()
        try simulation.compare("children", with: simulation.api.children)
        #expect(simulation.destination.events.count { $0.stream == "rows" } == events)
    }

    @Test("rule 3: a second with more rows than a page is read whole")
    func ties() async throws {
        let simulation = try Self.simulation(TimedDefinition.window())
        for number in 0..<23 { simulation.api.put("t\(number)") }
        simulation.api.clock.advance(by: .seconds(100))
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
    }

    @Test("I1: a first reading that is killed goes on near where it was, and repeats nothing")
    func killedBackfill() async throws {
        let simulation = try Self.simulation(TimedDefinition.window(overlap: "5m"), rows: 200)
        let outcome = try await simulation.sync(limit: 100)
        #expect(outcome.status == .success)
        #expect((100..<105).contains(simulation.seen("rows").count))
        let requests = simulation.api.requests.count
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
        // Twenty pages were left; the overlap and a page's margin come again.
        #expect(simulation.api.requests.count - requests < 40)
    }

    @Test(
        "a run that is limited each time comes to the end, whatever the limit",
        arguments: [TimedDefinition.window(overlap: "1m"), TimedDefinition.pages()],
        [1, 7, 20]
    )
    func limits(definition: String, limit: Int) async throws {
        let simulation = try Self.simulation(definition, rows: 60)
        simulation.api.clock.advance(by: .seconds(3600))
        for _ in 0..<100 {
            try await simulation.sync(limit: limit)
            if simulation.seen("rows").count == 60 { break }
        }
        try simulation.compare("rows", with: simulation.api.truth)
    }

    @Test("--since begins there, and the overlap does not reach before it")
    func since() async throws {
        let simulation = try Self.simulation(TimedDefinition.window(), rows: 30)
        let since = TimedAPI.start.advanced(by: .seconds(60 * 20))
        try await simulation.sync(since: since)
        #expect(simulation.seen("rows").keys.sorted() == (20..<30).map { "r\($0)" })
    }

    @Test("--resync publishes what differs of what is remembered, and the rest under the ids that it had")
    func resync() async throws {
        let simulation = try Self.simulation(TimedDefinition.full(hasVersion: true), rows: 8)
        try await simulation.sync()
        try await simulation.sync(resyncs: true)
        #expect(simulation.destination.events.count == 8)
        simulation.api.put("r1")
        try await simulation.sync(resyncs: true)
        #expect(simulation.destination.events.count == 9)
    }

    @Test("I7: what the bookmark has passed is forgotten, and neither repeated nor kept from its delete")
    func forgetting() async throws {
        let simulation = try Self.simulation(
            TimedDefinition.window(more: [TimedDefinition.deletedWhen]),
            rows: 40
        )
        try await simulation.sync()
        #expect(try simulation.bookmark(of: "rows")?.forgotten != nil)
        #expect(try simulation.remembered("rows") == 0)
        for round in 0..<20 {
            simulation.api.put("n\(round)")
            simulation.api.clock.advance(by: .seconds(600))
            try await simulation.sync()
            #expect(try simulation.remembered("rows") <= 4)
        }
        try simulation.compare("rows", with: simulation.api.truth)
        simulation.api.delete("r3")
        simulation.api.clock.advance(by: .seconds(600))
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
        #expect(simulation.destination.events.count == 61)
    }

    @Test("I2: a clock that was set back is no success, and moves nothing")
    func clockBehind() async throws {
        let api = TimedAPI(seed: 1)
        api.put("r1")
        api.clock.advance(by: .seconds(7200))
        let yaml = TimedDefinition.head + TimedDefinition.window()
        let simulation = try TimedSimulation(yaml, api: api, seed: 1)
        try await simulation.sync()
        let at = try simulation.bookmark(of: "rows")?.window?.at
        simulation.skew = .seconds(-3600)
        let outcome = try await simulation.sync()
        #expect(outcome.streams[0].outcome.error?.codeText == "run.clock_behind")
        #expect(try simulation.bookmark(of: "rows")?.window?.at == at)
    }

    @Test("rule 5: the end is what the API says, not a short page", arguments: [0, 1, 4, 5, 6, 10, 11, 25])
    func ends(rows: Int) async throws {
        for stream in [TimedDefinition.window(), TimedDefinition.pages(), TimedDefinition.token()] {
            let simulation = try Self.simulation(stream, rows: rows)
            let outcome = try await simulation.sync()
            #expect(outcome.status == .success)
            try simulation.compare("rows", with: simulation.api.truth)
            #expect(try simulation.bookmark(of: "rows")?.list.isDone == true)
        }
    }

    @Test("rule 9: what the API has is asked anew in each run")
    func discovery() async throws {
        let stream = """
              rows:
                get: /rows
                query: {from: "{{ window.from }}", to: "{{ window.to }}", fields: "{{ discovered.fields | join(',') }}"}
                discover:
                  fields: {get: /fields, records: data, value: name}
                records: data
                key: id
                version: {field: updated, format: epoch}
                progress:
                  window:
                    format: epoch
                    hold_back: 60s
                    overlap: 10m
                    earliest: "2024-12-31T00:00:00Z"
                    order: ascending
                    more: has_more

            """
        let simulation = try Self.simulation(stream, rows: 3)
        simulation.api.set(fields: ["n"])
        #expect(try await simulation.sync().status == .success)
        #expect(simulation.api.requests.last?.contains("fields=n") == true)
        simulation.api.set(fields: ["n", "colour"])
        try await simulation.sync()
        #expect(simulation.api.requests.last?.contains("colour") == true)
    }

    @Test("rule 10: the streams of an account share its limits")
    func limitsAreShared() async throws {
        let api = TimedAPI(seed: 1)
        for number in 0..<20 { api.put("r\(number)") }
        api.clock.advance(by: .seconds(3600))
        let head = TimedDefinition.head.replacingOccurrences(
            of: "streams:",
            with: "limits: {default: 1000/s, slow: 10/min}\nstreams:"
        )
        let yaml =
            head + TimedDefinition.window(more: ["limit: slow"])
            + TimedDefinition.full(name: "others", hasVersion: true) + "    limit: slow\n"
        let simulation = try TimedSimulation(yaml, api: api, seed: 1)
        let begun = api.clock.now
        try await simulation.sync()
        try simulation.compare("rows", with: api.truth)
        try simulation.compare("others", with: api.truth)
        #expect(api.clock.now.since(begun) >= .seconds(6 * (api.requests.count - 1)))
    }

    // MARK: Tokens

    @Test("rule 6: a token that is lost restarts loudly, from a little before the newest version")
    func lostToken() async throws {
        let simulation = try Self.simulation(TimedDefinition.token(), rows: 40)
        try await simulation.sync()
        #expect(simulation.seen("rows").count == 40)
        simulation.api.put("r50")
        simulation.api.clock.advance(by: .seconds(100))
        simulation.api.forgetTokens()
        let requests = simulation.api.requests.count
        try await simulation.sync()
        #expect(simulation.warnings.keys.contains { $0.contains("it is read again from 2025-") })
        try simulation.compare("rows", with: simulation.api.truth)
        #expect(simulation.api.requests.count - requests < 8)
    }

    @Test("what is too recent to be asked for is nothing new yet")
    func caughtUp() async throws {
        let api = TimedAPI(seed: 1)
        let simulation = try TimedSimulation(
            TimedDefinition.head + TimedDefinition.token(),
            api: api,
            seed: 1,
            // A clock that is ahead asks too late; the API says so.
            skew: .seconds(3600)
        )
        api.put("r1")
        let outcome = try await simulation.sync()
        #expect(outcome.status == .success)
        api.clock.advance(by: .seconds(60))
        try await simulation.sync()
        try simulation.compare("rows", with: api.truth)
    }

    @Test("parent and child share one reading of the parent's pages")
    func sharedReading() async throws {
        let simulation = try Self.simulation(
            TimedDefinition.token(),
            TimedDefinition.children(of: "rows"),
            rows: 20
        )
        try await simulation.sync()
        #expect(simulation.api.requests.count { $0.contains("/export") } == 4)
        #expect(simulation.api.requests.count { $0.contains("/children") } == 20)
        try simulation.compare("children", with: simulation.api.children)
        simulation.api.put("r3")
        simulation.api.clock.advance(by: .seconds(100))
        try await simulation.sync()
        #expect(simulation.api.requests.count { $0.contains("/export") } == 5)
        #expect(simulation.api.requests.count { $0.contains("/children") } == 21)
        try simulation.compare("children", with: simulation.api.children)
    }

    @Test("a child that is selected alone reads the parent's pages by itself, with a bookmark of its own")
    func childAlone() async throws {
        let simulation = try Self.simulation(
            TimedDefinition.token(),
            TimedDefinition.children(of: "rows"),
            rows: 20
        )
        try await simulation.sync(["children"])
        try simulation.compare("children", with: simulation.api.children)
        #expect(try simulation.bookmark(of: "rows") == nil)
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
        #expect(simulation.api.requests.count { $0.contains("/children") } == 20)
    }

    @Test("a limit ends a child within a page of parents, and it goes on there", arguments: [1, 5])
    func limitedChild(limit: Int) async throws {
        let simulation = try Self.simulation(
            TimedDefinition.token(),
            TimedDefinition.children(of: "rows"),
            rows: 12
        )
        for _ in 0..<40 { try await simulation.sync(["children"], limit: limit) }
        try simulation.compare("children", with: simulation.api.children)
        #expect(simulation.api.requests.count { $0.contains("/children") } <= 24)
    }

    @Test(
        "I2: a parent that changed since a limit ended its child behind it stands last in the page, and hides none",
        arguments: [1, 2, 4]
    )
    func changedBehindLimit(rows: Int) async throws {
        let simulation = try Self.simulation(
            TimedDefinition.token(),
            TimedDefinition.children(of: "rows"),
            rows: rows
        )
        try await simulation.sync(["children"], limit: 1)
        #expect(simulation.seen("children").count == 1)
        simulation.api.put("r0")
        simulation.api.clock.advance(by: .seconds(100))
        try await simulation.sync(["children"])
        try simulation.compare("children", with: simulation.api.children)
    }

    @Test("I2: what is read again beside a token says nothing of the page behind it", arguments: [1, 2, 4])
    func changedBehindReread(rows: Int) async throws {
        let simulation = try Self.simulation(
            TimedDefinition.token(reread: "{every: 1h, back: 15m}"),
            TimedDefinition.children(of: "rows"),
            rows: rows
        )
        try await simulation.sync()
        // Read, and read again; then all of it changes, the last one last.
        for _ in 0..<2 {
            simulation.api.clock.advance(by: .seconds(3700))
            for number in 0..<rows {
                simulation.api.put("r\(number)")
                simulation.api.clock.advance(by: .seconds(2))
            }
            simulation.api.clock.advance(by: .seconds(100))
            try await simulation.sync()
            for number in 0..<rows {
                simulation.api.put("r\(number)")
                simulation.api.clock.advance(by: .seconds(2))
            }
            simulation.api.clock.advance(by: .seconds(100))
            try await simulation.sync()
            try simulation.compare("children", with: simulation.api.children)
        }
    }

    // MARK: Whole, and what is absent

    @Test("a whole reading deletes what is absent; a limited one, and one that is refused, deletes nothing")
    func whole() async throws {
        let simulation = try Self.simulation(
            TimedDefinition.full(hasVersion: false),
            deletes: .silent,
            rows: 60
        )
        try await simulation.sync()
        simulation.api.delete("r7")
        try await simulation.sync(limit: 5)
        #expect(simulation.seen("rows").count == 60)
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
        simulation.api.hide(Set((20..<50).map { "r\($0)" }))
        let outcome = try await simulation.sync()
        #expect(outcome.streams[0].outcome.error?.codeText == "run.absence_withheld")
        #expect(simulation.seen("rows").count == 59)
        simulation.api.hide([])
        #expect(try await simulation.sync().status == .success)
        try simulation.compare("rows", with: simulation.api.truth)
    }

    @Test(
        "the share that may be missing at once is the definition's",
        arguments: [("{share: 60%}", true), ("{share: 40%}", false), ("{share: 1%, always: 30}", true)]
    )
    func declaredShare(absence: String, deletes: Bool) async throws {
        let simulation = try Self.simulation(
            TimedDefinition.full(hasVersion: false, more: ["absence: \(absence)"]),
            deletes: .silent,
            rows: 60
        )
        try await simulation.sync()
        simulation.checksOrder = false
        simulation.api.hide(Set((20..<50).map { "r\($0)" }))
        let outcome = try await simulation.sync()
        #expect(simulation.seen("rows").count == (deletes ? 30 : 60))
        let message = outcome.streams[0].outcome.error?.message
        #expect(message?.contains("30 of 60 records") ?? false != deletes)
        #expect(message?.contains("over 40 %") ?? false != deletes)
    }

    @Test("a child's requests say what was discovered, however its parents are read")
    func discoveredByChildren() async throws {
        for parent in [
            TimedDefinition.window(), TimedDefinition.token(), TimedDefinition.full(hasVersion: true),
        ] {
            let simulation = try Self.simulation(
                parent,
                TimedDefinition.children(
                    of: "rows",
                    more: [
                        #"query: {fields: "{{ discovered.fields | join('.') }}"}"#,
                        "discover: {fields: {get: /fields, records: data, value: name}}",
                    ]
                ),
                deletes: .shown,
                rows: 8
            )
            simulation.api.set(fields: ["n", "colour"])
            simulation.api.clock.advance(by: .seconds(60))
            #expect(try await simulation.sync().status == .success)
            let asked = simulation.api.requests.filter { $0.contains("/children") }
            #expect(asked.count >= 8 && asked.allSatisfy { $0.contains("fields=n.colour") })
            #expect(simulation.api.requests.count { $0.contains("/fields") } == 1)
        }
    }

    @Test("rule 8: a reconcile deletes what is absent, under the same guard, and says what came back")
    func reconcile() async throws {
        let simulation = try Self.simulation(
            TimedDefinition.window(more: [TimedDefinition.reconcile]),
            deletes: .silent,
            rows: 60
        )
        try await simulation.sync()
        simulation.api.delete("r7")
        simulation.api.clock.advance(by: .seconds(1300))
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
        simulation.checksOrder = false
        simulation.api.hide(Set((20..<50).map { "r\($0)" }))
        simulation.api.clock.advance(by: .seconds(1300))
        let outcome = try await simulation.sync()
        #expect(outcome.streams[0].outcome.error?.codeText == "run.absence_withheld")
        try await simulation.sync(acceptsAbsence: true)
        #expect(simulation.seen("rows").count == 29)
        simulation.api.hide([])
        simulation.api.clock.advance(by: .seconds(1300))
        try await simulation.sync()
        #expect(
            simulation.warnings.keys.contains { $0.contains("30 records that were published as deleted") }
        )
    }

    @Test("rule 8: a list of deletes is read every so often; a merge deletes at once")
    func deletes() async throws {
        let simulation = try Self.simulation(
            TimedDefinition.window(more: [TimedDefinition.deletes, TimedDefinition.merged]),
            TimedDefinition.children(of: "rows"),
            deletes: .listed,
            rows: 20
        )
        try await simulation.sync()
        simulation.api.delete("r7")
        simulation.api.clock.advance(by: .seconds(30))
        simulation.api.merge("r1", into: "r2")
        simulation.api.clock.advance(by: .seconds(30))
        try await simulation.sync()
        #expect(simulation.seen("rows")["r7"] != nil)
        #expect(simulation.seen("rows")["r1"] == nil)
        simulation.api.clock.advance(by: .seconds(700))
        try await simulation.sync()
        try simulation.compare("rows", with: simulation.api.truth)
        try simulation.compare("children", with: simulation.api.children)
    }
}
