package import Expressions
package import JSON

/// The body of a request, as JSON with templates in it.
package indirect enum BodyTemplate: Hashable, Sendable {
    /// A name and its value.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: BodyTemplate

        /// A member of an object.
        package init(name: String, value: BodyTemplate) {
            self.name = name
            self.value = value
        }
    }

    case literal(JSONValue)
    /// One that is an expression alone keeps its value's type, else it is a text.
    case template(Template)
    case array([BodyTemplate])
    case object([Member])

    /// Every value that is read, in the order of the body.
    package var references: [Template.Reference] {
        switch self {
        case .literal: []
        case .template(let template): template.references
        case .array(let items): items.flatMap(\.references)
        case .object(let members): members.flatMap(\.value.references)
        }
    }

    /// The same with the value of a variable that no scope needs to have any more.
    func binding(_ variable: String, to value: JSONValue) -> BodyTemplate {
        switch self {
        case .literal: self
        case .template(let template): .template(template.binding(variable, to: value))
        case .array(let items): .array(items.map { $0.binding(variable, to: value) })
        case .object(let members):
            .object(
                members.map { Member(name: $0.name, value: $0.value.binding(variable, to: value)) }
            )
        }
    }

    /// The body for these variables.
    func evaluate(_ scope: [String: JSONValue]) throws(ExpressionError) -> JSONValue {
        switch self {
        case .literal(let value): return value
        case .template(let template): return try template.evaluate(scope)
        case .array(let items):
            var values: [JSONValue] = []
            for item in items { values.append(try item.evaluate(scope)) }
            return .array(values)
        case .object(let members):
            var values: [JSONValue.Member] = []
            for member in members {
                values.append(JSONValue.Member(name: member.name, value: try member.value.evaluate(scope)))
            }
            return .object(values)
        }
    }
}
