import JSON
import ProcessSupport
import Testing

@testable import Extraction

/// Bodies that come in pieces, cut into documents of whole records.
@Suite struct RecordCutterTests {
    /// The chunks of a body that comes in pieces of these sizes, the last one as often as needed.
    private static func chunks(
        _ format: BodyFormat,
        _ body: [UInt8],
        pieces: [Int],
        _ limits: RecordChunk.Limits
    ) throws -> [RecordChunk] {
        var cutter = try #require(format.cutter)
        var chunks: [RecordChunk] = []
        var rest = body[...]
        var sizes = pieces[...]
        func drain() throws {
            while let chunk = try cutter.next(limits) { chunks.append(chunk) }
        }
        while !rest.isEmpty {
            let size = max(1, sizes.first ?? 1)
            if sizes.count > 1 { sizes.removeFirst() }
            cutter.take(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
            try drain()
        }
        cutter.end()
        try drain()
        let behind = try cutter.next(limits)
        #expect(behind == nil)
        return chunks
    }

    private static func records(_ chunk: RecordChunk) throws -> [JSONValue] {
        try #require(try JSONValue.parse(chunk.document).elements)
    }

    private static func table(_ random: inout SeededGenerator) -> String {
        let alphabet = ["a", ",", "\"", "\n", "\r", "\r\n", "é", "\\", " "]
        let columns = Int.random(in: 1...3, using: &random)
        var text = Bool.random(using: &random) ? "\u{FEFF}" : ""
        text += (0..<columns).map { "c\($0)" }.joined(separator: ",")
        for _ in 0..<Int.random(in: 0...9, using: &random) {
            text += ["\n", "\r\n", "\n\n", "\r\n\r\n"].randomElement(using: &random) ?? ""
            let cells = (0..<columns).map { _ -> String in
                guard Int.random(in: 0..<3, using: &random) > 0 else {
                    return String(repeating: "x", count: Int.random(in: 0...3, using: &random))
                }
                let cell = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    alphabet.randomElement(using: &random) ?? ""
                }
                return "\"\(cell.joined().replacing("\"", with: "\"\""))\""
            }
            text += cells.joined(separator: ",")
        }
        return text + (["", "\n", "\r\n", "\r"].randomElement(using: &random) ?? "")
    }

    private static func lines(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...9, using: &random)).map { number in
            let line = ["{\"id\": \(number)}", "", " ", "{\"id\":\(number),\"n\":\"é\\n\"}", "\t", "[1.10]"]
                .randomElement(using: &random)
            return (line ?? "") + (Bool.random(using: &random) ? "\n" : "\r\n")
        }
        .joined() + (Bool.random(using: &random) ? "{\"id\":\"last\"}" : "")
    }

    /// However a body is cut into pieces, and its records into chunks: they are those of the whole body, in its order.
    @Test(arguments: [BodyFormat.jsonLines, .csv]) func piecesChangeNothing(format: BodyFormat) throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<1500 {
            let text = format == .csv ? Self.table(&random) : Self.lines(&random)
            let body = Array(text.utf8)
            let whole = try #require(try JSONValue.parse(format.document(body)).elements)
            let sizes = (0..<3).map { _ in Int.random(in: 1...9, using: &random) }
            let limits = RecordChunk.Limits(
                records: Int.random(in: 1...4, using: &random),
                bytes: Int.random(in: 1...60, using: &random)
            )
            let chunks = try Self.chunks(format, body, pieces: sizes, limits)
            #expect(try chunks.flatMap { try Self.records($0) } == whole, "\(text.debugDescription) \(sizes)")
            #expect(chunks.map(\.isLast) == chunks.indices.map { $0 == chunks.count - 1 })
            for chunk in chunks {
                #expect(try Self.records(chunk).count == chunk.count)
                #expect(chunk.count <= limits.records)
                // An end is never told by an empty chunk behind others.
                #expect(chunk.count > 0 || chunks.count == 1, "\(text.debugDescription)")
                #expect(chunk.offset <= body.count)
            }
        }
    }

    /// A place in a document of lines is one in the body.
    @Test func linesKeepTheirPlaces() throws {
        let body = Array("\n{\"id\":1}\n \n{\"id\":2}\r\n\n\n{\"id\":3}\n".utf8)
        for size in 1...4 {
            for records in 1...3 {
                let limits = RecordChunk.Limits(records: records, bytes: 100)
                for chunk in try Self.chunks(.jsonLines, body, pieces: [size], limits) {
                    for (position, byte) in chunk.document.enumerated() where byte > 0x2F && byte < 0x3A {
                        #expect(body[chunk.offset + position - 1] == byte)
                    }
                }
            }
        }
    }

    /// I7: a record that never ends is not gathered for ever.
    @Test(arguments: [
        (BodyFormat.jsonLines, "{\"id\":1}\n{\"id\":\"", 9), (.csv, "id\n1\n\"", 5), (.csv, "id\n1\nx", 5),
        (.csv, "\"", 0),
    ])
    func endlessRecordIsAnError(format: BodyFormat, start: String, offset: Int) throws {
        let body = Array(start.utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 5000)
        let limits = RecordChunk.Limits(records: 10, bytes: 100, record: 1000)
        let error = #expect(throws: BodyFormat.Problem.self) {
            try Self.chunks(format, body, pieces: [64], limits)
        }
        #expect(error?.offset == offset)
        #expect(error?.message.contains("has more than 1000 bytes") == true)
    }

    /// Blank lines without an end take no memory.
    @Test func blankLinesAreDropped() throws {
        var cutter = LineCutter()
        let limits = RecordChunk.Limits(records: 10, bytes: 100)
        for _ in 0..<100 {
            cutter.take([UInt8](repeating: UInt8(ascii: "\n"), count: 1000))
            let chunk = try cutter.next(limits)
            #expect(chunk == nil)
        }
        cutter.take(Array("1\n".utf8))
        cutter.end()
        let last = try cutter.next(limits)
        let chunk = try #require(last)
        #expect(chunk.document.count < 200)
        #expect(try Self.records(chunk) == [.number("1")])
        #expect(chunk.offset + chunk.document.count >= 100_001)
    }

    /// A long record is not looked at again for every piece of it.
    @Test(.timeLimit(.minutes(10))) func longRowsTakeNoLonger() throws {
        let cell = String(repeating: "a", count: 4 << 20)
        let body = Array("id,t\n1,\"\(cell)\"\n2,x\n".utf8)
        let chunks = try Self.chunks(.csv, body, pieces: [512], RecordChunk.Limits())
        #expect(chunks.map(\.count) == [1, 1])
    }
}
