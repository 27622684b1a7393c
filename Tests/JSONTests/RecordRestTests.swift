import JSON
import ProcessSupport
import Testing

@Suite("The rest of a record beside some paths")
struct RecordRestTests {
    private func rest(_ record: String, beside paths: [[String]]) -> String? {
        let bytes = Array(record.utf8)
        var text: [UInt8] = []
        let isAny = RecordRest(beside: paths).append(bytes.indices, of: bytes, to: &text)
        #expect(isAny == !text.isEmpty)
        return isAny ? String(decoding: text, as: UTF8.self) : nil
    }

    @Test(
        "members that no path names, and what is left of objects that one leads through",
        arguments: [
            (#"{"a":1,"b":[{"c":"}"}],"d":"\"]"}"#, ["b"], #"{"a":1,"d":"\"]"}"#),
            (#"{"a":{"b":1,"c":2},"d":3}"#, ["a.b"], #"{"a":{"c":2},"d":3}"#),
            (#"{"a":{"b":1},"d":3}"#, ["a.b"], #"{"d":3}"#),
            (#"{"a":{"b":1}}"#, ["a.b"], nil), (#"{}"#, ["a"], nil), (#"{"a":1}"#, [], #"{"a":1}"#),
            (#"{"a":null,"b":5}"#, ["a.b"], #"{"b":5}"#),
            (#"{"a":{"b":1,"c":2}}"#, ["a.b", "a"], nil),
            (#"{"a":{"b":{"c":1,"d":2}}}"#, ["a.b.c"], #"{"a":{"b":{"d":2}}}"#),
        ] as [(String, [String], String?)]
    )
    func table(_ record: String, _ paths: [String], _ expected: String?) {
        #expect(rest(record, beside: paths.map { $0.split(separator: ".").map(String.init) }) == expected)
    }

    @Test("as members taken out of the parsed record")
    func twin() throws {
        let paths = [["a"], ["o", "id"], ["o", "o", "name"], ["é"]]
        for seed in 0..<400 {
            var generator = PageGenerator(seed: UInt64(seed))
            let page = try PageScanner(plan: ScanPlan(records: [], recordFields: [], pageFields: []))
                .scan(Array("[\(generator.object())]".utf8))
            let record = String(decoding: page.bytes[page.records[0].range], as: UTF8.self)
            // Escapes stay in the one, and are decoded in the other.
            guard !record.contains("\\") else { continue }
            let expected = Self.without(paths, try JSONValue.parse(Array(record.utf8)))
            #expect(rest(record, beside: paths) == (expected?.compactText), "seed \(seed)")
        }
    }

    private static func without(_ paths: [[String]], _ value: JSONValue) -> JSONValue? {
        guard let members = value.members else { return nil }
        let left = members.compactMap { member -> JSONValue.Member? in
            let inner = paths.filter { $0.first == member.name }.map { Array($0.dropFirst()) }
            if inner.isEmpty { return member }
            if inner.contains([]) { return nil }
            return without(inner, member.value).map { .init(name: member.name, value: $0) }
        }
        return left.isEmpty ? nil : .object(left)
    }
}
