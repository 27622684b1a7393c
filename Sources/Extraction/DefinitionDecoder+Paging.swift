import YAML

/// How the pages of a list follow each other.
extension DefinitionDecoder {
    mutating func paging(_ node: YAMLNode, key: [[String]]?) -> Paging? {
        if case .scalar(let text, _) = node.content {
            if text == "single_page" { return .singlePage }
            let hint = Self.hint(for: text, among: Vocabulary.paging.names + ["single_page"])
            report(node, "unknown paging \(text); \(hint)")
            return nil
        }
        guard let (style, value) = only(node, of: Vocabulary.paging) else { return nil }
        switch style {
        case "last_record": return lastRecord(value, key: key)
        case "next_link":
            let fields = fields(value, Vocabulary.nextLink)
            return required("field", of: fields, in: value).flatMap { path($0) }.map { .nextLink(field: $0) }
        case "link_header":
            let fields = fields(value, Vocabulary.linkHeader)
            return .linkHeader(relation: fields["rel"].flatMap { text($0) } ?? "next")
        default:
            let fields = fields(value, Vocabulary.cursor)
            let field = required("field", of: fields, in: value).flatMap { path($0) }
            let parameter = required("param", of: fields, in: value).flatMap { text($0) }
            let more = fields["more"].flatMap { path($0) }
            guard let field, let parameter else { return nil }
            return .cursor(field: field, parameter: parameter, more: more)
        }
    }

    private mutating func lastRecord(_ node: YAMLNode, key: [[String]]?) -> Paging? {
        let fields = fields(node, Vocabulary.lastRecord)
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let more = fields["more"].flatMap { path($0) }
        var field = fields["field"].flatMap { path($0) }
        if field == nil, let key {
            if key.count == 1 {
                field = key[0]
            } else {
                report(
                    node,
                    "the key has several fields: say which one the next page starts after, field: name"
                )
            }
        }
        guard let parameter, let field else { return nil }
        return .lastRecord(parameter: parameter, field: field, more: more)
    }

    /// Fields of the page lie beside its records.
    mutating func checkPageFields(_ fields: [[String]], records: [String], at node: YAMLNode) {
        for field in fields {
            if records.isEmpty {
                report(
                    node,
                    "the page itself is the list of records: it has no field \(FieldPath.text(field))"
                )
            } else if field.starts(with: records) || records.starts(with: field) {
                report(
                    node,
                    "\(FieldPath.text(field)) lies on the path of the records: name a field of the page beside them"
                )
            }
        }
    }
}
