import Core
import Expressions
import Testing

@testable import Extraction

/// Every mistake in a definition is said with its place and what to do.
@Suite struct DefinitionErrorTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var line: String
        var replacement: String
        var place: String
        var text: String
        var testDescription: String { "\(line) → \(replacement)" }
        init(_ line: String, _ replacement: String, _ place: String, _ text: String) {
            (self.line, self.replacement, self.place, self.text) = (line, replacement, place, text)
        }
    }

    static let sound = """
        extractor: shop
        settings:
          token: {secret: true, required: true}
          region: {default: eu}
        base_url: https://{{ config.region }}.example.com
        hosts: ["*.example.com"]
        auth: {bearer: "{{ config.token }}"}
        headers: {X-Client: sluice}
        limits: {default: 10/s, slow: 1/min}
        errors:
          message: error.text
          code: error.code
          rules:
            - {status: [404, 5xx], action: retry}
        defaults: {records: items, key: id}
        streams:
          orders:
            get: /orders
            query: {limit: 100}
            version: {field: updated, format: epoch}
            limit: slow
            paging: {cursor: {field: after, param: after}}
        """

    static let mistakes = [
        Mistake(
            "extractor: shop",
            "extracter: shop",
            "1:1",
            "unknown field extracter; did you mean extractor?"
        ),
        Mistake("extractor: shop", "description: x", "1:1", "the field extractor is missing"),
        Mistake("extractor: shop", "extractor: Shop", "1:12", "a-z, 0-9 and -"),
        Mistake("extractor: shop", "extractor: entity", "1:12", "take another one"),
        Mistake("  region: {default: eu}", "  region: {defalt: eu}", "4:12", "did you mean default?"),
        Mistake("  region: {default: eu}", "  Region: {default: eu}", "4:3", "a-z, 0-9 and _"),
        Mistake(
            "  region: {default: eu}",
            "  region: {default: eu, secret: true}",
            "4:21",
            "a secret has no default"
        ),
        Mistake(
            "  region: {default: eu}",
            "  region: {default: eu, required: true}",
            "4:21",
            "take required or"
        ),
        Mistake("  region: {default: eu}", "  region: {default: }", "4:", "the default is empty"),
        Mistake("  region: {default: eu}", "  region: {secret: yes}", "4:20", "write true or false"),
        Mistake("{{ config.region }}", "{{ config.regoin }}", "5:11", "did you mean config.region?"),
        Mistake("{{ config.region }}", "{{ region }}", "5:11", "unknown variable region"),
        Mistake("{{ config.region }}", "{{ config.region", "5:11", "in the template, character"),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: {bearer: abc}",
            "7:16",
            "take it from a setting"
        ),
        Mistake("auth: {bearer: ", "auth: {baerer: ", "7:8", "did you mean bearer?"),
        Mistake("auth: {bearer: \"{{ config.token }}\"}", "auth: {}", "7:7", "exactly one of these"),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: [{bearer: \"{{ config.token }}\"}]",
            "7:7",
            "write the one without the list"
        ),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: [{bearer: \"{{ config.token }}\"}, {basic: {user: \"{{ config.token }}\"}}]",
            "7:8",
            "only the last way is taken without a condition"
        ),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: [{when: always, bearer: \"{{ config.token }}\"}, {basic: {user: x}}]",
            "7:15",
            "one expression over the settings"
        ),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: [{when: \"{{ config.token }}\"}, {bearer: \"{{ config.token }}\"}]",
            "7:8",
            "beside when exactly one of these belongs here: bearer, header"
        ),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: [{when: \"{{ config.tokn }}\", bearer: \"{{ config.token }}\"}, {basic: {user: x}}]",
            "7:15",
            "did you mean config.token?"
        ),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: [{when: \"{{ config.region }}\", session: {post: /login, body: {t: \"{{ config.token }}\"}, "
                + "token: t, learns: {url: url}}}, {bearer: \"{{ config.token }}\"}]",
            "7:",
            "take learns away"
        ),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: {when: \"{{ config.token }}\", bearer: \"{{ config.token }}\"}",
            "7:7",
            "exactly one of these"
        ),
        Mistake(
            "auth: {bearer: \"{{ config.token }}\"}",
            "auth: {header: {name: X}}",
            "7:16",
            "the field value is missing"
        ),
        Mistake(
            "  token: {secret: true, required: true}",
            "  token: {required: true}",
            "7:7",
            "with secret: true"
        ),
        Mistake("headers: {X-Client: sluice}", "headers: {Authorization: x}", "8:11", "declared under auth"),
        Mistake(
            "headers: {X-Client: sluice}",
            "headers: {\"X Client\": x}",
            "8:11",
            "is no name of a header"
        ),
        Mistake("default: 10/s", "default: 10/d", "9:19", "20/s, 190/10s, 700/min or 1000/h"),
        Mistake("message: error.text", "message: error..text", "11:12", "is no path"),
        Mistake("status: [404, 5xx]", "status: [404, 7xx]", "14:22", "7xx is no status of an error"),
        Mistake("action: retry", "action: retry, gone: false", "14:", "gone is a word on answers that mean"),
        Mistake(
            "{status: [404, 5xx], action: retry}",
            "{status: 403, action: unavailable, gone: false}",
            "14:",
            "only 404 and 410 say that something is gone"
        ),
        Mistake(
            "{status: [404, 5xx], action: retry}",
            "{status: [404, 400], action: unavailable, gone: true}",
            "14:",
            "say by code or message which answer it is"
        ),
        Mistake("action: retry", "action: retry, of: parent", "14:", "of is a word on answers that mean"),
        Mistake(
            "{status: [404, 5xx], action: retry}",
            "{status: [403, 404], action: unavailable, of: parent}",
            "14:",
            "404 and 410 say that the parent is gone"
        ),
        Mistake(
            "{status: [404, 5xx], action: retry}",
            "{status: 404, action: unavailable, gone: true, of: parent}",
            "14:",
            "a parent that is gone refuses nothing"
        ),
        Mistake(
            "{status: [404, 5xx], action: retry}",
            "{status: 403, action: unavailable, of: parent}",
            "14:",
            "no stream has for_each"
        ),
        Mistake(
            "{status: [404, 5xx], action: retry}",
            "{status: 403, action: unavailable, of: child}",
            "14:",
            "unknown part child"
        ),
        Mistake("action: retry", "action: retri", "14:36", "did you mean retry?"),
        Mistake(
            "{status: [404, 5xx], action: retry}",
            "{action: retry}",
            "14:7",
            "the field status is missing"
        ),
        Mistake("records: items, ", "", "18:5", "the field records is missing: add it here"),
        Mistake("key: id}", "key: []}", "15:33", "at least one field"),
        Mistake("key: id}", "kye: id}", "15:28", "did you mean key?"),
        Mistake("  orders:", "  \"or ders\":", "17:3", "1 to 80 of A-Z"),
        Mistake("get: /orders", "get: orders", "18:10", "begins with a slash"),
        Mistake("get: /orders", "got: /orders", "18:5", "did you mean get?"),
        Mistake("limit: slow", "limit: sluw", "21:12", "unknown limit sluw; did you mean slow?"),
        Mistake(
            "{cursor: {field: after, param: after}}",
            "{cursor: {field: after}}",
            "22:22",
            "the field param is missing"
        ),
        Mistake(
            "{cursor: {field: after, param: after}}",
            "{last: {param: x}}",
            "22:14",
            "unknown field last"
        ),
        Mistake("{cursor: {field: after, param: after}}", "pages", "22:13", "unknown paging pages"),
        Mistake("field: after,", "field: items.x,", "22:13", "lies on the path of the records"),
        Mistake("extractor: shop", "extractor: [shop]", "1:12", "a text is needed here"),
        Mistake("extractor: shop", "extractor: \"shop", "", ""),
    ]

    @Test func soundDefinitionLoads() throws {
        let definition = try ExtractorDefinition.decode(Array(Self.sound.utf8), file: "extractor.yaml")
        #expect(definition.streams.map(\.name) == ["orders"])
        #expect(definition.streams[0].key == [["id"]])
        #expect(definition.errorRules.rules.count == 1)
    }

    @Test(arguments: mistakes)
    func mistakeIsNamedWithItsPlace(_ mistake: Mistake) throws {
        let yaml = Self.sound.replacing(mistake.line, with: mistake.replacement, maxReplacements: 1)
        try #require(yaml != Self.sound)
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "extractor.yaml")
        }
        let problems = try #require(error).problems
        let isSaid = problems.contains {
            $0.description.hasPrefix("extractor.yaml:\(mistake.place)") && $0.text.contains(mistake.text)
        }
        #expect(isSaid, "\(problems.map(\.description).joined(separator: "\n"))")
        #expect(error?.codeText == "extraction.bad_definition")
        #expect(error?.exitCode == .configuration)
    }

    @Test func everyMistakeIsSaidAtOnce() throws {
        var yaml = Self.sound
        for (line, replacement) in [
            ("extractor: shop", "extracter: shop"), ("10/s", "10"), ("get: /orders", "get: orders"),
            ("action: retry", "action: again"),
        ] {
            yaml = yaml.replacing(line, with: replacement)
        }
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        let problems = try #require(error).problems
        #expect(problems.map(\.line) == [1, 1, 9, 14, 18])
        #expect(error?.report.split(separator: "\n").count == 5)
        #expect(error?.message.hasSuffix("(and 4 more)") == true)
    }

    @Test func ruleNeedsThePathThatItReads() throws {
        let yaml = Self.sound.replacing("  code: error.code\n", with: "")
            .replacing("action: retry", with: "code: gone, action: retry")
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        #expect(error?.message.contains("code: error.code") == true)
    }

    @Test func pageThatIsTheListHasNoFields() throws {
        let yaml = Self.sound.replacing("records: items", with: "records: .")
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml")
        }
        #expect(error?.message.contains("the page itself is the list of records") == true)
    }

    @Test func streamsOwnFieldsOutweighDefaults() throws {
        let yaml = Self.sound.replacing(
            "defaults: {records: items, key: id}",
            with:
                "defaults: {records: items, key: id, query: {limit: 5, a: b}}"
        )
        let stream = try ExtractorDefinition.decode(Array(yaml.utf8), file: "e.yaml").streams[0]
        #expect(stream.query.map(\.name) == ["limit", "a"])
        #expect(stream.query.map(\.value.source) == ["100", "b"])
    }
}
