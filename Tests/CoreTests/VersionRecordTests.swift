import Core
import JSON
import ProcessSupport
import Testing

struct VersionRecordTests {
    private let account: AccountName
    private let stream: StreamName

    init() throws {
        account = try AccountName("stripe/acme")
        stream = try StreamName("customers")
    }

    private func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self)
    }

    /// The one record of a change.
    private func record(_ change: VersionChange) -> (key: [UInt8], value: [UInt8]?) {
        let records = VersionRecords([change], account: account)
        let record = records.records[0]
        return (
            Array(records.bytes[record.key.range]),
            record.value.isAbsent ? nil : Array(records.bytes[record.value.range])
        )
    }

    private func read(_ key: [UInt8], _ value: [UInt8]?) throws -> VersionChange? {
        var reader = VersionRecordReader(account: account)
        return try reader.change(key: key, value: value)
    }

    private static let version = RememberedVersion(
        content: ContentHash(high: 0x0001_0203_0405_0607, low: 0x0809_0a0b_0c0d_0e0f),
        count: 1,
        seen: Instant(milliseconds: 1_767_322_800_123),
        read: 1
    )
    private static let fullVersion = RememberedVersion(
        version: Array("2026-01-02T03:00:00Z".utf8),
        content: ContentHash(high: 0xffee_ddcc_bbaa_9988, low: 0x7766_5544_3322_1100),
        count: 12,
        isDeleted: true,
        seen: Instant(milliseconds: 1_767_322_800_123),
        read: 3,
        parent: Array(#"in_"1" é"#.utf8)
    )

    // MARK: Golden files: what was written once is read for ever, and written the same by the same format.

    @Test(arguments: [("version-1.json", version), ("version-1-full.json", fullVersion)])
    func `a version survives its file`(file: String, version: RememberedVersion) throws {
        let bytes = try Golden.bytes(file)
        let change = VersionChange(stream, .version(key: Array("cus_1".utf8), version))
        let record = record(change)
        #expect(text(record.key) == #"["version","stripe/acme","customers","cus_1"]"#)
        #expect(text(record.value ?? []) == text(bytes))
        #expect(try read(record.key, bytes) == change)
    }

    @Test func `an entry survives its file`() throws {
        let bytes = try Golden.bytes("entry-1.json")
        let time = Instant(milliseconds: 1_767_322_800_123)
        let change = VersionChange(stream, .entry(id: Array("evt_1".utf8), time: time))
        let record = record(change)
        #expect(text(record.key) == #"["entry","stripe/acme","customers","evt_1"]"#)
        #expect(text(record.value ?? []) == text(bytes))
        #expect(try read(record.key, bytes) == change)
    }

    @Test(arguments: [
        "cus_1", "", "a\"b\\c\n\u{1}", "käse 🧀", #"["a",1]"#, "\u{7f}", String(repeating: "k", count: 70_000),
    ])
    func `any key goes there and back`(name: String) throws {
        for change: VersionChange.Change in [
            .version(key: Array(name.utf8), Self.fullVersion), .version(key: Array(name.utf8), nil),
            .entry(id: Array(name.utf8), time: Instant(milliseconds: 0)),
            .entry(id: Array(name.utf8), time: nil),
        ] {
            let change = VersionChange(stream, change)
            let record = record(change)
            #expect(try read(record.key, record.value) == change)
            #expect(throws: Never.self) { try JSONValue.parse(record.key) }
        }
    }

    @Test func `other ways to write the same are read the same`() throws {
        let key = Array(#"[ "version" , "stripe/acme", "customers", "\u0063us_1" ]"#.utf8)
        let value = Array(
            """
            {"read": 1, "seen": 1767322800123, "count": 1, "deleted": false,
             "content": "000102030405060708090a0b0c0d0e0f", "format": 1}
            """.utf8
        )
        let found = try read(key, value)
        #expect(found == VersionChange(stream, .version(key: Array("cus_1".utf8), Self.version)))
    }

    @Test(arguments: [
        #"["version","stripe/other","customers","cus_1"]"#,
        #"["version","stripe/acme2","customers","cus_1"]"#,
        #"["novel","stripe/acme","x","y","z"]"#,
    ])
    func `other accounts' records and kinds of later versions are passed over`(key: String) throws {
        #expect(try read(Array(key.utf8), Array("{}".utf8)) == nil)
    }

    // MARK: Refusals (I2)

    private static let hex = "000102030405060708090a0b0c0d0e0f"

    @Test(arguments: [
        (#"{"format":2,"anything":true}"#, "state.newer_format", "upgrade sluice"),
        (#"{"format":0}"#, "state.unreadable", "format 0"),
        (#"{"format":1}"#, "state.unreadable", "no \"content\""),
        ("", "state.unreadable", "stripe/acme customers cus_1"),
        ("[]", "state.unreadable", "no JSON object"),
        (#"{"format":1,"content":"0","count":1,"seen":1,"read":1}"#, "state.unreadable", "32 hexadecimal"),
        (#"{"format":1,"content":"\#(hex)","count":-1,"seen":1,"read":1}"#, "state.unreadable", "\"count\""),
        (
            #"{"format":1,"content":"\#(hex)","count":01,"seen":1,"read":1}"#, "state.unreadable",
            "cannot be read"
        ),
        (
            #"{"format":1,"content":"\#(hex)","count":1,"seen":1,"read":1}}"#, "state.unreadable",
            "cannot be read"
        ),
        (
            #"{"format":1,"content":"\#(hex)","count":1,"seen":1,"read":1,"novel":1}"#, "state.unreadable",
            "\"novel\""
        ),
        (
            #"{"format":1,"content":"\#(hex)","count":1,"seen":1,"read":1,"version":7}"#, "state.unreadable",
            "\"version\""
        ),
    ])
    func `a value that cannot be trusted is refused`(value: String, code: String, message: String) throws {
        let key = Array(#"["version","stripe/acme","customers","cus_1"]"#.utf8)
        let error = try #require(throws: StateError.self) { try read(key, Array(value.utf8)) }
        #expect(error.codeText == code)
        #expect(error.message.contains(message), "\(error.message)")
    }

    @Test(arguments: [
        "", "{}", "[]", #"["version"]"#, #"["version","stripe/acme","customers"]"#,
        #"["version","stripe/acme","customers","a","b"]"#, #"["entry","stripe/acme","cust omers","a"]"#,
        #"["version","stripe/acme","customers",1]"#,
    ])
    func `a key that is none is refused`(key: String) throws {
        let error = try #require(throws: StateError.self) { try read(Array(key.utf8), nil) }
        #expect(error.code == .unreadable)
    }
}
