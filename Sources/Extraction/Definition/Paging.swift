import JSON

/// How one page of a list leads to the next one.
package enum Paging: Hashable, Sendable {
    /// The list is one page.
    case singlePage
    /// The next page starts after the last record: its `field` goes into the parameter `parameter`.
    ///
    /// `more` is a boolean of the page that says whether there is a next one; without it the list ends with an
    /// empty page (a short one proves nothing: I2).
    case lastRecord(parameter: String, field: [String], more: [String]?)
    /// The page holds the next page's address; absent, null or empty at the end.
    case nextLink(field: [String])
    /// The `Link` header holds the next page's address, under this relation.
    case linkHeader(relation: String)
    /// The page holds a token for the parameter `parameter`; absent, null or empty at the end.
    ///
    /// `more` is a boolean of the page that says whether there is a next one, where the API has it.
    case cursor(field: [String], parameter: String, more: [String]?)
    /// The next page begins behind so many records.
    ///
    /// Of a list that changes while it is read, records move between its pages: an order by age keeps them in place.
    case offset(parameter: String, end: CountedEnd)
    /// The next page has the next number; the first one has `first` and is asked for without it.
    case number(parameter: String, first: Int, end: CountedEnd)

    /// What says that a counted page is the last one.
    package enum CountedEnd: Hashable, Sendable {
        /// An empty page; a short one proves nothing (I2).
        case emptyPage
        /// A boolean of the page that is then false.
        case more([String])
        /// A number of the page: of all records, or of all pages where these are numbered.
        case total([String])

        /// The field of the page that it reads.
        var pageFields: [[String]] {
            switch self {
            case .emptyPage: []
            case .more(let path), .total(let path): [path]
            }
        }
    }

    /// Whether a list can go on behind any record, so that a page can be taken in part.
    package var splitsPages: Bool {
        if case .lastRecord = self { true } else { false }
    }

    /// The fields of the page, outside its records, that paging needs.
    var pageFields: [[String]] {
        switch self {
        case .singlePage, .linkHeader: []
        case .lastRecord(_, _, let more): more.map { [$0] } ?? []
        case .nextLink(let field): [field]
        case .cursor(let field, _, let more): [field] + (more.map { [$0] } ?? [])
        case .offset(_, let end), .number(_, _, let end): end.pageFields
        }
    }

    /// What a page token means, in words that change when a kept token would mean something else: part of a
    /// stream's fingerprint.
    var fingerprint: String {
        switch self {
        case .singlePage: "single_page"
        case .lastRecord(let parameter, let field, _): "last_record \(FieldPath.text(field)) in \(parameter)"
        case .nextLink(let field): "next_link \(FieldPath.text(field))"
        case .linkHeader(let relation): "link_header \(relation)"
        case .cursor(let field, let parameter, _): "cursor \(FieldPath.text(field)) in \(parameter)"
        case .offset(let parameter, _): "offset in \(parameter)"
        case .number(let parameter, let first, _): "page from \(first) in \(parameter)"
        }
    }
}
