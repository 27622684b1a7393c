import Core
import Daemon
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// State that is changed by hand, by a session of the command's own.
@Suite("State changed by hand", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(10)))
struct SyncStateTests {
    private static let customers = ["--stream", "customers"]

    private func synced(_ service: String = "stripe", records: Int = 30, _ words: [String] = customers)
        async throws
        -> SyncFixture
    {
        let fixture = try await SyncFixture(service, records: records)
        let first = try await fixture.run(words)
        try #require(first.code == 0, "\(first.errors)")
        return fixture
    }

    // MARK: Reset

    @Test("I2: a reset lets the next run read anew, loudly, and publish what differs")
    func reset() async throws {
        let fixture = try await synced()
        let planned = try await fixture.change("reset", Self.customers + ["--dry-run"])
        #expect(planned.code == 0 && planned.summary["status"]?.text == "planned", "\(planned.errors)")
        #expect(try await fixture.bookmark("customers")["list"]?["read"]?.int == 1)
        #expect(try await fixture.audit().isEmpty)

        let done = try await fixture.change("reset", Self.customers)
        #expect(done.code == 0, "\(done.errors)")
        #expect(done.summary["status"]?.text == "done" && done.summary["by"]?.text == "this process")
        let change = done.summary["accounts"]?.elements?.first?["changes"]?.elements?.first
        #expect(change?["before"]?.text?.hasPrefix("follows events from") == true)
        #expect(change?["after"]?.text == "reset, to be read anew")
        let reset = try await fixture.bookmark("customers")
        #expect(reset["list"]?["read"]?.int == 2 && reset["list"]?["done"] == .bool(false))
        #expect(reset["changed"]?["reason"]?.text == "ticket 4711")

        let again = try await fixture.run(Self.customers)
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.errors.contains("it was reset, and is read anew from its beginning"), "\(again.errors)")
        #expect(again.errors.contains("ticket 4711"))
        #expect(again.summary["records"]?.int == 0)
        let bookmark = try await fixture.bookmark("customers")
        #expect(bookmark["changed"] == .null && bookmark["list"]?["done"] == .bool(true))
        #expect(try await fixture.keys("\(fixture.prefix).stripe.simulated.customers").count == 30)

        let audit = try await fixture.audit()
        #expect(audit.map(\.what) == ["state reset"])
        #expect(audit.first?.reason == "ticket 4711" && audit.first?.account?.text == "stripe/simulated")
        #expect(audit.first?.after == "customers: reset, to be read anew")
        for (subject, shown) in [("stripe/simulated", 1), ("stripe/other", 0)] {
            let place = ["--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix, "--output", "json"]
            let command = try SluiceProcess(["audit", subject] + place)
            #expect(await command.waitForEnd(atMost: 60))
            let rows = try JSONValue.parse(Array(command.standardOutput.utf8)).elements
            #expect(rows?.count == shown, "\(command.standardError)")
            #expect(rows?.first.map { $0["reason"]?.text == "ticket 4711" } ?? (shown == 0))
        }
    }

    @Test("a reset that forgets publishes all again, under the ids that it had, also into a topic made anew")
    func forget() async throws {
        let fixture = try await synced()
        let topic = "\(fixture.prefix).stripe.simulated.customers"
        func ids() async throws -> [String] {
            try await TestBroker.records(of: topic).joined().compactMap { $0[header: "ce_id"] }.sorted()
        }
        let before = try await ids()
        #expect(before.count == 30)
        #expect(try await fixture.change("reset", Self.customers + ["--forget"]).code == 0)
        let again = try await fixture.run(Self.customers)
        #expect(again.summary["records"]?.int == 30, "\(again.errors)")
        #expect(try await ids() == (before + before).sorted())
        // Without its topic a stream is refused, and after such a reset it is not.
        try await TestBroker.delete([topic])
        #expect(try await fixture.run(Self.customers).code == 2)
        #expect(try await fixture.change("reset", Self.customers + ["--forget"]).code == 0)
        let third = try await fixture.run(Self.customers)
        #expect(third.code == 0 && third.summary["records"]?.int == 30, "\(third.errors)")
        #expect(try await ids() == before)
    }

    @Test("I1: killed around its transaction, a reset is there whole or not at all")
    func killedReset() async throws {
        let fixture = try await synced()
        let words = Self.customers + ["--forget"]
        for point in ["after_begin:1", "after_state:1"] {
            let killed = try await fixture.change("reset", words, environment: ["SLUICE_CRASH_AT": point])
            #expect(killed.code == 128 + SIGKILL, "\(point): \(killed.errors)")
            // Nothing of it holds: the session that is killed is waited out by the next one.
            let next = try await fixture.run(Self.customers)
            #expect(next.code == 0 && next.summary["records"]?.int == 0, "\(point): \(next.errors)")
            #expect(try await fixture.bookmark("customers")["list"]?["read"]?.int == 1)
        }
        let killed = try await fixture.change(
            "reset",
            words,
            environment: ["SLUICE_CRASH_AT": "after_state_change:1"]
        )
        #expect(killed.code == 128 + SIGKILL, "\(killed.errors)")
        // The bookmark is reset, and what is remembered still is: all goes out again all the same.
        let next = try await fixture.run(Self.customers)
        #expect(next.code == 0 && next.summary["records"]?.int == 30, "\(next.errors)")
        #expect(try await fixture.bookmark("customers")["list"]?["read"]?.int == 2)
        // Told before it was done, also where it was not.
        #expect(try await fixture.audit().count == 3)
    }

