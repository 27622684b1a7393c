/// Parents, by a token or a list, whose children are replaced as a set.
enum ParentsDefinition {
    static let token = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id}
        streams:
        \(children)
          parents:
            get: /parents
            progress:
              token:
                field: next
                param: cursor
                end: {field: end, is: true}
                start: {param: from, format: epoch, earliest: "2024-12-31T00:00:00Z"}
        """
    static let list = """
        extractor: fake
        base_url: http://127.0.0.1:1
        defaults: {records: data, key: id}
        streams:
        \(children)
          parents: {get: /parents, paging: {cursor: {field: next, param: cursor, more: more}}}
        """
    /// The same list, read in every run.
    static let full = list.replacing("more: more}}}", with: "more: more}}, progress: full}")

    private static let children = """
          children: {for_each: parents, get: "/lists/{{ parent.id }}", replaces: children, paging: single_page}
        """
}
