import Core
import JSON
import Testing

/// What a change by hand comes to, for every way in which a stream can be read.
@Suite struct StateRequestTests {
    private let account: AccountName
    private let stream: StreamName
    private static let now = Instant(seconds: 1_772_366_400)
    private static func ago(_ seconds: Int) -> Instant { now.advanced(by: .seconds(-seconds)) }

    init() throws {
        account = try AccountName("stripe/acme")
        stream = try StreamName("charges")
    }

    /// Bookmarks by how they came to be.
    private static let bookmarks: [String: Bookmark] = [
        "list under way": bookmark("list, cursor", .init(token: "p17", records: 1600, pages: 16)),
        "numbered list": bookmark("list, page", .init(token: 17, records: 1600, pages: 16)),
        "list not begun": bookmark("list, cursor", .init()),
        "list done": bookmark("list, cursor", .init(isDone: true, records: 9, pages: 1)),
        "list behind its feed": bookmark(
            "list, cursor, follows events",
            .init(token: "p17", records: 1600, pages: 16),
            feed: .init(name: "events", at: ago(7200))
        ),
        "feed": bookmark(
            "list, cursor, follows events",
            .init(isDone: true, records: 9, pages: 1),
            feed: .init(name: "events", at: ago(3600))
        ),
        "full": bookmark("full, page", .init(isDone: true, records: 9, pages: 1)),
        "window": bookmark("window", .init(isDone: true), window: .init(at: ago(3600))),
        "window of its parent": bookmark(
            "for each of orders (window): list, cursor",
            .init(isDone: true),
            window: .init(at: ago(3600))
        ),
        "window since": bookmark(
            "window",
            .init(isDone: true, since: ago(86_400)),
            window: .init(at: ago(3600))
        ),
        "new window": bookmark("window", .init()),
        "token": bookmark(
            "token cursor in after",
            .init(token: "MTY0", isDone: true),
            token: .init(reached: ago(3600))
        ),
        "token without times": bookmark("token delta in link", .init(token: "MTY0", isDone: true)),
        "token of its parent": bookmark(
            "for each of tickets (token cursor in after): list, cursor",
            .init(token: ["page": "MTY0"], isDone: true),
            token: .init(reached: ago(3600))
        ),
    ]

    private static func bookmark(
        _ progress: String,
        _ list: Bookmark.List,
        feed: Bookmark.Feed? = nil,
        window: Bookmark.Window? = nil,
        token: Bookmark.Token? = nil
    ) -> Bookmark {
        Bookmark(
            fingerprint: Fingerprint(
                key: ["id"],
                version: "updated",
                progress: progress,
                topic: "retail.charges"
            ),
            list: list,
            feed: feed,
            window: window,
            token: token,
            updated: 1000
        )
    }

    private func state(_ bookmark: Bookmark) throws -> [[UInt8]: [UInt8]] {
        let record = try bookmark.record(account: account, stream: stream)
        return [record.key: record.value ?? []]
    }

    private func apply(_ change: StateChange, to name: String) throws -> (
        new: Bookmark, line: ChangedState.Line
    ) {
        let before = try #require(Self.bookmarks[name])
        let request = StateRequest(account: account, change: change, reason: "ticket 4711")
        let changed = try request.applied(to: try state(before), by: "ada@ops-1", at: Self.now)
        let record = try #require(changed.records.first)
        let new = try Bookmark(record.value ?? [], account: account, stream: stream)
        #expect(changed.records.count == 1 && changed.lines.count == 1 && !changed.forgets)
        #expect(new.updated == Int64(Self.now.milliseconds))
        #expect(new.changed?.by == "ada@ops-1" && new.changed?.reason == "ticket 4711")
        return (new, changed.lines[0])
    }

