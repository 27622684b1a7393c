import Core
import Events
import JSON
import ProcessSupport
import Testing

@Suite struct SchemaRecordTests {
    private let account: AccountName
    private let stream: StreamName
    private let now: Instant

    init() throws {
        account = try AccountName("stripe/acme")
        stream = try StreamName("charges")
        now = try #require(Instant(rfc3339: "2026-11-26T12:00:00Z"))
    }

    /// Old files are read and written anew, byte by byte.
    @Test(arguments: ["schema-1.json", "schema-1-new.json"])
    func golden(name: String) throws {
        let bytes = try Golden.bytes(name)
        let record = try SchemaRecord(bytes, account: account, stream: stream)
        let state = try record.record(account: account, stream: stream)
        #expect(
            state.value.map { String(decoding: $0, as: UTF8.self) } == String(decoding: bytes, as: UTF8.self)
        )
        #expect(String(decoding: state.key, as: UTF8.self) == #"["schema","stripe/acme","charges"]"#)
        #expect(try StateKey(state.key) == .schema(account, stream))
    }

    @Test func aNewerFormatIsRefused() throws {
        let text = #"{"format":2,"schema":"","steady":null,"drift":[]}"#
        let error = try #require(throws: StateError.self) {
            try SchemaRecord(Array(text.utf8), account: account, stream: stream)
        }
        #expect(error.code == .newerFormat && error.message.contains("upgrade sluice"))
    }

    @Test func whatIsToldHasAKeyAndAnEvent() throws {
        let record = try SchemaRecord(try Golden.bytes("schema-1.json"), account: account, stream: stream)
        var notice = SchemaNotice(account: account, stream: stream, entry: record.entries[1])
        #expect(
            String(decoding: notice.key, as: UTF8.self)
                == #"["stripe/acme","charges","lines[].amount","type"]"#
        )
        #expect(notice.json.compactText == String(decoding: try Golden.bytes("notice-1.json"), as: UTF8.self))
        notice.isOver = true
        #expect(notice.record == StateRecord(key: notice.key, value: nil))
    }

    @Test func whatIsKnownIsNoNews() {
        var record = SchemaRecord(schema: "s")
        let field = SchemaDrift(path: "a", kind: .newField, found: "string")
        let gone = SchemaDrift(path: "a", kind: .gone)
        let again = SchemaDrift(path: "a", kind: .newField, found: "null")
        let added = [field, gone, field, again].map { record.add($0, at: now) }
        #expect(added == [true, true, false, false])
        let removed = record.remove(.gone, ["a", "b"])
        #expect(removed.map(\.drift) == [gone])
        #expect(record.entries.map(\.drift) == [field])
    }

    /// I7: a record never becomes too large to be kept.
    @Test func thereIsRoomForSoMuch() throws {
        var record = SchemaRecord(schema: String(repeating: "f", count: 32))
        // What JSON writes in six bytes each.
        let long = String(repeating: "\u{1}", count: 160)
        var count = 0
        while record.add(
            SchemaDrift(path: "\(long)\(count)", kind: .type, expected: "string", found: "null"),
            at: now
        ) {
            count += 1
        }
        #expect((30..<200).contains(count))
        record.set(steady: (0..<500).map { "\(long)\($0)" })
        #expect((10..<500).contains(record.steady?.count ?? 0))
        let bytes = try #require(try record.record(account: account, stream: stream).value)
        #expect(try SchemaRecord(bytes, account: account, stream: stream) == record)
    }
}
