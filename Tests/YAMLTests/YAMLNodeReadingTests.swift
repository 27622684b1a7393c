import Testing
import YAML

struct YAMLNodeReadingTests {
    private func value(_ text: String) throws -> YAMLNode {
        try #require(try YAMLDocument.parse(Array("v: \(text)\n".utf8), file: "f")["v"])
    }

    @Test(
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("NULL", .null), ("nULL", .text("nULL")),
            ("true", .bool(true)), ("True", .bool(true)), ("FALSE", .bool(false)), ("tRue", .text("tRue")),
            ("no", .text("no")), ("on", .text("on")), ("y", .text("y")), ("NO", .text("NO")),
            ("1", .number("1")), ("-1", .number("-1")), ("+7", .number("7")), ("007", .number("7")),
            ("1.10", .number("1.10")), (".5", .number("0.5")), ("1.", .number("1")),
            ("-.5e3", .number("-0.5e3")),
            ("1E+2", .number("1E+2")), ("12345678901234567890123", .number("12345678901234567890123")),
            ("0x1F", .number("31")), ("0o17", .number("15")), ("0x", .text("0x")), ("0x+1", .text("0x+1")),
            (".inf", .text(".inf")), (".", .text(".")), ("1e", .text("1e")),
            ("1_000", .text("1_000")), ("12:30:45", .text("12:30:45")), ("2024-01-01", .text("2024-01-01")),
            ("'1'", .text("1")), ("\"true\"", .text("true")), ("''", .text("")), ("!!str 1", .text("1")),
        ] as [(String, YAMLScalar)]
    )
    func scalar(_ text: String, _ expected: YAMLScalar) throws {
        #expect(try value(text).scalar == expected)
    }

    @Test(arguments: [("1.10", "1.10"), ("no", "no"), ("true", "true"), ("'null'", "null"), ("007", "007")])
    func string(_ text: String, _ expected: String) throws {
        #expect(try value(text).string() == expected)
    }

    @Test func readsTypedValues() throws {
        #expect(try value("true").bool())
        #expect(try value("-12").int() == -12)
        #expect(try value("").mapping().isEmpty)
        #expect(try value("~").sequence().isEmpty)
        #expect(try value("").isNull)
        #expect(try !value("''").isNull)
    }

    @Test(
        arguments: [
            ("bool", "yes", "write true or false instead of yes"),
            ("bool", "off", "write true or false instead of off"),
            ("bool", "'true'", "write true without quotes"),
            ("bool", "", "true or false is needed here, not nothing"),
            ("bool", "[]", "true or false is needed here, not a list"),
            ("int", "ten", "a whole number is needed here, not a text"),
            ("int", "'1'", "a whole number is needed here, not a quoted text"),
            ("int", "1.5", "a whole number is needed, not 1.5"),
            ("int", "99999999999999999999", "the number 99999999999999999999 is too large"),
            ("string", "{}", "a text is needed here, not a mapping"),
            ("string", "~", "a text is needed here, not nothing"),
            ("mapping", "[]", "a mapping (key: value) is needed here, not a list"),
            ("sequence", "hunter2", "a list ([a, b] or lines with - ) is needed here, not a text"),
        ]
    )
    func refuses(_ kind: String, _ text: String, _ problem: String) throws {
        let node = try value(text)
        let error = #expect(throws: YAMLError.self) {
            switch kind {
            case "bool": _ = try node.bool()
            case "int": _ = try node.int()
            case "string": _ = try node.string()
            case "mapping": _ = try node.mapping()
            default: _ = try node.sequence()
            }
        }
        #expect(error?.problem == problem)
        #expect(error?.line == 1)
    }

    @Test(
        arguments: [
            ("stream: 1", "f:1:1: unknown key stream; did you mean streams?"),
            ("account: 1\nsetings: {}", "f:2:1: unknown key setings; did you mean settings?"),
            ("zebra: 1", "f:1:1: unknown key zebra; known here: account, settings, streams"),
        ]
    )
    func unknownKey(_ text: String, _ expected: String) throws {
        let node = try YAMLDocument.parse(Array(text.utf8), file: "f")
        let error = #expect(throws: YAMLError.self) {
            try node.checkKeys(["account", "streams", "settings"])
        }
        #expect(error?.description == expected)
    }
}

struct NearestNameTests {
    @Test(
        arguments: [
            ("subdomian", "subdomain"), ("API_KEY", "api_key"), ("tokn", "token"), ("xyz", nil), ("", nil),
        ] as [(String, String?)]
    )
    func nearest(_ name: String, _ expected: String?) {
        #expect(NearestName.of(name, among: ["subdomain", "api_key", "token"]) == expected)
    }
}
