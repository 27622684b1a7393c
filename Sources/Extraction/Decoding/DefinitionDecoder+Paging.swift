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
        case "offset":
            return counted(value, Vocabulary.offset).map { .offset(parameter: $0.parameter, end: $0.end) }
        case "page":
            numberedPages.append(node)
            return counted(value, Vocabulary.page).map {
                .number(parameter: $0.parameter, first: $0.first, end: $0.end)
            }
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

    /// A page that is found by counting: `total` are the records, or the pages where these are numbered.
    private mutating func counted(
        _ node: YAMLNode,
        _ group: FieldGroup
    ) -> (parameter: String, first: Int, end: Paging.CountedEnd)? {
        let fields = fields(node, group)
        let parameter = required("param", of: fields, in: node).flatMap { text($0) }
        let more = fields["more"].map { path($0) }
        let total = fields["total"].map { path($0) }
        if let node = fields["total"], fields["more"] != nil {
            report(node, "more and total say the same: keep one of them")
        }
        var first = 1
        if let node = fields["first"] {
            if let text = text(node), ["0", "1"].contains(text) {
                first = text == "0" ? 0 : 1
            } else {
                report(node, "pages are numbered from 0 or from 1")
            }
        }
        guard let parameter else { return nil }
        if let more { return more.map { (parameter, first, .more($0)) } }
        if let total { return total.map { (parameter, first, .total($0)) } }
        return (parameter, first, .emptyPage)
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
