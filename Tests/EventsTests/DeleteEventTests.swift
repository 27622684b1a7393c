import Core
import Events
import JSON
import Testing

@Suite("Deletes among a page's records")
struct DeleteEventTests {
    private static let now = Instant(seconds: 1_764_072_000)

    private static func builder(isAccountInKey: Bool = false, version: VersionFormat? = .epochSeconds)
        -> EventBuilder
    {
        EventBuilder(
            extractor: "desk",
            account: "acme",
            stream: "tickets",
            topic: "t",
            isAccountInKey: isAccountInKey,
            version: version,
            remembers: true
        )
    }

    private static func build(
        _ records: String,
        isAccountInKey: Bool = false,
        version: VersionFormat? = .epochSeconds,
        deleted: [Bool] = [],
        merged: [(record: Int, key: String)] = []
    ) throws -> [String] {
        let plan = ScanPlan(records: [], recordFields: [["id"], ["updated"]], pageFields: [])
        let page = try PageScanner(plan: plan).scan(Array("[\(records)]".utf8))
        let events = try builder(isAccountInKey: isAccountInKey, version: version).build(
            page,
            keyFields: 0..<1,
            versionField: 1,
            now: now,
            deleted: deleted,
            merged: merged.map { ($0.record, Array($0.key.utf8)) }
        )
        return shown(events)
    }

    /// Kind and id of each event, as its key, version and time say.
    private static func shown(_ page: EventPage) -> [String] {
        page.events.map { event in
            func text(_ slice: ByteSlice) -> String {
                String(decoding: page.text[slice.range], as: UTF8.self)
            }
            let value =
                event.kind == .delete
                ? "-" : String(decoding: page.values[event.value.range], as: UTF8.self).isEmpty ? "" : "+"
            return "\(value)\(text(event.key)) \(text(event.id)) \(text(event.time))"
        }
    }

    @Test("a record that says that it is deleted deletes its key under its version")
    func deleted() throws {
        let events = try Self.build(
            #"{"id":1,"updated":1700000000},{"id":2,"updated":1700000001}"#,
            deleted: [false, true]
        )
        #expect(
            events == ["+1 1:1700000000 2023-11-14T22:13:20Z", "-2 2:1700000001 2023-11-14T22:13:21Z"]
        )
    }

    @Test("of a key that stands twice the newest counts, be it the delete")
    func repeated() throws {
        let records = #"{"id":1,"updated":9},{"id":1,"updated":7}"#
        let first = try Self.build(records, deleted: [true, false])
        #expect(first.map { $0.prefix(5) } == ["-1 1:"])
        let second = try Self.build(records, deleted: [false, true])
        #expect(second.map { $0.prefix(5) } == ["+1 1:"])
    }

    @Test("what a record swallowed is deleted under the record's version, behind the records")
    func merged() throws {
        let events = try Self.build(
            #"{"id":1,"updated":1700000000},{"id":3,"updated":1700000001}"#,
            merged: [(0, "7"), (0, "8")]
        )
        #expect(
            events.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "+1 1:1700000000", "+3 3:1700000001", "-7 7:1700000000", "-8 8:1700000000",
            ]
        )
    }

    @Test("the swallowed record in the same page counts where it is newer, and goes where it is not")
    func mergedInPage() throws {
        let older = try Self.build(#"{"id":1,"updated":9},{"id":7,"updated":8}"#, merged: [(0, "7")])
        #expect(older.map { $0.prefix(5) } == ["+1 1:", "-7 7:"])
        let newer = try Self.build(#"{"id":1,"updated":9},{"id":7,"updated":10}"#, merged: [(0, "7")])
        #expect(newer.map { $0.prefix(5) } == ["+1 1:", "+7 7:"])
    }

    @Test(
        "without a version a swallowed key has the name alone, and with the account in keys both of its forms"
    )
    func mergedForms() throws {
        let plain = try Self.build(#"{"id":1}"#, version: nil, merged: [(0, "x")])
        #expect(plain.last?.hasPrefix("-x x 2025") == true)
        let forms = try Self.build(#"{"id":1,"updated":9}"#, isAccountInKey: true, merged: [(0, "7")])
        #expect(
            forms.dropFirst().map { String($0.split(separator: " ")[0]) } == [
                #"-["desk/acme","7"]"#, #"-["desk/acme",7]"#,
            ]
        )
    }

    @Test("a key of several parts is named as its events bear it, with the account in it too")
    func composite() throws {
        let name = Array(#"["A",2]"#.utf8)
        #expect(Self.builder().keys(naming: name, parts: 2) == [name])
        let keys = Self.builder(isAccountInKey: true).keys(naming: name, parts: 2)
        #expect(keys.map { String(decoding: $0, as: UTF8.self) } == [#"["desk/acme","A",2]"#])
    }

    @Test(
        "a delete by another list has its time as its version, in the stream's form",
        arguments: [
            (VersionFormat.epochSeconds, "1700000000", "2023-11-14T22:13:20Z"),
            (.epochMilliseconds, "1700000000123", "2023-11-14T22:13:20.123Z"),
            (.rfc3339, "2023-11-14T22:13:20.123Z", "2023-11-14T22:13:20.123Z"),
        ]
    )
    func times(format: VersionFormat, version: String, time: String) {
        let deletes = [
            EventBuilder.Delete(key: Array("k".utf8), time: Instant(milliseconds: 1_700_000_000_123)),
            EventBuilder.Delete(key: Array("l".utf8), time: nil),
        ]
        let page = Self.builder(version: format).deletes(deletes, now: Self.now)
        #expect(Self.shown(page) == ["-k k:\(version) \(time)", "-l l 2025-11-25T12:00:00.000Z"])
    }

    @Test("a version that a time makes is never before what the time is not before")
    func nanoseconds() {
        let time = Instant(nanoseconds: 1_700_000_000_123_999_000)
        var text: [UInt8] = []
        VersionFormat.rfc3339.append(time, to: &text)
        #expect(VersionFormat.rfc3339.instant(text[...]) == time)
    }
}
