import Expressions
import JSON
import YAML

/// Requests: `get` or `post` with its `body`, and `query`.
extension DefinitionDecoder {
    /// The request of some fields.
    mutating func request(
        _ fields: [String: YAMLNode],
        defaults: YAMLNode? = nil,
        in node: YAMLNode,
        _ variables: [String: Variable] = [:]
    ) -> RequestTemplate? {
        let query = query(defaults, fields["query"], variables)
        if let post = fields["post"] {
            if let get = fields["get"] {
                report(get, "get and post are two ways to ask: keep one of them")
            }
            let path = get(post, variables)
            let body = required("body", of: fields, in: node).flatMap { self.body($0, variables) }
            guard let path, let body else { return nil }
            return RequestTemplate(path: path, query: query, body: body)
        }
        if let body = fields["body"] { report(body, "only a request with post: has a body") }
        let path = required("get", of: fields, in: node).flatMap { get($0, variables) }
        return path.map { RequestTemplate(path: $0, query: query) }
    }

    /// The request of something beside a stream's own list, with the limit that it counts against.
    mutating func requestBeside(
        _ fields: [String: YAMLNode],
        in node: YAMLNode,
        _ variables: [String: Variable] = [:]
    ) -> RequestTemplate? {
        let limit = fields["limit"].flatMap { self.limit($0) }
        var request = request(fields, in: node, variables)
        request?.limit = limit
        return request
    }

    /// A body is a mapping or a list, whose texts may be templates.
    mutating func body(_ node: YAMLNode, _ variables: [String: Variable]) -> BodyTemplate? {
        if case .scalar = node.content, !node.isNull {
            report(node, "a body is a mapping, which is sent as JSON: write body: {name: value}")
            return nil
        }
        return node.isNull ? .object([]) : part(node, variables)
    }

    private mutating func part(_ node: YAMLNode, _ variables: [String: Variable]) -> BodyTemplate? {
        switch node.content {
        case .mapping(let members):
            var parts: [BodyTemplate.Member] = []
            for member in members {
                guard let value = part(member.value, variables) else { continue }
                parts.append(BodyTemplate.Member(name: member.key, value: value))
            }
            return .object(parts)
        case .sequence(let items):
            var parts: [BodyTemplate] = []
            for item in items {
                if let value = part(item, variables) { parts.append(value) }
            }
            return .array(parts)
        case .scalar:
            switch node.scalar {
            case .null, nil: return .literal(.null)
            case .bool(let value): return .literal(.bool(value))
            case .number(let lexeme): return .literal(.number(lexeme))
            case .text(let text):
                guard text.contains("{{") else { return .literal(.string(text)) }
                return template(node, variables: variables).map { .template($0) }
            }
        }
    }
}
