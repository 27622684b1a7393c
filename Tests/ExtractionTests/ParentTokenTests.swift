import Core
import JSON
import Testing

@testable import Extraction

@Suite struct ParentTokenTests {
    private static func trail(_ records: [String]) throws -> ParentToken.Trail {
        let text = Array("[\(records.joined(separator: ","))]".utf8)
        var place = 1
        let slices = records.map { record in
            defer { place += record.utf8.count + 1 }
            return ByteSlice(offset: place, count: record.utf8.count)
        }
        let page = ScannedPage(bytes: text, records: slices, fields: [], pageFields: [], fieldsPerRecord: 0)
        var trail = ParentToken.Trail()
        for record in slices.indices { trail.pass(record, of: page) }
        return trail
    }

    @Test("a bookmark has all of it", arguments: [nil, "p", 7] as [JSONValue?], [nil, "é\""] as [String?])
    func keeps(page: JSONValue?, parent: String?) throws {
        let done = try parent.map {
            ParentToken.Done(parent: Array($0.utf8), trail: try Self.trail([#"{"id":1}"#]))
        }
        let token = ParentToken(page: page, done: done)
        let json = token.json
        #expect((json == nil) == (page == nil && parent == nil))
        guard let json else { return }
        #expect(ParentToken(json) == token)
        #expect(ParentToken(try JSONValue.parse(Array(json.compactText.utf8))) == token)
    }

    @Test("I2: a place of a key alone, and one whose trail is none, leads to the page's beginning")
    func olderPlace() throws {
        for text in [
            #"{"page":"p","after":"b"}"#, #"{"page":"p","after":"b","trail":"b"}"#,
            #"{"page":"p","after":null}"#,
        ] {
            let token = ParentToken(try JSONValue.parse(Array(text.utf8)))
            #expect(token == ParentToken(page: "p"))
        }
        #expect(ParentToken("p") == nil)
        #expect(ParentToken(["page": "p"]) == nil)
    }

    @Test("records are told apart by their order, their number and where one ends")
    func trails() throws {
        let all = [[], ["1"], ["2"], ["1", "2"], ["2", "1"], ["12"], ["1", "2", "2"], ["1", "22"]]
        let trails = Set(try all.map { try Self.trail($0) })
        #expect(trails.count == all.count)
        #expect(try Self.trail(["1", "2"]) == Self.trail(["1", "2"]))
    }
}
