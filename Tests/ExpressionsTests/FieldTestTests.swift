import JSON
import Testing

@testable import Expressions

@Suite struct FieldTestTests {
    @Test(
        arguments: [
            ("{{ record.a.b }}", .init(path: ["record", "a", "b"])),
            ("{{ record['a b'] }}", .init(path: ["record", "a b"])),
            ("{{ record.a == 'x' }}", .init(path: ["record", "a"], value: "x")),
            ("{{ 'x' == record.a }}", .init(path: ["record", "a"], value: "x")),
            ("{{ record.a == true }}", .init(path: ["record", "a"], value: .bool(true))),
            ("{{ record.a == none }}", .init(path: ["record", "a"], value: .null)),
            ("{{ record.a == 1 }}", nil), ("{{ record.a != 'x' }}", nil), ("{{ record.a[0] }}", nil),
            ("{{ record.a | default(1) }}", nil), ("{{ not record.a }}", nil), ("x {{ record.a }}", nil),
            ("text", nil), ("{{ 'x' }}", nil), ("{{ record.a }}{{ record.b }}", nil),
        ] as [(String, Template.FieldTest?)]
    )
    func conditionOfOneField(source: String, test: Template.FieldTest?) throws {
        #expect(try Template(parsing: source).fieldTest == test)
    }

    @Test func mapObjectsMakesAnObjectOfEach() throws {
        let template = try Template(parsing: "{{ keys | map_objects('id') }}")
        let value = try template.evaluate(["keys": .array(["a", .number("1")])])
        #expect(value.compactText == "[{\"id\":\"a\"},{\"id\":1}]")
        let error = #expect(throws: ExpressionError.self) { try template.evaluate(["keys": "a"]) }
        #expect(error?.message.contains("map_objects needs a list") == true)
    }
}
