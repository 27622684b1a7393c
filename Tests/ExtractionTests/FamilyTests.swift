import Core
import JSON
import Synchronization
import Testing

@testable import Extraction

/// Streams that an account's objects decide.
@Suite struct FamilyTests {
    static let yaml = HandlerBench.definition(
        """
          objects:
            one_per:
              get: /schemas
              query: {limit: 2}
              records: results
              paging: {cursor: {field: next, param: after}}
              name: name
              when: "{{ not each.archived }}"
            post: "/objects/{{ each.type.id }}/search"
            query: {kind: "{{ each.kind }}"}
            body: {from: "{{ window.from }}", to: "{{ window.to }}", names: "{{ each.names }}"}
            records: results
            key: id
            version: {field: at, format: epoch_ms}
            deleted_when: "{{ record.state == each.kind }}"
            progress:
              window: {format: epoch_ms, hold_back: 60s, overlap: 1m, earliest: "2006-01-01T00:00:00Z",
                order: ascending, total: total}
            deletes: {get: "/objects/{{ each.type.id }}/gone", paging: single_page, every: 1h}
            discover:
              fields: {get: "/fields/{{ each.type.id }}", records: results, value: name}
            hydrate: {get: /many, query: {of: "{{ each.type.id }}", ids: "{{ keys | join(',') }}"}, records: results, size: 2}
        """
    )