    // MARK: Set and skip

    @Test("a window's bookmark goes back, and only forwards with consent")
    func window() async throws {
        let fixture = try await synced("hubspot", records: 40, ["--stream", "contacts"])
        let milliseconds = try #require(try await fixture.bookmark("contacts")["window"]?["at"]?.int)
        let place = Instant(milliseconds: milliseconds)
        let back = place.advanced(by: .seconds(-86_400 * 30))
        let done = try await fixture.change("set", ["contacts", "--at", back.rfc3339()])
        #expect(done.code == 0, "\(done.errors)")
        let set = try await fixture.bookmark("contacts")
        #expect(set["window"]?["at"]?.int == Int(back.seconds) * 1000)
        #expect(set["changed"]?["what"]?.text == "set")
        let forwards = try await fixture.change("set", ["contacts", "--at", place.rfc3339()])
        #expect(forwards.code == 2)
        #expect(
            forwards.errors.contains("sluice state skip hubspot/simulated contacts --before"),
            "\(forwards.errors)"
        )
        let again = try await fixture.run(["--stream", "contacts"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.errors.contains("its bookmark was set back"), "\(again.errors)")
        let after = try await fixture.bookmark("contacts")
        #expect((after["window"]?["at"]?.int ?? 0) >= milliseconds && after["changed"] == .null)
        // Read again, but for what the bookmark had passed long ago.
        #expect((after["list"]?["pages"]?.int ?? 0) > (set["list"]?["pages"]?.int ?? 0))

        try await fixture.advance(3600)
        try await fixture.change(creates: 3, updates: 0, deletes: 0, streams: ["contacts"])
        let skipped = try await fixture.change("set", ["contacts", "--at", "2999-01-01"])
        #expect(skipped.code == 2)
        let left = try await fixture.change("skip", ["contacts", "--before", "now"])
        // Whose clock is ahead of the simulator's leaves all of it out, and says from when.
        #expect(left.code == 0, "\(left.errors)")
        let change = left.summary["accounts"]?.elements?.first?["changes"]?.elements?.first
        #expect(change?["left_out"]?.text?.hasPrefix("what changed from ") == true)
        #expect(try await fixture.audit().map(\.what) == ["state set", "state skip"])
    }

    @Test("a token's stream begins at the time that it is set back to")
    func token() async throws {
        let fixture = try await synced("zendesk", records: 40, ["--stream", "tickets"])
        let before = try await fixture.bookmark("tickets")
        let reached = try #require(before["token"]?["reached"]?.int, "\(before.compactText)")
        let back = Instant(milliseconds: reached - 86_400_000 * 365)
        let done = try await fixture.change("set", ["tickets", "--at", back.rfc3339()])
        #expect(done.code == 0, "\(done.errors)")
        let set = try await fixture.bookmark("tickets")
        #expect(set["list"]?["token"] == .null && set["changed"]?["from"]?.text == back.rfc3339())
        let again = try await fixture.run(["--stream", "tickets"])
        #expect(again.code == 0 && again.summary["records"]?.int == 0, "\(again.errors)")
        let after = try await fixture.bookmark("tickets")
        #expect(after["token"]?["reached"]?.int == reached && after["changed"] == .null)
        #expect(after["list"]?["token"] != .null)
        #expect((after["list"]?["records"]?.int ?? 0) > (before["list"]?["records"]?.int ?? 0))
    }

    @Test("the rest of a list is left out, and its stream goes on with the feed")
    func rest() async throws {
        let fixture = try await synced(records: 300, Self.customers + ["--limit", "100"])
        let words = ["customers", "--rest"]
        let done = try await fixture.change("skip", words)
        #expect(done.code == 0, "\(done.errors)")
        let change = done.summary["accounts"]?.elements?.first?["changes"]?.elements?.first
        #expect(change?["left_out"]?.text?.hasPrefix("the rest of its list, behind 100 records, at ") == true)
        try await fixture.change(creates: 2, updates: 0, deletes: 0, streams: ["customers"])
        // Events come into their list late.
        try await fixture.advance(600)
        let next = try await fixture.run(Self.customers)
        #expect(next.code == 0 && next.summary["records"]?.int == 2, "\(next.errors)")
        #expect(next.errors.contains("a part of it was left out"), "\(next.errors)")
        #expect(try await fixture.change("skip", words).code == 2)
    }

    // MARK: Moving