    private func refusal(_ change: StateChange, of name: String) throws -> StateError {
        let before = try #require(Self.bookmarks[name])
        let request = StateRequest(account: account, change: change, reason: "x")
        return try #require(throws: StateError.self) {
            try request.applied(to: try state(before), by: "ada", at: Self.now)
        }
    }

    // MARK: Reset

    @Test(arguments: bookmarks.keys.sorted())
    func `a reset reads anew and remembers, whatever the stream is read by`(name: String) throws {
        let before = try #require(Self.bookmarks[name])
        let (new, line) = try apply(.reset(streams: [stream], forgets: false), to: name)
        #expect(new.list == Bookmark.List(read: before.list.read + 1))
        #expect(new.window == nil && new.token == nil && new.feed == nil)
        #expect(new.changed?.kind == .reset && new.isReset)
        #expect(line.before == before.words)
        #expect(line.after == "reset, to be read anew")
    }

    @Test func `a reset that forgets publishes all again, and lets the topic begin anew`() throws {
        var state = try state(try #require(Self.bookmarks["window"]))
        let kept = try KeptTopic(topic: "retail.charges", ends: [7]).record(account: account)
        state[kept.key] = kept.value
        let request = StateRequest(account: account, change: .reset(streams: nil, forgets: true), reason: "x")
        let changed = try request.applied(to: state, by: "ada", at: Self.now)
        #expect(changed.forgotten == [stream])
        #expect(changed.lines[0].after == "reset, to be read anew and published whole")
        #expect(changed.records.last == StateRecord(key: kept.key, value: nil))
        let new = try Bookmark(changed.records[0].value ?? [], account: account, stream: stream)
        #expect(new.list.isAnew)
        // A topic that others' events go to as well keeps its length.
        let other = try StreamName("refunds")
        let record = try #require(Self.bookmarks["window"]).record(account: account, stream: other)
        state[record.key] = record.value
        let one = StateRequest(
            account: account,
            change: .reset(streams: [stream], forgets: true),
            reason: "x"
        )
        #expect(try one.applied(to: state, by: "ada", at: Self.now).records.count == 1)
    }

    @Test func `what was never read cannot be changed`() throws {
        let request = StateRequest(
            account: account,
            change: .reset(streams: nil, forgets: false),
            reason: "x"
        )
        let none = try #require(throws: StateError.self) {
            try request.applied(to: [:], by: "a", at: Self.now)
        }
        #expect(none.codeText == "state.unknown_stream" && none.message.contains("no bookmarks"))
        let state = try state(try #require(Self.bookmarks["window"]))
        let other = StateRequest(
            account: account,
            change: .set(try StreamName("charge"), at: Self.now),
            reason: ""
        )
        let error = try #require(throws: StateError.self) {
            try other.applied(to: state, by: "a", at: Self.now)
        }
        #expect(error.message.contains("those that were read are charges"), "\(error.message)")
    }

    // MARK: Set

    @Test(arguments: [
        "window", "window of its parent", "window since", "feed", "token", "token of its parent",
    ])
    func `a bookmark goes back to a time`(name: String) throws {
        let time = Self.ago(7200)
        let (new, line) = try apply(.set(stream, at: time), to: name)
        let place = new.window?.at ?? new.feed?.at ?? new.changed?.from
        #expect(place == time)
        #expect(new.changed?.kind == .set)
        #expect(line.leftOut == nil)
        #expect(line.after.hasSuffix(", set back"), "\(line.after)")
        if name.hasPrefix("token") { #expect(new.list.token == nil && new.token?.reached == time) }
    }

    @Test(arguments: [
        (
            "window", 60,
            "would never be read; to leave it out: sluice state skip stripe/acme charges --before"
        ),
        ("feed", 60, "would never be read"), ("token", 60, "would never be read"),
        ("window", 3600, "stands at 2026-03-01T11:00:00Z already"),
        ("window", -61, "is to come"),
        ("window since", 90_000, "--since"),
        ("new window", 60, "keeps no time up to which it was read"),
        ("token without times", 60, "keeps no time up to which it was read"),
        ("list under way", 60, "which has no times"), ("list done", 60, "sluice state reset"),
        ("list behind its feed", 8000, "--rest"), ("full", 60, "read whole every time"),
    ])
    func `I2 a bookmark goes nowhere else`(name: String, seconds: Int, says: String) throws {
        let error = try refusal(.set(stream, at: Self.ago(seconds)), of: name)
        #expect(error.codeText == "state.bad_place")
        #expect(error.message.contains(says), "\(error.message)")
    }

    // MARK: Skip

    @Test(arguments: [
        ("window", "what changed from 2026-03-01T11:00:00Z up to 2026-03-01T11:59:00Z"),
        ("new window", "what changed up to 2026-03-01T11:59:00Z"),
        ("token", "what changed from 2026-03-01T11:00:00Z up to 2026-03-01T11:59:00Z"),
        ("token without times", "what changed up to 2026-03-01T11:59:00Z"),
        ("feed", "what the feed events tells from 2026-03-01T11:00:00Z up to 2026-03-01T11:59:00Z"),
    ])
    func `I2 what lies before a time is left out, and said`(name: String, leftOut: String) throws {
        let (new, line) = try apply(.skip(stream, .before(Self.ago(60))), to: name)
        #expect((new.window?.at ?? new.feed?.at ?? new.changed?.from) == Self.ago(60))
        #expect(line.leftOut == leftOut)
        #expect(line.after.contains("with a part left out"))
    }

    @Test(arguments: [
        ("window", 7200, "was read; to read it again: sluice state set"), ("window", -61, "is to come"),
        ("list under way", 60, "which has no times"), ("list behind its feed", 60, "--rest"),
        ("full", 60, "read whole every time"),
    ])
    func `nothing else lies before a time`(name: String, seconds: Int, says: String) throws {
        let error = try refusal(.skip(stream, .before(Self.ago(seconds))), of: name)
        #expect(error.message.contains(says), "\(error.message)")
    }

    @Test(arguments: ["list under way", "list behind its feed"])
    func `the rest of a list is left out, and its feed stays`(name: String) throws {
        let (new, line) = try apply(.skip(stream, .rest), to: name)
        #expect(new.list.isDone && new.list.token == nil)
        #expect(new.feed == Self.bookmarks[name]?.feed)
        #expect(line.leftOut == #"the rest of its list, behind 1600 records, at "p17""#)
    }

    @Test(arguments: [
        ("list not begun", "all of it would be left out"), ("list done", "nothing of it is left"),
        ("feed", "nothing of it is left"), ("full", "its whole list every time"),
        ("window", "windows of time"),
        ("token", "--before"),
    ])
    func `no other list has a rest`(name: String, says: String) throws {
        let error = try refusal(.skip(stream, .rest), of: name)
        #expect(error.message.contains(says), "\(error.message)")
    }

    @Test(arguments: [
        ("list under way", JSONValue.string("p18"), #""p17" and "p18""#), ("numbered list", 18, "17 and 18"),
        ("token", "MTY5", #""MTY0" and "MTY5""#), ("token without times", "MTY5", #""MTY0" and "MTY5""#),
    ])
    func `a page is gone past`(name: String, token: JSONValue, says: String) throws {
        let (new, line) = try apply(.skip(stream, .beforePage(token)), to: name)
        #expect(new.list.token == token)
        #expect(line.leftOut == "what lies between the pages \(says)")
    }

    @Test(arguments: [
        ("list under way", JSONValue.number("18"), "in the same form"),
        ("list under way", "p17", "stands at that page already"),
        ("list not begun", "p17", "nothing of it was read yet"), ("list done", "p17", "stands at no page"),
        ("full", "p17", "keeps no page"), ("window", "p17", "--before"),
        ("token of its parent", "p17", "along the pages of another stream"),
    ])
    func `no other page is gone past`(name: String, token: JSONValue, says: String) throws {
        let error = try refusal(.skip(stream, .beforePage(token)), of: name)
        #expect(error.message.contains(says), "\(error.message)")
    }

    // MARK: Remove

    @Test func `an account that goes takes all but its session's record`() throws {
        var state = try state(try #require(Self.bookmarks["window"]))
        let novel = Array(#"["novel","stripe/acme","x"]"#.utf8)
        let session = StateKey.session(account).bytes
        state[novel] = Array("{}".utf8)
        state[session] = Array("{}".utf8)
        let request = StateRequest(account: account, change: .remove, reason: "x")
        let changed = try request.applied(to: state, by: "ada", at: Self.now)
        #expect(changed.records.allSatisfy { $0.value == nil })
        #expect(Set(changed.records.map(\.key)) == Set(state.keys).subtracting([session]))
        #expect(changed.forgotten == nil && changed.forgets)
        #expect(throws: StateError.self) { try request.applied(to: [:], by: "ada", at: Self.now) }
    }

    // MARK: The next run

    @Test func `a stream that was reset is read under the definition of now`() throws {
        let (new, _) = try apply(.reset(streams: [stream], forgets: false), to: "window")
        var now = new.fingerprint
        now.key = ["number"]
        let same = new.under(now)
        #expect(same.fingerprint == now && !same.list.isAnew)
        now.topic = "retail.other"
        let other = new.under(now, since: Self.ago(60))
        #expect(other.list.isAnew && other.list.since == Self.ago(60))
    }

    @Test(arguments: [
        ("list, cursor", Fingerprint.Way.list), ("full, page", .full), ("token cursor in after", .token),
        ("token", .token), ("window", .window), ("window, of the object orders", .window),
        ("for each of tickets (token cursor in after): list, cursor, replaces children", .token),
        ("for each of orders (window): list, cursor", .window), ("stream, of events", nil),
    ])
    func `how a stream is read stands in its fingerprint`(progress: String, way: Fingerprint.Way?) {
        #expect(Fingerprint(key: [], version: nil, progress: progress, topic: "t").way == way)
    }
}