    /// An account whose list of objects has these, as JSON.
    private static func bench(_ pages: [String], yaml: String = yaml) throws -> HandlerBench {
        let page = Mutex(0)
        return try HandlerBench(yaml) { asked in
            guard asked.path == "/schemas" else { return .json(["results": [], "total": 0]) }
            let (text, isLast) = page.withLock { page in
                page += 1
                return (pages[page - 1], page == pages.count)
            }
            let next = isLast ? "" : #","next":"p\#(pages.count)""#
            return HTTPResponse(
                status: 200,
                headers: [],
                body: Array(#"{"results":[\#(text)]\#(next)}"#.utf8)
            )
        }
    }

    private static func object(_ name: String, id: String = "\"2-1\"", more: String = "") -> String {
        #"{"name":"\#(name)","type":{"id":\#(id),"x":1},"kind":"k","names":["a","b"],"archived":false\#(more)}"#
    }

    private static func streams(_ pages: String...) async throws -> [StreamDefinition] {
        let bench = try bench(pages)
        return try await FamilyReader(bench.stream, requester: bench.requester).read()
    }

    @Test func eachObjectHasAStreamOfItsOwnByName() async throws {
        let streams = try await Self.streams(
            Self.object("car", id: "\"2-7\""),
            Self.object("bike") + "," + Self.object("old").replacing("false", with: "true")
        )
        #expect(streams.map(\.name) == ["objects_bike", "objects_car"])
        for stream in streams {
            #expect(stream.family == "objects")
            #expect(!stream.isFamily)
            #expect(stream.objectFields.isEmpty, "nothing is left to be filled in")
        }
        #expect(streams.map(\.object).first == #"{"kind":"k","names":["a","b"],"type":{"id":"2-1"}}"#)
    }

    @Test func aStreamAsksForItsObjectAndNoOther() async throws {
        let bench = try Self.bench([Self.object("a/b", id: "\"x/ü\"")])
        let stream = try #require(
            try await FamilyReader(bench.stream, requester: bench.requester).read().first
        )
        #expect(stream.name == "objects_a_b")
        let discovered = try await Discovery(stream: stream, requester: bench.requester).read()
        let reader = try WindowReader(
            stream: stream,
            requester: bench.requester,
            from: Instant(seconds: 1),
            to: Instant(seconds: 2),
            discovered: discovered
        )
        _ = try await reader.next()
        let deletes = try #require(stream.deletes)
        _ = try await KeyListReader(deletes, noun: "deletes", of: stream, requester: bench.requester).next()
        let asked = bench.transport.asked.dropFirst()
        // In a path it is one segment, whatever is in it.
        #expect(
            asked.map(\.path) == [
                "/fields/x%2F%C3%BC", "/objects/x%2F%C3%BC/search", "/objects/x%2F%C3%BC/gone",
            ]
        )
        #expect(
            asked.dropFirst().first?["kind"] == "k" || asked.dropFirst().first?.parameters["names"] != nil
        )
        #expect(asked.dropFirst().first?.parameters["names"] == ["a", "b"])
    }

    @Test func theSameObjectTwiceIsOne() async throws {
        let streams = try await Self.streams(
            Self.object("car"),
            Self.object("bike") + "," + Self.object("car", more: #","seen":2"#)
        )
        #expect(streams.map(\.name) == ["objects_bike", "objects_car"])
    }

    @Test func anAccountMayHaveNone() async throws {
        #expect(try await Self.streams("").isEmpty)
    }

    static let refused: [(objects: [String], code: String, parts: [String])] = [
        (
            [object("my car"), object("my.car")], "extraction.bad_object",
            ["\"my car\"", "\"my.car\"", "objects_my_car"]
        ),
        // One name, and another object.
        (
            [object("car") + "," + object("car", id: "\"2-8\"")], "extraction.bad_object",
            ["objects 1", "and 2", "objects_car"]
        ),
        (
            [object(String(repeating: "x", count: 80))], "extraction.bad_object",
            ["88 bytes", "at most 80", "another field"]
        ),
        (
            [object("car").replacing("\"id\"", with: "\"no\"")], "extraction.bad_object",
            ["\"car\"", "has no type.id", "when:"]
        ),
        ([object("car", id: "null")], "extraction.bad_object", ["has no type.id"]),
        ([object("car", id: "\"..\"")], "extraction.bad_object", ["type.id stands in a path"]),
        ([object("car", id: "[1]")], "extraction.bad_object", ["type.id stands in a path"]),
        (
            [object("car").replacing("\"name\"", with: "\"title\"")], "extraction.missing_key",
            ["one_per", "name"]
        ),
    ]

    @Test(arguments: refused)
    func whatNoStreamCanBeMadeForIsNamed(objects: [String], code: String, parts: [String]) async throws {
        let bench = try Self.bench(objects)
        let error = await #expect(throws: ExtractionError.self) {
            try await FamilyReader(bench.stream, requester: bench.requester).read()
        }
        #expect(error?.codeText == code)
        #expect(error?.stream == "objects")
        for part in parts { #expect(error?.message.contains(part) == true, "\(error?.message ?? "")") }
        #expect(error?.recovery == .failStream, "the others go on")
    }

    @Test func thereIsALimit() async throws {
        let many = (0...FamilyReader.maximumStreams).map { Self.object("o\($0)") }.joined(separator: ",")
        let bench = try Self.bench([many])
        let error = await #expect(throws: ExtractionError.self) {
            try await FamilyReader(bench.stream, requester: bench.requester).read()
        }
        #expect(error?.code == .tooManyValues)
    }

    // MARK: Bookmarks

    @Test func theFingerprintCoversWhatTheObjectDecidesAndNothingElse() async throws {
        let first = try await Self.streams(Self.object("car"))[0].fingerprint(topic: "t")
        let same = try await Self.streams(Self.object("car", more: #","label":"Car""#))[0]
        #expect(first == same.fingerprint(topic: "t"))
        let other = try await Self.streams(Self.object("car", id: "\"2-9\""))[0].fingerprint(topic: "t")
        #expect(first != other)
        #expect(other.difference(from: first)?.contains("2-9") == true)
        let family = try Self.bench([]).stream.fingerprint(topic: "t")
        #expect(first.progress.hasPrefix(family.progress))
    }

    @Test func aBookmarkStaysSmallWhateverAnObjectSays() async throws {
        let long = Self.object("car").replacing("\"b\"", with: "\"\(String(repeating: "y", count: 5000))\"")
        let stream = try await Self.streams(long)[0]
        #expect(stream.object?.count == 64)
        let other = try await Self.streams(long.replacing("yy\"", with: "yz\""))[0]
        #expect(other.object != stream.object)
    }

    // MARK: Choosing

    private static func chosen(_ names: [String]) throws -> [String] {
        let definition = try ExtractorDefinition.decode(
            Array(
                (yaml + "\n  plain: {get: /plain, records: r, key: id, progress: full, paging: single_page}\n")
                    .utf8
            ),
            file: "e.yaml"
        )
        return try definition.chosen(names).flatMap(\.names)
    }

    @Test func namesChooseFamiliesAndTheirStreams() throws {
        #expect(try Self.chosen([]) == ["objects", "plain"])
        #expect(try Self.chosen(["plain", "objects"]) == ["objects", "plain"])
        #expect(try Self.chosen(["objects_car", "objects_bike"]) == ["objects_bike", "objects_car"])
        #expect(try Self.chosen(["objects_car", "objects"]) == ["objects"])
        #expect(try Self.chosen(["objects", "objects_car"]) == ["objects"])
    }

    @Test(arguments: ["object", "objects_", "objects_a b", "plain_car"])
    func anUnknownNameIsRefused(name: String) throws {
        let error = #expect(throws: ExtractionError.self) { try Self.chosen([name]) }
        #expect(error?.code == .unknownStream)
    }

    @Test func aStreamThatIsNotThereIsSaidWithTheNearest() throws {
        let family = try Self.bench([]).stream
        let near = FamilyReader.unknown(try StreamName("objects_cra"), of: family, among: ["objects_car"])
        #expect(near.message.contains("did you mean objects_car?"))
        let none = FamilyReader.unknown(try StreamName("objects_cra"), of: family, among: [])
        #expect(none.message.contains("there is nothing of it in the account"))
    }

    // MARK: Definitions

    static let wrong: [(change: (from: String, to: String), message: String)] = [
        (("      name: name\n", ""), "the field name is missing"),
        (("{{ not each.archived }}", "{{ config.api_key }}"), "one expression over each"),
        (("/objects/{{ each.type.id }}/gone", "/gone"), "nothing here says whose records these are"),
        (("{{ each.kind }}\"}", "{{ each }}\"}"), "name a field of the object"),
        (("      query: {limit: 2}", "      query: {limit: \"{{ each.x }}\"}"), "unknown variable each"),
        (
            ("    records: results\n    key: id", "    follow: {feed: x}\n    records: results\n    key: id"),
            "take follow or one_per away"
        ),
    ]

    @Test(arguments: wrong)
    func aFamilyThatMakesNoSenseIsRefused(change: (from: String, to: String), message: String) throws {
        let text = Self.yaml
        var changed = text.replacing(change.from, with: change.to)
        // `kind` and the names stand in texts of their own.
        if change.to.contains("{{ each }}") {
            changed = text.replacing(
                "query: {kind: \"{{ each.kind }}\"}",
                with: "query: {kind: \"{{ each }}\"}"
            )
        }
        try #require(changed != text)
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(changed.utf8), file: "e.yaml")
        }
        #expect(error?.report.contains(message) == true, "\(error?.report ?? "")")
    }

    static let companions: [(stream: String, message: String)] = [
        ("objects_x: {get: /x, records: r, key: id, paging: single_page}", "this could be one of them"),
        (
            "x: {for_each: objects, get: \"/x/{{ parent.id }}\", records: r, key: id, paging: single_page}",
            "objects is a family of streams"
        ),
        (
            "obj: {one_per: {get: /o, records: r, name: n}, get: \"/{{ each.a }}\", records: r, key: id, paging: single_page}\n"
                + "  obj_a: {get: /x, records: r, key: id, paging: single_page}",
            "names that begin with obj_"
        ),
        (
            "\(String(repeating: "f", count: 79)): {one_per: {get: /o, records: r, name: n}, get: \"/{{ each.a }}\", "
                + "records: r, key: id, paging: single_page}",
            "leaves no room"
        ),
    ]

    @Test(arguments: companions)
    func namesAreKeptApart(stream: String, message: String) throws {
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array((Self.yaml + "\n  \(stream)\n").utf8), file: "e.yaml")
        }
        #expect(error?.report.contains(message) == true, "\(error?.report ?? "")")
    }
}
