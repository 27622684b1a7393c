import Testing
import YAML

struct YAMLDocumentTests {
    /// A tree in one line: mappings in braces, sequences in brackets, plain scalars bare, others in quotes.
    static func shown(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let text, isPlain: true): text
        case .scalar(let text, isPlain: false): "\"\(text)\""
        case .sequence(let items): "[" + items.map(shown).joined(separator: ", ") + "]"
        case .mapping(let members):
            "{" + members.map { "\($0.key): \(shown($0.value))" }.joined(separator: ", ") + "}"
        }
    }

    static let documents: [(text: String, tree: String)] = [
        ("", "{}"),
        ("# only a comment\n", "{}"),
        ("---\n", "{}"),
        ("a: 1\nb: [x, 'y', \"z\"]\n", "{a: 1, b: [x, \"y\", \"z\"]}"),
        ("a: |\n  one\n  two\n", "{a: \"one\ntwo\n\"}"),
        ("a:\nb: ~\n", "{a: , b: ~}"),
        ("\u{FEFF}a: 1\nb: 2\n", "{a: 1, b: 2}"),
        ("a: \"x\\0y\"\n", "{a: \"x\0y\"}"),
        ("url: https://{{ a.b }}/c\n", "{url: https://{{ a.b }}/c}"),
        ("a: \"{{ x }}\"\n", "{a: \"{{ x }}\"}"),
        ("a: &x {k: v}\nb: *x\n", "{a: {k: v}, b: {k: v}}"),
        ("a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}"),
        ("&k a: 1\nb: *k\n", "{a: 1, b: a}"),
        ("base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3}\n", "{base: {x: 1, y: 2}, own: {y: 3, x: 1}}"),
        ("own: {<<: [{x: 1}, {x: 2, z: 3}]}\n", "{own: {x: 1, z: 3}}"),
        ("own: {'<<': 1}\n", "{own: {<<: 1}}"),
        ("a: !!str 1\nb: ! 2\nc: !!int 3\n", "{a: \"1\", b: \"2\", c: 3}"),
        ("a: !!map {b: !!seq [c]}\n", "{a: {b: [c]}}"),
        ("%YAML 1.1\n---\na: ü🙂\n...\n", "{a: ü🙂}"),
    ]

    @Test(arguments: documents)
    func tree(_ text: String, _ tree: String) throws {
        #expect(Self.shown(try YAMLDocument.parse(Array(text.utf8), file: "f")) == tree)
    }

    static let failures: [(text: String, error: String)] = [
        ("a: {{ x }}\n", #"f:1:4: a value that starts with {{ needs quotes: "{{ … }}""#),
        ("- {{ x }}\n", #"f:1:3: a value that starts with {{ needs quotes: "{{ … }}""#),
        ("a: {{ x }}/c\n", #"f:1:4: a value that starts with {{ needs quotes: "{{ … }}""#),
        ("{ {a: 1}: 2 }\n", "f:1:3: a key must be a text, not a list or a mapping"),
        ("? [a]\n: b\n", "f:1:3: a key must be a text, not a list or a mapping"),
        ("a: &x k\n*x : 1\n", "f:2:1: a key must be written out, not an alias"),
        ("a: 1\nb: 2\na: 3\n", "f:3:1: the key a stands here twice, first at 1:1"),
        ("own: {<<: {a: 1}, <<: {b: 2}}\n", "f:1:19: the key << stands here twice, first at 1:7"),
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; a file holds one"),
        ("&x [*x]\n", "f:1:5: there is no anchor &x before this"),
        ("a: *nobody\n", "f:1:4: there is no anchor &nobody before this"),
        ("<<: 1\n", "f:1:5: << merges a mapping or a list of mappings; quote it to use it as a key"),
        ("<<: [{a: 1}, 2]\n", "f:1:14: << merges mappings, and this is none"),
        (
            "a: !secret x\n",
            "f:1:4: the tag !secret is not known here; remove it, or quote a text that starts with !"
        ),
        (
            "a: !!binary x\n",
            "f:1:4: the tag !!binary is not known here; remove it, or quote a text that starts with !"
        ),
        (
            "a: !!seq {}\n",
            "f:1:4: the tag !!seq is not known here; remove it, or quote a text that starts with !"
        ),
        (
            "a: [1\nb: 2\n",
            "f:2:2: did not find expected ',' or ']' while parsing a flow sequence (from 1:4)"
        ),
        (
            "a: { u: https://{{ x }}/c }\n",
            "f:1:17: did not find expected ',' or '}' while parsing a flow mapping (from 1:4); "
                + "a text with {{ inside brackets or braces needs quotes"
        ),
        (
            "a: @x\n",
            "f:1:4: found character that cannot start any token while scanning for the next token (from 1:4); "
                + "put the text into quotes"
        ),
        (
            "a:\n\tb: 1\n",
            "f:2:1: found character that cannot start any token while scanning for the next token (from 2:1); "
                + "indent with spaces"
        ),
        ("a: x\u{1}\n", "f:1:5: control characters are not allowed; remove it or write it as an escape"),
    ]

    @Test(arguments: failures)
    func failure(_ text: String, _ error: String) {
        #expect(throws: YAMLError.self) { try YAMLDocument.parse(Array(text.utf8), file: "f") }
        do {
            _ = try YAMLDocument.parse(Array(text.utf8), file: "f")
        } catch let found {
            #expect(found.description == error)
        }
    }

    @Test func badUTF8() {
        let error = #expect(throws: YAMLError.self) {
            try YAMLDocument.parse(Array("a: 1\nü: ".utf8) + [0xFF, 0x0A], file: "f")
        }
        #expect(error?.line == 2)
        #expect(error?.column == 4)
        #expect(error?.problem.hasSuffix("save the file as UTF-8") == true)
    }

    @Test func places() throws {
        let node = try YAMLDocument.parse(Array("a: 1\nüb:\n  - x\n  - {k: v}\n".utf8), file: "f")
        let list = try #require(node["üb"])
        let item = try #require(list.sequence().last)
        #expect(list.line == 3 && list.column == 3)
        #expect(item.line == 4 && item.column == 5)
        #expect(try item.mapping()[0].keyColumn == 6)
        #expect(item["k"]?.column == 9)
    }

    @Test(arguments: [64, 65, 10_000])
    func depth(_ levels: Int) throws {
        let text = Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        if levels <= YAMLDocument.maximumDepth {
            _ = try YAMLDocument.parse(text, file: "f")
        } else {
            let error = #expect(throws: YAMLError.self) { try YAMLDocument.parse(text, file: "f") }
            #expect(error?.problem == "nested more than 64 levels deep")
            #expect(error?.column == 65)
        }
    }

    @Test func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try YAMLDocument.parse(Array(text.utf8), file: "f") }
        #expect(error?.problem == "more than 200000 values, aliases expanded")
    }

    @Test func tooManyBytes() {
        let error = #expect(throws: YAMLError.self) {
            try YAMLDocument.parse([UInt8](repeating: 0x23, count: (4 << 20) + 1), file: "f")
        }
        #expect(error?.problem == "the file has 4194305 bytes; at most 4194304 are read")
    }
}