    @Test("state goes to another installation, with the events and what is remembered")
    func moves() async throws {
        let fixture = try await SyncFixture(records: 30)
        let other = "\(fixture.prefix)b"
        let template = ["--topic-template", "\(fixture.prefix)-events.<extractor>.<account>.<stream>"]
        let words = ["--stream", "customers", "--stream", "invoices"] + template
        #expect(try await fixture.run(words).code == 0)
        let exported = try await fixture.state(["state", "export"])
        #expect(exported.code == 0 && exported.summary["format"]?.int == 1, "\(exported.errors)")
        let path = try fixture.write("state.json", exported.summary.compactText)
        let take = ["state", "import", path, "--reason", "new cluster", "--output", "json"]
        // Without what is remembered, what is in the topics could go out twice.
        let refused = try await fixture.state(take, prefix: other)
        #expect(refused.code == 2)
        #expect(refused.errors.contains("\(other).sluice.versions held records"), "\(refused.errors)")

        try await fixture.mirrorVersions(to: other)
        let planned = try await fixture.state(take + ["--dry-run"], prefix: other)
        #expect(planned.code == 0 && planned.summary["status"]?.text == "planned", "\(planned.errors)")
        let killed = try await fixture.state(
            take,
            prefix: other,
            environment: ["SLUICE_CRASH_AT": "after_state:1"]
        )
        #expect(killed.code == 128 + SIGKILL, "\(killed.errors)")
        let taken = try await fixture.state(take, prefix: other)
        #expect(taken.code == 0 && taken.summary["status"]?.text == "done", "\(taken.errors)")
        for stream in ["customers", "invoices"] {
            let here = try await fixture.bookmark(stream, prefix: other)
            #expect(here == (try await fixture.bookmark(stream)) && here != .null)
        }
        let again = try await fixture.state(take, prefix: other)
        #expect(
            again.code == 0 && again.summary["message"]?.text == "all of it is here already",
            "\(again.errors)"
        )

        try await fixture.change(creates: 3, updates: 2, deletes: 0, streams: ["customers"])
        // Events come into their list late.
        try await fixture.advance(600)
        let next = try await fixture.run(words, prefix: other)
        // Nothing but what has changed: an update may be of one that is new.
        #expect(next.code == 0 && (3...5).contains(next.summary["records"]?.int ?? 0), "\(next.errors)")
        let topic = "\(fixture.prefix)-events.stripe.simulated.customers"
        #expect(Set(try await fixture.keys(topic)) == Set(try await fixture.truth("customers").keys))
        // What was read since then is newer than the file.
        let newer = try await fixture.state(take, prefix: other)
        #expect(newer.code == 2 && newer.errors.contains("--replace"), "\(newer.errors)")
        #expect(try await fixture.state(take + ["--replace"], prefix: other).code == 0)
    }

    @Test("state without its events is read anew, where that is asked for")
    func importedAnew() async throws {
        let fixture = try await synced()
        let other = "\(fixture.prefix)b"
        let exported = try await fixture.state(["state", "export", "--account", "simulated"])
        let path = try fixture.write("state.json", exported.summary.compactText)
        let taken = try await fixture.state(
            ["state", "import", path, "--resync", "--reason", "new cluster", "--output", "json"],
            prefix: other
        )
        #expect(taken.code == 0, "\(taken.errors)")
        let next = try await fixture.run(Self.customers, prefix: other)
        #expect(next.code == 0 && next.summary["records"]?.int == 30, "\(next.errors)")
        #expect(next.errors.contains("it was reset"), "\(next.errors)")
        let none = try await fixture.state(["state", "export", "--account", "nobody"])
        #expect(none.code == 2 && none.errors.contains("stripe/simulated"), "\(none.errors)")
    }

    // MARK: Removing

    @Test("an account that is removed leaves nothing in the state, and its topics alone")
    func removes() async throws {
        let fixture = try await synced()
        let words = ["account", "remove", "stripe/simulated", "--reason", "contract ended"]
        let removed = try await fixture.state(words)
        #expect(removed.code == 0, "\(removed.errors)")
        var last: [[UInt8]: [UInt8]] = [:]
        for topic in ["state", "versions"] {
            for record in try await TestBroker.records(of: "\(fixture.prefix).sluice.\(topic)").joined() {
                if let key = record.key { last[key] = record.value }
            }
        }
        #expect(last.keys.map { String(decoding: $0, as: UTF8.self) } == [#"["layout"]"#])
        #expect(try await fixture.keys("\(fixture.prefix).stripe.simulated.customers").count == 30)
        #expect(try await fixture.audit().map(\.what) == ["account remove"])
        let nothing = try await fixture.state(words)
        #expect(nothing.code == 2 && nothing.errors.contains("nothing is kept of stripe/simulated"))
        // Its events are there, and no bookmark stands for them.
        let refused = try await fixture.run(Self.customers)
        #expect(refused.code == 2 && refused.errors.contains("--resync"), "\(refused.errors)")
        #expect(try await fixture.run(Self.customers + ["--resync"]).summary["records"]?.int == 30)
    }
}
