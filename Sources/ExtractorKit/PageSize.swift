import Expressions
import Extraction
import JSON

/// The parameters by which APIs are told how large a page is.
enum PageSize {
    private static let names: Set<String> = [
        "limit", "per_page", "page_size", "pagesize", "page[size]", "size", "count", "max_results",
        "maxresults", "$top", "top", "first", "take", "sysparm_limit", "results_per_page", "pagelimit",
    ]

    /// Whether a parameter of this name says it.
    static func isSaid(by name: String) -> Bool { names.contains(name.lowercased()) }
}

extension ExtractorDefinition {
    /// The definition with so many records a page, wherever its requests say how many.
    func with(pageSize: Int?) throws(ExpressionError) -> ExtractorDefinition {
        guard let pageSize else { return self }
        var definition = self
        for index in feeds.indices {
            definition.feeds[index].query = try RequestTemplate.sized(feeds[index].query, pageSize)
        }
        for index in streams.indices {
            definition.streams[index] = try streams[index].with(pageSize: pageSize)
        }
        return definition
    }
}

extension StreamDefinition {
    fileprivate func with(pageSize: Int) throws(ExpressionError) -> StreamDefinition {
        var stream = self
        stream.request = try request.with(pageSize: pageSize)
        if let deletes { stream.deletes?.request = try deletes.request.with(pageSize: pageSize) }
        if let reconcile { stream.reconcile?.request = try reconcile.request.with(pageSize: pageSize) }
        if case .window(var window) = progress, let ties = window.ties {
            window.ties = try ties.with(pageSize: pageSize)
            stream.progress = .window(window)
        }
        if let parent {
            stream.parent = Parent(
                try parent.definition.with(pageSize: pageSize),
                replaces: parent.replaces
            )
        }
        return stream
    }
}

extension RequestTemplate {
    fileprivate func with(pageSize: Int) throws(ExpressionError) -> RequestTemplate {
        var request = self
        request.query = try Self.sized(query, pageSize)
        if case .object(var members) = body {
            for index in members.indices where PageSize.isSaid(by: members[index].name) {
                members[index].value = .literal(.number(pageSize))
            }
            request.body = .object(members)
        }
        return request
    }

    fileprivate static func sized(
        _ query: [(name: String, value: Template)],
        _ pageSize: Int
    ) throws(ExpressionError) -> [(name: String, value: Template)] {
        let size = try Template(parsing: "\(pageSize)")
        return query.map { PageSize.isSaid(by: $0.name) ? ($0.name, size) : $0 }
    }
}
