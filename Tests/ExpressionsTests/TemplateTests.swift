import Expressions
import JSON
import Testing

/// The values that the tables below read.
let scope: [String: JSONValue] = [
    "config": [
        "subdomain": "acme", "limit": 50, "flag": true, "off": false, "nothing": .null, "empty": "",
        "token": "s3cret-value",
    ],
    "record": [
        "id": .number("12345678901234567890123"), "price": .number("1.10"), "status": "deleted",
        "tags": ["a", "b", 3], "name": "Ada Lovelace", "odd name": 1, "nested": ["deep": ["x": "y"]],
        "at": .number("1700000000123"), "decomposed": "e\u{301}",
    ],
]

struct TemplateTests {
    static let values: [(template: String, value: JSONValue)] = [
        ("", ""),
        ("plain { text } }}", "plain { text } }}"),
        ("https://{{ config.subdomain }}.example.com/{{config.limit}}", "https://acme.example.com/50"),
        ("{{ config.limit }}", 50),
        ("{{ config.flag }}", true),
        ("{{ config.nothing }}", .null),
        ("{{ record.tags }}", ["a", "b", 3]),
        ("x{{ record.tags }}", "x[\"a\",\"b\",3]"),
        ("{{ config.flag }}!", "true!"),
        ("{{ record.price }}", .number("1.10")),
        ("{{ record.id }}", .number("12345678901234567890123")),
        ("{{ '{{' }}{{ \"}}\" }}", "{{}}"),
        (#"{{ 'it\'s\n\t\\\u00e9' }}"#, "it's\n\t\\é"),
        // Members and indices
        ("{{ record['odd name'] }}", 1),
        ("{{ record.nested.deep.x }}", "y"),
        ("{{ record['nested']['deep'].x }}", "y"),
        ("{{ record.tags[0] }}", "a"),
        ("{{ record.tags[-1] }}", 3),
        ("{{ [1, [2, 'x'],][1][0] }}", 2),
        ("{{ [] }}", []),
        // Comparison
        ("{{ record.status == 'deleted' }}", true),
        ("{{ record.price == 1.1 }}", true),
        ("{{ record.id == 12345678901234567890124 }}", false),
        ("{{ record.id > 12345678901234567890122 }}", true),
        ("{{ 1 == '1' }}", false),
        ("{{ 1 != 2 }}", true),
        ("{{ 'B' < 'a' }}", true),
        ("{{ 2 <= 2 and 2 >= 2 and not 2 < 2 }}", true),
        ("{{ -1 < 0 }}", true),
        ("{{ [1.0, 'a'] == [1, 'a'] }}", true),
        ("{{ record.decomposed == 'é' }}", false),
        ("{{ null == none }}", true),
        // Membership
        ("{{ 'a' in record.tags }}", true),
        ("{{ 3.0 in record.tags }}", true),
        ("{{ 'z' not in record.tags }}", true),
        ("{{ 'Love' in record.name }}", true),
        ("{{ 'limit' in config }}", true),
        ("{{ '' in '' }}", true),
        // Logic
        ("{{ config.off or 'x' }}", "x"),
        ("{{ config.empty and missing }}", ""),
        ("{{ not config.empty }}", true),
        ("{{ not not 'x' }}", true),
        ("{{ 'a' if config.flag else 'b' }}", "a"),
        ("{{ 'a' if config.off else 'b' if 0 else 'c' }}", "c"),
        ("{{ 'x' if config.flag else missing }}", "x"),
        ("{{ true or false and false }}", true),
        // Arithmetic
        ("{{ 1 + 2 * 3 }}", 7),
        ("{{ (1 + 2) * 3 }}", 9),
        ("{{ 0.1 + 0.2 }}", .number("0.3")),
        ("{{ 10 / 4 }}", .number("2.5")),
        ("{{ 1 / 3 }}", .number("0.3333333333333333333333333333333333")),
        ("{{ 2 / 3 }}", .number("0.6666666666666666666666666666666667")),
        ("{{ record.at // 1000 }}", 1_700_000_000),
        ("{{ -7 // 2 }}", -4),
        ("{{ -7 % 3 }}", 2),
        ("{{ 7.5 % 2 }}", .number("1.5")),
        ("{{ record.id + 1 }}", .number("12345678901234567890124")),
        ("{{ 5 - 5 }}", 0),
        ("{{ -config.limit }}", -50),
        ("{{ 1 - -1 }}", 2),
        ("{{ 'a' + 'b' }}", "ab"),
        ("{{ [1] + [2] }}", [1, 2]),
        ("{{ 'a' ~ 1 ~ true }}", "a1true"),
        // Filters
        ("{{ missing | default('x') }}", "x"),
        ("{{ config.nope | default('x') }}", "x"),
        ("{{ config.nope.deeper[0] | default('x') }}", "x"),
        ("{{ config.nothing.deeper | default(7) }}", 7),
        ("{{ config.nothing | default('x') }}", .null),
        ("{{ config.nothing | default('x', true) }}", "x"),
        ("{{ config.empty | default('x') }}", ""),
        ("{{ config.empty | default('x', true) }}", "x"),
        ("{{ a | default(b) | default('c') }}", "c"),
        ("{{ config.nope | default(config.limit) }}", 50),
        ("{{ record.name | lower }}", "ada lovelace"),
        ("{{ 'straße' | upper }}", "STRASSE"),
        ("{{ '  x \n' | trim }}", "x"),
        ("{{ 'a b/ü&~' | urlencode }}", "a%20b%2F%C3%BC%26~"),
        ("{{ ('a' ~ ':b') | base64encode }}", "YTpi"),
        ("{{ 5 | string }}", "5"),
        ("{{ ' 42 ' | int }}", 42),
        ("{{ '-3.9' | int }}", -3),
        ("{{ true | int }}", 1),
        ("{{ 'x' | int(0) }}", 0),
        ("{{ 1.5 | int + 1 }}", 2),
        ("{{ -1.5 | int }}", -1),
        ("{{ record.tags | length }}", 3),
        ("{{ 'é🙂' | length }}", 2),
        ("{{ record.nested | length }}", 1),
        ("{{ record.tags | join(', ') }}", "a, b, 3"),
        ("{{ record.tags | join }}", "ab3"),
        ("{{ 'a-b-c' | replace('-', '') }}", "abc"),
        ("{{ 'aaa' | replace('aa', 'b') }}", "ba"),
        ("{{ 'abc' | replace('', 'x') }}", "abc"),
        ("{{ record.tags | first }}{{ record.tags | last }}", "a3"),
        ("{{ 'a' ~ 'b' | upper }}", "aB"),
        // Tests
        ("{{ config.nope is defined }}", false),
        ("{{ config.nope is not defined }}", true),
        ("{{ missing is undefined }}", true),
        ("{{ config.nothing is none }}", true),
        ("{{ config.limit is number and config.empty is string }}", true),
        ("{{ not config is mapping }}", false),
        ("{{ record.tags is sequence }}", true),
    ]

    @Test(arguments: values)
    func evaluates(_ template: String, _ value: JSONValue) throws {
        #expect(try Template(parsing: template).evaluate(scope) == value)
    }

    static let parseErrors: [(template: String, offset: Int, message: String)] = [
        ("{{ }}", 3, "there is no expression between {{ and }}"),
        ("ab{{ x", 2, "{{ is never closed; end it with }}"),
        ("{{ 'x }}", 3, "a text is never closed; end it with '"),
        ("{{ a b }}", 5, "}} is expected here, not b"),
        ("{{ a + }}", 7, "a value is expected here, not }}"),
        ("{{ (a }}", 6, ") is expected here, not }}"),
        ("{{ a. }}", 6, "a member's name is expected after the dot; write ['…'] for other names"),
        ("{{ a = 1 }}", 5, "write == to compare"),
        ("{{ 1 < 2 < 3 }}", 9, "comparisons are not chained; join two of them with and"),
        ("{{ a if b }}", 10, "an if needs an else: a if condition else b"),
        ("{{ now() }}", 6, "there are no functions; a filter follows its value: value | default('x')"),
        ("{{ a ! b }}", 5, "! means nothing here"),
        ("{{ {'a': 1} }}", 3, "{ means nothing here"),
        ("{{ 12ab }}", 3, "a number is followed by a; quote a text"),
        ("{{ 012 }}", 3, "a number does not start with 0; quote a text"),
        ("{{ 'a\\q' }}", 5, "the escape \\q is unknown; write \\\\ for \\"),
        ("{{ '\\u12' }}", 4, "\\u needs four hexadecimal digits of a character"),
        ("{{ a | replace('x') }}", 7, "replace takes 2 arguments, not 1"),
        ("{{ a | default }}", 7, "default takes 1 or 2 arguments, not 0"),
        ("{{ a | lower(1) }}", 7, "lower takes 0 arguments, not 1"),
        ("{{ a | 1 }}", 7, "a filter's name is expected after |"),
        ("{{ and }}", 3, "a value is expected here, not and"),
        ("x {%if a %}", 2, "{% is not supported; write {{ a if condition else b }}, or {{ '{%' }}"),
        ("{{- a }}", 0, "{{- (white space control) is not supported; write {{"),
        ("{{ a -}}", 5, "-}} (white space control) is not supported; write }}"),
        ("ü🙂{{ ! }}", 5, "! means nothing here"),
        (
            "{{ a is odd }}", 8,
            "after is one of these is expected: "
                + "defined, undefined, none, string, number, boolean, mapping, sequence"
        ),
        (
            "{{ a | loud }}", 7,
            "there is no filter loud; known: base64encode, default, first, int, join, last, length, lower, "
                + "map_objects, replace, string, trim, upper, urlencode"
        ),
    ]

    @Test(arguments: parseErrors)
    func refuses(_ template: String, _ offset: Int, _ message: String) {
        let error = #expect(throws: ExpressionError.self) { try Template(parsing: template) }
        #expect(error == ExpressionError(offset: offset, message: message))
    }

    static let evaluationErrors: [(template: String, offset: Int, message: String)] = [
        ("{{ nope }}", 3, "there is no variable nope; known here: config, record"),
        (
            "a{{ config.subdoman }}", 10,
            "config has no member subdoman; add | default(…) if it may be missing"
        ),
        (
            "{{ record.nested.deep.z }}", 21,
            "record.nested.deep has no member z; add | default(…) if it may be missing"
        ),
        (
            "{{ config.nothing.x }}", 17,
            "config.nothing is null and has no members; add | default(…) if it may be missing"
        ),
        ("{{ config.token.x }}", 15, "config.token is a text and has no member by a text"),
        (
            "{{ record.tags[3] }}", 14,
            "record.tags has 3 items and none at 3; add | default(…) if it may be missing"
        ),
        ("{{ record.tags[0.5] }}", 14, "a list's index is a whole number"),
        (
            "a{{ config.nothing }}", 1,
            "config.nothing is null and cannot be part of a text; write config.nothing | default('', true)"
        ),
        (
            "{{ 'a' ~ config.nothing }}", 7,
            "config.nothing is null and cannot be part of a text; write config.nothing | default('', true)"
        ),
        (
            "{{ config.token < 1 }}", 16,
            "a text and a number have no order; | int or | string makes them alike"
        ),
        ("{{ config.token + 1 }}", 16, "+ adds a text and a number in no way; ~ joins texts"),
        ("{{ config.token * 2 }}", 16, "config.token is a text, not a number; | int makes one of a text"),
        ("{{ -config.token }}", 3, "config.token is a text, not a number; | int makes one of a text"),
        (
            "{{ config.token | int }}", 18,
            "config.token is a text that is no number; int('…') takes a value for that case"
        ),
        ("{{ 1 / 0 }}", 5, "division by zero"),
        ("{{ 1 % 0 }}", 5, "division by zero"),
        ("{{ 1 in 2 }}", 5, "in looks for a number in a number (the value) in no way"),
        ("{{ config | join }}", 12, "config is a mapping; join needs a list"),
        ("{{ [] | first }}", 8, "the value is an empty list and has no first item"),
        ("{{ config.limit | length }}", 18, "config.limit is a number and has no length"),
        ("{{ missing.a or 1 }}", 3, "there is no variable missing; known here: config, record"),
    ]

    @Test(arguments: evaluationErrors)
    func fails(_ template: String, _ offset: Int, _ message: String) throws {
        let parsed = try Template(parsing: template)
        let error = #expect(throws: ExpressionError.self) { try parsed.evaluate(scope) }
        #expect(error == ExpressionError(offset: offset, message: message))
        #expect(error?.description.contains("s3cret") == false)
    }

    @Test func references() throws {
        let template = try Template(
            parsing: "{{ config.a['b'].c ~ config[key.name].x }}{{ record | length }}"
        )
        let paths = Set(template.references.map(\.path))
        #expect(paths == [["config", "a", "b", "c"], ["key", "name"], ["config"], ["record"]])
        #expect(template.variables == ["config", "key", "record"])
        #expect(try Template(parsing: "plain").variables.isEmpty)
        #expect(try Template(parsing: "plain").isLiteral)
        #expect(!template.isLiteral)
    }

    @Test func textOfALoneExpression() throws {
        #expect(try Template(parsing: "{{ config.limit }}").text(scope) == "50")
        #expect(throws: ExpressionError.self) { try Template(parsing: "{{ config.nothing }}").text(scope) }
    }

    @Test(
        arguments: [
            String(repeating: "(", count: 10_000), String(repeating: "[", count: 10_000),
            String(repeating: "-", count: 10_000), "a" + String(repeating: " ~ a", count: 10_000),
            "a" + String(repeating: ".a", count: 10_000),
            "a" + String(repeating: " if a else a", count: 10_000),
        ]
    )
    func boundsNesting(_ expression: String) {
        #expect(throws: ExpressionError.self) { try Template(parsing: "{{ \(expression) }}") }
    }

    @Test func everyCutOfATemplateIsAnErrorOrATemplate() {
        let text = "a{{ config['x'].y | default(\"z\", true) ~ 1.5 if not a in [1, -2] else b // 2 }}c"
        for count in 0...text.count {
            do {
                _ = try Template(parsing: String(text.prefix(count)))
            } catch let error {
                #expect(error.offset <= count)
            }
        }
    }
}
