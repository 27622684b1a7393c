import Core
import Events
import JSON
import Testing

@Suite("Wire format")
struct SchemaFrameTests {
    private func page(_ values: [String?]) -> EventPage {
        var bytes: [UInt8] = Array("[".utf8)
        let events = values.enumerated().map { number, value in
            let start = bytes.count
            bytes += Array((value ?? "").utf8)
            return Event(
                kind: value == nil ? .delete : .upsert,
                value: value == nil ? .absent : ByteSlice(offset: start, count: bytes.count - start),
                key: ByteSlice(offset: number, count: 1),
                id: ByteSlice(offset: number, count: 1),
                time: ByteSlice(offset: 0, count: 0)
            )
        }
        return EventPage(
            stream: "s",
            topic: "t",
            source: "/e/a/s",
            upsertType: "e.s.upsert",
            deleteType: "e.s.delete",
            values: bytes,
            text: Array("abcdefgh".utf8),
            events: events
        )
    }

    @Test(
        "a value stands behind a zero byte and its schema's id",
        arguments: [
            (1, [0, 0, 0, 0, 1]), (100_000, [0, 0, 1, 0x86, 0xA0]), (Int32.max, [0, 0x7F, 0xFF, 0xFF, 0xFF]),
            (0, [0, 0, 0, 0, 0]),
        ] as [(Int32, [UInt8])]
    )
    func frames(id: Int32, head: [UInt8]) {
        let values = [#"{"id":1}"#, nil, #"{"id":2,"text":"größe"}"#, "{}", nil]
        let page = page(values).framed(by: id)
        #expect(page.events.map { $0.kind == .delete } == values.map { $0 == nil })
        #expect(page.text == Array("abcdefgh".utf8))
        for (event, value) in zip(page.events, values) {
            guard let value else { continue }
            let framed = Array(page.values[event.value.range])
            #expect(framed == head + Array(value.utf8))
            #expect(SchemaFrame.schema(of: framed) == id)
            #expect(Array(SchemaFrame.payload(of: framed[...])) == Array(value.utf8))
        }
    }

    @Test("what is no frame is read as it is", arguments: [#"{"id":1}"#, "7", "", "\0\0\0\0\u{1}"])
    func plain(value: String) {
        let bytes = Array(value.utf8)
        #expect(SchemaFrame.schema(of: bytes) == nil)
        #expect(Array(SchemaFrame.payload(of: bytes[...])) == bytes)
    }
}
