/// The definitions by which sluice reads a `TimedAPI`.
enum TimedDefinition {
    static let head = """
        extractor: timed
        description: Rows with modification times, in memory.
        base_url: http://127.0.0.1:1
        errors:
          message: error.message
          code: error.code
          rules:
            - {status: [403, 404], action: unavailable}
            - {status: 5xx, action: retry}
        streams:

        """

    /// A stream by windows, ordered; what else belongs to its definition follows.
    static func window(
        name: String = "rows",
        step: String? = nil,
        overlap: String = "10m",
        more: [String] = []
    ) -> String {
        """
          \(name):
            get: /rows
            query: {from: "{{ window.from }}", to: "{{ window.to }}"}
            records: data
            key: id
            version: {field: updated, format: epoch}
            progress:
              window:
                format: epoch
                hold_back: 60s
                overlap: \(overlap)
                earliest: "2024-12-31T00:00:00Z"
                \(step.map { "step: \($0)" } ?? "# whole")
                order: ascending
                more: has_more
                ties: {query: {at: "{{ tie.at }}", after: "{{ tie.after }}"}}

        """ + extra(more)
    }

    /// A stream by windows in pages, of which twelve rows can be had.
    static func pages(name: String = "rows", more: [String] = []) -> String {
        """
          \(name):
            get: /pages
            query: {from: "{{ window.from }}", to: "{{ window.to }}"}
            records: data
            key: id
            version: {field: updated, format: epoch}
            paging: {last_record: {param: after, more: has_more}}
            progress:
              window:
                format: epoch
                hold_back: 60s
                overlap: 10m
                earliest: "2024-12-31T00:00:00Z"
                cap: 12
                ties: {query: {at: "{{ tie.at }}", after: "{{ tie.after }}"}}

        """ + extra(more)
    }

    static func token(name: String = "rows", reread: String? = nil, more: [String] = []) -> String {
        """
          \(name):
            get: /export
            records: data
            key: id
            version: {field: updated, format: epoch}
            progress:
              token:
                field: after_cursor
                param: cursor
                end: {field: end_of_stream, is: true}
                start: {param: start_time, format: epoch, earliest: "2024-12-31T00:00:00Z", lag: 31s}
                caught_up: {status: 422, message: "too recent"}
                back: 10m
                \(reread.map { "reread: \($0)" } ?? "# no second reading")
            lost: {status: 400, code: lost}

        """ + extra(more)
    }

    static func full(name: String = "rows", hasVersion: Bool, more: [String] = []) -> String {
        """
          \(name):
            get: /list
            records: data
            key: id
            \(hasVersion ? "version: {field: updated, format: epoch}" : "# its content is its version")
            paging: {last_record: {param: after, more: has_more}}
            progress: full

        """ + extra(more)
    }

    static func children(of parent: String, more: [String] = []) -> String {
        """
          children:
            for_each: \(parent)
            get: /rows/{{ parent.id }}/children
            records: data
            key: id
            paging: {last_record: {param: after, more: has_more}}
            replaces: children

        """ + extra(more)
    }

    static let deletedWhen = #"deleted_when: "{{ record.deleted }}""#
    static let deletes =
        "deletes: {get: /deleted, records: data, key: id, at: {field: at, format: epoch}, "
        + "paging: {last_record: {param: after, more: has_more}}, every: 10m}"
    static let reconcile =
        "reconcile: {get: /list, records: data, key: id, "
        + "paging: {last_record: {param: after, more: has_more}}, every: 20m}"
    static let merged = #"merged: {field: merged, separator: ";"}"#
    static let resweep = "resweep: {every: 1h, back: 3h}"

    private static func extra(_ lines: [String]) -> String {
        lines.map { "    \($0)\n" }.joined()
    }
}
