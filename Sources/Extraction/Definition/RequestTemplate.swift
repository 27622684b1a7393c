package import Expressions
import JSON

/// How an API is asked for something: a path with its parameters, and a body where it is a POST.
package struct RequestTemplate: Sendable {
    /// Behind the extractor's base address.
    package var path: Template
    /// A value that evaluates to null leaves its parameter out.
    package var query: [(name: String, value: Template)]
    /// Sent as JSON with POST; nil for a GET.
    package var body: BodyTemplate?
    /// Of a request beside a stream's list: the named rate limit that it counts against, beside the default one.
    package var limit: String?

    /// A request.
    package init(
        path: Template,
        query: [(name: String, value: Template)] = [],
        body: BodyTemplate? = nil,
        limit: String? = nil
    ) {
        self.path = path
        self.query = query
        self.body = body
        self.limit = limit
    }

    /// The method and the path as the definition has it: `GET /tickets/{{ parent.id }}/comments`.
    package var text: String { "\(body == nil ? "GET" : "POST") \(path.source)" }

    /// The same with the value of a variable that no scope needs to have any more.
    func binding(_ variable: String, to value: JSONValue) -> RequestTemplate {
        var request = self
        // In a path a text is one segment, whatever is in it.
        request.path = path.binding(variable, to: value.percentEncoded)
        request.query = query.map { ($0.name, $0.value.binding(variable, to: value)) }
        request.body = body?.binding(variable, to: value)
        return request
    }

    /// Every value that is read.
    package var references: [Template.Reference] {
        path.references + query.flatMap(\.value.references) + (body?.references ?? [])
    }

    /// Whether a value of this path, or of one below it, is read.
    package func reads(_ path: String...) -> Bool {
        references.contains { $0.path.starts(with: path) }
    }
}

extension RequestTemplate: Hashable {
    package static func == (left: RequestTemplate, right: RequestTemplate) -> Bool {
        left.path == right.path && left.body == right.body && left.limit == right.limit
            && left.query.elementsEqual(right.query) { $0.name == $1.name && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(body)
        hasher.combine(limit)
        for parameter in query {
            hasher.combine(parameter.name)
            hasher.combine(parameter.value)
        }
    }
}
