import Core
import Events
import JSON
import Testing

@Suite("A page's records become events")
struct EventBuilderTests {
    private static let now = Instant(seconds: 1_764_072_000)

    private func build(
        _ records: String,
        key: [[String]] = [["id"]],
        isAccountInKey: Bool = false,
        version: VersionFormat? = nil
    ) throws -> EventPage {
        let plan = ScanPlan(records: ["data"], recordFields: key + [["updated"]], pageFields: [])
        let page = try PageScanner(plan: plan).scan(Array("{\"data\":[\(records)]}".utf8))
        let builder = EventBuilder(
            extractor: "stripe",
            account: "acme",
            stream: "charges",
            topic: "retail.stripe.acme.charges",
            isAccountInKey: isAccountInKey,
            version: version
        )
        return try builder.build(page, keyFields: 0..<key.count, versionField: key.count, now: Self.now)
    }

    private func text(_ page: EventPage, _ slice: ByteSlice) -> String {
        String(decoding: page.text[slice.range], as: UTF8.self)
    }

    struct KeyCase: Sendable, CustomTestStringConvertible {
        var record: String
        var key: String
        var testDescription: String { record }
    }

    static let keyCases = [
        KeyCase(record: #"{"id":"ch_1"}"#, key: "ch_1"),
        KeyCase(record: #"{"id":"a\u00e9\n"}"#, key: "aé\n"),
        KeyCase(record: #"{"id":42}"#, key: "42"),
        KeyCase(record: #"{"id":9007199254740993.10}"#, key: "9007199254740993.10"),
        KeyCase(record: #"{"id":true}"#, key: "true"),
    ]

    @Test("I4: a key is the decoded text or the lexeme", arguments: keyCases)
    func key(_ row: KeyCase) throws {
        let page = try build(row.record)
        #expect(text(page, page.events[0].key) == row.key)
        #expect(text(page, page.events[0].id).hasPrefix(row.key + ":"))
    }

    @Test("a composite key is a compact JSON array, in one form whatever the escapes")
    func compositeKey() throws {
        let page = try build(#"{"id":"\u0041","line": 2}"#, key: [["id"], ["line"]])
        #expect(text(page, page.events[0].key) == #"["A",2]"#)
    }

    static let accountKeys = [
        KeyCase(record: #"{"id":"ch_1"}"#, key: #"["stripe/acme","ch_1"]"#),
        KeyCase(record: #"{"id":"a\u00e9\n\""}"#, key: #"["stripe/acme","aé\n\""]"#),
        KeyCase(record: #"{"id":9007199254740993.10}"#, key: #"["stripe/acme",9007199254740993.10]"#),
    ]

    @Test("where the topic does not name the account, the key does", arguments: accountKeys)
    func accountInKey(_ row: KeyCase) throws {
        let page = try build(row.record, isAccountInKey: true)
        #expect(text(page, page.events[0].key) == row.key)
        #expect(text(page, page.events[0].id).hasPrefix(row.key + ":"))
    }

    @Test("an account in the key goes before all parts of it, and leaves repeats and refusals as they are")
    func accountInCompositeKey() throws {
        let page = try build(#"{"id":"A","line":2}"#, key: [["id"], ["line"]], isAccountInKey: true)
        #expect(text(page, page.events[0].key) == #"["stripe/acme","A",2]"#)
        let repeats = try build(
            #"{"id":"A","updated":2},{"id":"A","updated":1}"#,
            isAccountInKey: true,
            version: .number
        )
        #expect(repeats.events.count == 1)
        #expect(text(repeats, repeats.events[0].id) == #"["stripe/acme","A"]:2"#)
        let error = #expect(throws: EventError.self) { try build(#"{"id":""}"#, isAccountInKey: true) }
        #expect(error?.code == .badKey)
    }

    static let refusals = [
        #"{"name":"x"}"#: "event.missing_key",
        #"{"id":null}"#: "event.missing_key",
        #"{"id":""}"#: "event.bad_key",
        #"{"id":{}}"#: "event.bad_key",
        #"{"id":[1]}"#: "event.bad_key",
    ]

    @Test(
        "I2: a record without a key fails",
        arguments: refusals.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
    )
    func refusesKey(_ row: [String]) {
        let error = #expect(throws: EventError.self) { try build(row[0]) }
        #expect(error?.codeText == row[1])
    }

    struct VersionCase: Sendable, CustomTestStringConvertible {
        var record: String
        var format: VersionFormat?
        var id: String
        var time: String
        var testDescription: String { "\(record) as \(format?.rawValue ?? "content")" }
    }

    static let versionCases = [
        VersionCase(
            record: #"{"id":"a","updated":1700000000}"#,
            format: .epochSeconds,
            id: "a:1700000000",
            time: "2023-11-14T22:13:20Z"
        ),
        VersionCase(
            record: #"{"id":"a","updated":"1700000000123"}"#,
            format: .epochMilliseconds,
            id: "a:1700000000123",
            time: "2023-11-14T22:13:20.123Z"
        ),
        VersionCase(
            record: #"{"id":"a","updated":"2026-01-02T03:04:05+01:00"}"#,
            format: .rfc3339,
            id: "a:2026-01-02T03:04:05+01:00",
            time: "2026-01-02T03:04:05+01:00"
        ),
        // Whatever stands where a time was declared: an event's time is one.
        VersionCase(
            record: #"{"id":"a","updated":"yesterday"}"#,
            format: .rfc3339,
            id: "a:yesterday",
            time: "2025-11-25T12:00:00.000Z"
        ),
        VersionCase(
            record: #"{"id":"a","updated":7}"#,
            format: .number,
            id: "a:7",
            time: "2025-11-25T12:00:00.000Z"
        ),
        VersionCase(
            record: #"{"id":"a"}"#,
            format: nil,
            // printf '{"id":"a"}' | sha256sum | cut -c1-32
            id: "a:8489a5deb454a360345c7868bca8672d",
            time: "2025-11-25T12:00:00.000Z"
        ),
    ]

    @Test("the id is <key>:<version>, and the time the version's where it is one", arguments: versionCases)
    func version(_ row: VersionCase) throws {
        let page = try build(row.record, version: row.format)
        #expect(text(page, page.events[0].id) == row.id)
        #expect(text(page, page.events[0].time) == row.time)
    }

    @Test("a record whose version is no number is refused by itself")
    func badVersion() throws {
        let page = try build(
            #"{"id":"a","updated":1},{"id":"b","updated":"yesterday"},{"id":"c","updated":2}"#,
            version: .epochSeconds
        )
        #expect(page.events.map { text(page, $0.id) } == ["a:1", "c:2"])
        #expect(page.refused.count == 1)
        let refused = try #require(page.refused.first)
        #expect(text(page, refused.key) == "b")
        #expect(
            String(decoding: page.values[refused.record.range], as: UTF8.self)
                == #"{"id":"b","updated":"yesterday"}"#
        )
        #expect(refused.reason.code == "event.bad_version")
        #expect(refused.reason.text.contains("record 2's version is yesterday"))
        #expect(refused.reason.text.contains("mend the record, or version:"))
    }

    @Test("a key that stands twice goes out once: the newest, or the last said")
    func repeatedKey() throws {
        let newest = try build(
            #"{"id":"a","updated":9},{"id":"b","updated":1},{"id":"a","updated":3}"#,
            version: .number
        )
        #expect(newest.events.map { text(newest, $0.id) } == ["a:9", "b:1"])
        let last = try build(#"{"id":"a","n":1},{"id":"b"},{"id":"a","n":2}"#)
        #expect(
            last.events.map { String(decoding: last.values[$0.value.range], as: UTF8.self) } == [
                #"{"id":"a","n":2}"#, #"{"id":"b"}"#,
            ]
        )
    }

    @Test("each key of a page goes out once, against a dictionary", arguments: 0..<20)
    func repeatedKeysAtRandom(seed: Int) throws {
        let keys = (0..<500).map { ($0 &* (seed &* 2 + 7)) % 173 }
        let page = try build(keys.enumerated().map { #"{"id":\#($1),"n":\#($0)}"# }.joined(separator: ","))
        let published = page.events.map { text(page, $0.key) }
        #expect(Set(published).count == published.count)
        #expect(Set(published) == Set(keys.map(String.init)))
        var last: [String: Int] = [:]
        for (position, key) in keys.enumerated() { last[String(key)] = position }
        for event in page.events {
            let value = String(decoding: page.values[event.value.range], as: UTF8.self)
            let key = text(page, event.key)
            #expect(value == #"{"id":\#(key),"n":\#(last[key] ?? -1)}"#)
        }
    }

    @Test("source and types name extractor, account and stream")
    func constants() throws {
        let page = try build(#"{"id":1}"#)
        #expect(page.source == "/stripe/acme/charges")
        #expect(page.upsertType == "stripe.charges.upsert")
        #expect(page.deleteType == "stripe.charges.delete")
    }
}
