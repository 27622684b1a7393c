import Core
import Expressions
import JSON
import Testing

@testable import Extraction

@Suite struct DeletionRuleTests {
    static let values = [
        "null", "true", "false", "0", "-0", "0.0", "0e5", "1", "-1", "0.01", "1e3", "\"\"", "\"x\"",
        "\"deleted\"",
        "\"dele\\u0074ed\"", "\"Deleted\"", "\"deleted \"", "[]", "[0]", "{}", "{\"a\":0}", "\"null\"",
        "\"true\"",
    ]
    static let conditions = [
        "{{ record.s }}", "{{ record['s'] }}", "{{ record.s == 'deleted' }}", "{{ 'deleted' == record.s }}",
        "{{ record.s == true }}", "{{ record.s == false }}", "{{ record.s == none }}",
    ]

    /// What is compared in the scanned bytes is what the evaluation of the condition would say.
    @Test(arguments: conditions, values)
    func testOfAFieldIsWhatItsEvaluationIs(condition: String, value: String) async throws {
        let rule = DeletionRule(try Template(parsing: condition))
        #expect(rule.field == ["s"])
        let record = try JSONValue.parse(Array("{\"s\":\(value)}".utf8))
        let evaluated = try rule.template.holds(["record": record])
        #expect(rule.holds(Array(value.utf8)[...]) == evaluated)
    }

    @Test(arguments: conditions)
    func recordWithoutTheFieldIsNotDeleted(condition: String) throws {
        let rule = DeletionRule(try Template(parsing: condition))
        #expect(!rule.holds([]))
    }

    @Test(arguments: [
        "{{ record.s == 1 }}", "{{ not record.s }}", "{{ record.s in ['a'] }}", "{{ record }}",
        "x{{ record.s }}",
    ])
    func otherConditionsAreEvaluated(condition: String) throws {
        let rule = DeletionRule(try Template(parsing: condition))
        #expect(rule.field == nil)
    }

    @Test(arguments: [
        ("{{ record.n.s == 'deleted' }}", [false, true, false]),
        ("{{ record.n.s | default('') in ['deleted', 'gone'] }}", [false, true, true]),
        ("{{ record.n.s == 'never' }}", []),
    ])
    func pageSaysWhichRecordsAreDeleted(condition: String, expected: [Bool]) async throws {
        let yaml = Bench.definition(paging: "single_page", stream: "deleted_when: \"\(condition)\"")
        let body =
            "{\"data\":[{\"id\":1,\"n\":{}},{\"id\":2,\"n\":{\"s\":\"deleted\"}},{\"id\":3,\"n\":{\"s\":\"gone\"}}]}"
        let page = try #require(try await Bench(yaml, script: [.page(body)]).reader().next())
        #expect(page.isDeleted == expected)
    }

    @Test func conditionThatCannotBeDecidedIsAnError() async throws {
        let yaml = Bench.definition(
            paging: "single_page",
            stream: "deleted_when: \"{{ record.s == 'a' or record.t == 'b' }}\""
        )
        let bench = try Bench(yaml, script: [.page("{\"data\":[{\"id\":1}]}")])
        let error = await bench.failure() as? ExtractionError
        #expect(error?.code == .badPage)
        #expect(error?.message.contains("record 1: deleted_when cannot be decided") == true)
    }
}
