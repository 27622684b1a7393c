import Core
import JSON
import ProcessSupport
import Testing

struct StateRecordTests {
    private let account: AccountName
    private let stream: StreamName

    init() throws {
        account = try AccountName("stripe/acme")
        stream = try StreamName("customers")
    }

    private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    // MARK: Golden files: what was written once is read for ever, and written the same by the same format.

    @Test(
        arguments: [
            "bookmark-4.json", "bookmark-4-feed.json", "bookmark-4-window.json", "bookmark-4-token.json",
            "bookmark-4-set.json", "bookmark-4-skip.json",
        ]
    )
    func `a bookmark survives its file`(file: String) throws {
        let bytes = try Golden.bytes(file)
        let record = try Bookmark(bytes, account: account, stream: stream).record(
            account: account,
            stream: stream
        )
        #expect(text(record.value) == text(bytes))
        #expect(text(record.key) == #"["bookmark","stripe/acme","customers"]"#)
    }

    @Test(
        arguments: [
            ("bookmark-1.json", false), ("bookmark-1-done.json", false), ("bookmark-2.json", false),
            ("bookmark-2-feed.json", true),
        ]
    )
    func `a bookmark of an older format is read`(file: String, hasFeed: Bool) throws {
        let bookmark = try Bookmark(Golden.bytes(file), account: account, stream: stream)
        if !file.contains("-2") { #expect(bookmark.list.read == 1) }
        #expect((bookmark.feed != nil) == hasFeed)
        #expect(bookmark.window == nil && bookmark.token == nil && bookmark.forgotten == nil)
        #expect(bookmark.passes == Bookmark.Passes() && bookmark.changed == nil)
        let again = try bookmark.record(account: account, stream: stream).value ?? []
        #expect(try Bookmark(again, account: account, stream: stream) == bookmark)
    }

    @Test(arguments: [
        "bookmark-3.json", "bookmark-3-feed.json", "bookmark-3-window.json", "bookmark-3-token.json",
    ])
    func `a bookmark of format 3 is written as it would be now`(file: String) throws {
        let bookmark = try Bookmark(Golden.bytes(file), account: account, stream: stream)
        let now = try Golden.bytes(file.replacing("-3", with: "-4"))
        #expect(text(try bookmark.record(account: account, stream: stream).value) == text(now))
    }

    @Test func `a session record survives its file`() throws {
        let bytes = try Golden.bytes("session-1.json")
        let record = try SessionRecord(bytes, account: account).record(account: account)
        #expect(text(record.value) == text(bytes))
        #expect(text(record.key) == #"["session","stripe/acme"]"#)
    }

    @Test(arguments: ["backfill-1.json", "backfill-1-token.json"])
    func `a backfill's progress survives its file`(file: String) throws {
        let bytes = try Golden.bytes(file)
        let id = "backfill-20261125T130743Z-1f3a09bc"
        let progress = try BackfillProgress(bytes, account: account, id: id, stream: stream)
        #expect((progress.token != nil) == file.contains("token"))
        let record = try progress.record(account: account, id: id, stream: stream)
        #expect(text(record.value) == text(bytes))
        #expect(text(record.key) == #"["backfill","stripe/acme","\#(id)","customers"]"#)
        #expect(try StateKey(record.key) == .backfill(account, id, stream))
        let state = [record.key: record.value ?? []]
        #expect(try BackfillProgress.removal(of: { $0 != id }, in: state).isEmpty)
        #expect(try BackfillProgress.removal(of: { $0 == id }, in: state).map(\.key) == [record.key])
    }

    @Test func `a layout record survives its file`() throws {
        let bytes = try Golden.bytes("layout-1.json")
        let record = try LayoutRecord(bytes, topic: "t").record(topic: "t")
        #expect(text(record.value) == text(bytes))
        #expect(text(record.key) == #"["layout"]"#)
    }

    @Test func `a topic's length survives its file`() throws {
        let bytes = try Golden.bytes("topic-1.json")
        let topic = "shop.stripe.acme.customers"
        let record = try KeptTopic(bytes, account: account, topic: topic).record(account: account)
        #expect(text(record.value) == text(bytes))
        #expect(text(record.key) == #"["topic","stripe/acme","shop.stripe.acme.customers"]"#)
    }

    @Test func `a credential survives its file`() throws {
        let bytes = try Golden.bytes("credential-1.json")
        let credential = try CredentialRecord(bytes, account: account)
        let record = try credential.record(account: account)
        #expect(text(record.value) == text(bytes))
        #expect(text(record.key) == #"["credential","stripe/acme"]"#)
        #expect(try StateKey(record.key) == .credential(account))
        #expect(try CredentialRecord(in: [record.key: bytes], account: account) == credential)
        #expect(try CredentialRecord(in: [:], account: account) == nil)
    }

    @Test(arguments: [
        (
            #"{"format":1,"status":"lent","seed":"","key":"","sealed":"","updated":0}"#,
            "its status is \"lent\""
        ),
        (
            #"{"format":1,"status":"kept","seed":"","key":"","sealed":"A","updated":0}"#,
            "\"sealed\" is no base64"
        ),
        (#"{"format":2}"#, "upgrade sluice"),
    ])
    func `a credential that cannot be read is refused`(value: String, message: String) throws {
        let error = try #require(throws: StateError.self) {
            try CredentialRecord(Array(value.utf8), account: account)
        }
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test func `I4 a token keeps its digits`() throws {
        let bookmark = try Bookmark(Golden.bytes("bookmark-1.json"), account: account, stream: stream)
        #expect(bookmark.list.token?["n"] == .number("12345678901234567890.10"))
        #expect(bookmark.list.records == 1500)
    }

    // MARK: Refusals (I2): state that cannot be trusted never counts as new.

    @Test(arguments: [
        (#"{"format":5,"anything":true}"#, "state.newer_format", "upgrade sluice"),
        (#"{"format":0}"#, "state.unreadable", "format 0"),
        (#"{}"#, "state.unreadable", "no \"format\""),
        (#"[]"#, "state.unreadable", "no JSON object"),
        (#""#, "state.unreadable", "cannot be read"),
        (#"{"format":1,"#, "state.unreadable", "cannot be read"),
        (#"{"format":"1"}"#, "state.unreadable", "\"format\" is not a whole number"),
        (#"{"format":1}"#, "state.unreadable", "no \""),
    ])
    func `every kind of record refuses what it cannot read`(value: String, code: String, message: String)
        throws
    {
        let bytes = Array(value.utf8)
        let decoders: [() throws -> Void] = [
            { _ = try Bookmark(bytes, account: account, stream: stream) },
            { _ = try SessionRecord(bytes, account: account) },
            { _ = try LayoutRecord(bytes, topic: "t") },
            { _ = try KeptTopic(bytes, account: account, topic: "t") },
            { _ = try CredentialRecord(bytes, account: account) },
        ]
        for decode in decoders {
            let error = try #require(throws: StateError.self) { try decode() }
            #expect(error.codeText == code)
            #expect(error.message.contains(message), "\(error.message)")
            #expect(error.exitCode == .configuration)
        }
    }

    @Test(arguments: [
        "bookmark-1.json", "session-1.json", "layout-1.json", "topic-1.json", "credential-1.json",
    ])
    func `a member that the format does not have is refused, since writing would lose it`(file: String) throws
    {
        var golden = text(try Golden.bytes(file))
        golden.removeLast()
        let bytes = Array((golden + #","novel":1}"#).utf8)
        let error = try #require(throws: StateError.self) {
            switch file {
            case "bookmark-1.json": _ = try Bookmark(bytes, account: account, stream: stream)
            case "session-1.json": _ = try SessionRecord(bytes, account: account)
            case "layout-1.json": _ = try LayoutRecord(bytes, topic: "t")
            case "credential-1.json": _ = try CredentialRecord(bytes, account: account)
            default: _ = try KeptTopic(bytes, account: account, topic: "shop.stripe.acme.customers")
            }
        }
        #expect(error.message.contains("\"novel\""))
    }

    /// Cut anywhere, or with any one byte changed, a record is either refused or still says something whole.
    @Test(arguments: ["bookmark-1.json", "bookmark-3-window.json", "bookmark-3-token.json"])
    func `a damaged bookmark never traps`(file: String) throws {
        let golden = try Golden.bytes(file)
        for cut in golden.indices {
            #expect(throws: StateError.self) {
                try Bookmark(Array(golden[..<cut]), account: account, stream: stream)
            }
        }
        for index in golden.indices {
            for byte in [UInt8(0), 0x22, 0x7b, 0x30, 0x2d, 0xff] {
                var bytes = golden
                bytes[index] = byte
                _ = try? Bookmark(bytes, account: account, stream: stream)
            }
        }
    }

    @Test(arguments: [(60_000, false), (66_000, true)])
    func `I7 a bookmark over 64 KB is refused`(length: Int, isRefused: Bool) throws {
        let bookmark = Bookmark(
            fingerprint: Fingerprint(key: ["id"], version: nil, progress: "list", topic: "t"),
            list: .init(token: .string(String(repeating: "x", count: length))),
            updated: 1
        )
        guard isRefused else {
            let record = try bookmark.record(account: account, stream: stream)
            #expect(try Bookmark(record.value ?? [], account: account, stream: stream) == bookmark)
            return
        }
        let error = try #require(throws: StateError.self) {
            try bookmark.record(account: account, stream: stream)
        }
        #expect(error.codeText == "state.too_large")
    }

    // MARK: Fingerprints

    @Test(
        arguments: [
            (["id"], "updated", "list", "t", nil),
            (["a", "b"], "updated", "list", "t", "the key was [id], is [a, b]"),
            (["id"], nil, "list", "t", "the version was updated, is the content"),
            (["id"], "updated", "feed", "t", "the progress was \"list\", is \"feed\""),
            (["id"], "updated", "list", "u", "the topic was t, is u"),
            (["x"], "updated", "list", "u", "the key was [id], is [x]; the topic was t, is u"),
        ] as [([String], String?, String, String, String?)]
    )
    func `a changed definition is refused by what changed`(
        key: [String],
        version: String?,
        progress: String,
        topic: String,
        difference: String?
    ) throws {
        let recorded = Fingerprint(key: ["id"], version: "updated", progress: "list", topic: "t")
        let current = Fingerprint(key: key, version: version, progress: progress, topic: topic)
        #expect(current.difference(from: recorded) == difference)
        let bookmark = Bookmark(fingerprint: recorded, list: .init(), updated: 0)
        guard let difference else {
            try bookmark.check(against: current, account: account, stream: stream)
            return
        }
        let error = try #require(throws: StateError.self) {
            try bookmark.check(against: current, account: account, stream: stream)
        }
        #expect(error.codeText == "state.other_definition")
        #expect(error.message.contains(difference))
        #expect(error.message.contains("--stream customers --resync"))
    }

    // MARK: Keys

    @Test func `keys read back`() throws {
        let keys: [StateKey] = [
            .bookmark(account, stream), .session(account), .topic(account, "a.b"), .layout,
            .schedule(account, "every hour"), .schema(account, stream),
        ]
        for key in keys { #expect(try StateKey(key.bytes) == key) }
        #expect(try StateKey(Array(#"["tick","stripe/acme","x"]"#.utf8)) == nil)
        #expect(try StateKey.accountText(of: Array(#"["tick","stripe/acme","x"]"#.utf8)) == "stripe/acme")
        #expect(try StateKey.accountText(of: StateKey.layout.bytes) == nil)
    }

    @Test(arguments: [
        "", "x", "[]", "[1]", #"["session"]"#, #"["session","nobody"]"#, #"["bookmark","stripe/acme"]"#,
        #"["schedule","stripe/acme"]"#, #"["schedule","stripe/acme",""]"#, #"["schedule","nobody","s"]"#,
        #"["schedule","stripe/acme","a\u0000b"]"#, #"["schema","stripe/acme"]"#,
        #"["schema","stripe/acme","a b"]"#,
    ])
    func `a key that is none is refused`(text: String) {
        #expect(throws: StateError.self) { try StateKey(Array(text.utf8)) }
    }

    // MARK: Layout and lengths

    @Test func `another partition count or prefix is refused`() throws {
        let layout = LayoutRecord(partitions: 32, prefix: "shop", id: "1")
        let shop = try TopicPrefix("shop")
        try layout.check(topic: "t", partitions: 32, prefix: shop)
        let counted = try #require(throws: StateError.self) {
            try layout.check(topic: "t", partitions: 48, prefix: shop)
        }
        #expect(counted.codeText == "state.other_layout")
        #expect(throws: StateError.self) {
            try layout.check(topic: "t", partitions: 32, prefix: TopicPrefix("test"))
        }
    }

    @Test(
        arguments: [
            ([5, 0], [5, 0], nil),
            ([5, 0], [9, 9, 9], nil),
            ([5, 0], [4, 0], "ends at 4 in partition 0"),
            ([5, 0], [5], "has 1 partitions"),
            ([5, 0], nil, "is gone"),
            ([0, 0], nil, nil),
        ] as [([Int64], [Int64]?, String?)]
    )
    func `I2 a topic that became shorter is refused`(kept: [Int64], found: [Int64]?, message: String?) throws
    {
        let topic = KeptTopic(topic: "t", ends: kept)
        guard let message else { return try topic.check(found: found) }
        let error = try #require(throws: StateError.self) { try topic.check(found: found) }
        #expect(error.codeText == "state.topic_shrank")
        #expect(error.message.contains(message))
    }
}
