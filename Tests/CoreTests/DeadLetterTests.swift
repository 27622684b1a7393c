import Core
import JSON
import ProcessSupport
import Testing

@Suite struct DeadLetterTests {
    private static func letter(_ name: String) throws -> DeadLetter {
        try DeadLetter(try Golden.bytes(name), id: name)
    }

    /// Old files are read and written anew, byte by byte.
    @Test(arguments: ["dead-1.json", "dead-1-head.json"])
    func golden(name: String) throws {
        let letter = try Self.letter(name)
        #expect(
            String(decoding: letter.bytes, as: UTF8.self)
                == String(decoding: try Golden.bytes(name), as: UTF8.self)
        )
    }

    @Test func theRecordIsTheBytesThatCame() throws {
        let letter = try Self.letter("dead-1.json")
        #expect(
            String(decoding: letter.kept, as: UTF8.self)
                == #"{"id":"ch_1","amount":"free","n":1.50e3,"big":9007199254740993,"t":"\u00e9\ud800"}"#
        )
        #expect(letter.read == 3)
        #expect(letter.isWhole && letter.reason.code == "event.bad_entity" && letter.keyText == "ch_1")
        let head = try Self.letter("dead-1-head.json")
        #expect(!head.isWhole && head.size == 2_000_000 && head.kept == Array(#"{"id":"#.utf8))
    }

    @Test(arguments: [
        (#"{"format":2}"#, StateError.Code.newerFormat), (#"{"format":1,"id":"x"}"#, .unreadable),
        ("[]", .unreadable),
    ])
    func whatIsNoLetterIsRefused(text: String, code: StateError.Code) {
        let error = #expect(throws: StateError.self) { try DeadLetter(Array(text.utf8), id: "3f") }
        #expect(error?.code == code)
        #expect(error?.message.contains("the dead letter 3f") == true)
    }

    @Test func itsEventHasTheReasonInItsTypeAndIsTakenBackByATombstone() throws {
        let letter = try Self.letter("dead-1.json")
        let page = letter.page(to: "p.sluice.dead")
        let event = try #require(page.events.first)
        #expect(page.topic == "p.sluice.dead" && page.stream == "charges" && page.events.count == 1)
        #expect(page.source == "/stripe/acme/charges")
        #expect(page.upsertType == "sluice.dead.event.bad_entity")
        #expect(Array(page.text[event.key.range]) == Array(letter.id.utf8))
        #expect(String(decoding: page.text[event.time.range], as: UTF8.self) == "2026-11-26T12:00:00Z")
        #expect(Array(page.values[event.value.range]) == letter.bytes)
        let end = letter.end(in: "p.sluice.dead")
        #expect(end.events.map(\.kind) == [.delete] && end.deleteType == "sluice.dead.settled")
        let group = TransactionGroup(pages: [], state: [], letters: [letter])
        #expect(group.eventCount == 0 && group.letterPages(to: "t").map(\.topic) == ["t"])
    }

    @Test(arguments: [
        (DeadLetter.wholeBytes, true), (DeadLetter.wholeBytes + 1, false), (1, true), (3 << 20, false),
    ])
    func aLargeRecordIsNotKeptWhole(size: Int, isWhole: Bool) {
        let record = [UInt8](repeating: UInt8(ascii: "1"), count: size)
        #expect(
            DeadLetter.content(of: record)
                == (isWhole ? .whole(record) : .head(Array(record.prefix(64 << 10))))
        )
    }

    @Test func aTopicThatTakesLessGetsLess() throws {
        var letter = try Self.letter("dead-1.json")
        let record = [UInt8](repeating: UInt8(ascii: "7"), count: 200 << 10)
        letter.content = .whole(record)
        letter.size = record.count
        #expect(letter.fitting(1 << 20) == letter)
        let cut = letter.fitting(150 << 10)
        #expect(cut.content == .head(Array(record.prefix(64 << 10))) && cut.size == record.count)
        #expect(cut.sha256 == letter.sha256 && cut.bytes.count < 150 << 10)
    }
}
