import Web

/// The elements that a list shows, by rank: rank 0 stands first.
struct StripeElements {
    /// The ranks left by what can be computed.
    var ranks: Range<Int>
    /// Whether an element is left by the other filters.
    var matches: (Int) -> Bool = { _ in true }
    /// The rank of the element with that id, whether it matches or not.
    var rank: (String) -> Int?
    /// Appends an element.
    var write: (Int, inout ObjectWriter) -> Void
    /// What an element is called in errors.
    var object: String
    /// The list's own path.
    var url: String
}

extension StripeElements {
    /// A list below an object: all of its parts, in their order.
    init<Part>(
        _ parts: [Part],
        id: @escaping (Part) -> String,
        write: @escaping (Part, inout ObjectWriter) -> Void,
        object: String,
        url: String
    ) {
        self.init(
            ranks: parts.indices,
            rank: { sought in parts.firstIndex { id($0) == sought } },
            write: { rank, writer in write(parts[rank], &writer) },
            object: object,
            url: url
        )
    }
}

/// The paging parameters of a list request.
struct StripePaging {
    static let parameters = ["limit", "starting_after", "ending_before", "expand"]

    private var limit = 10
    private var after: String?
    private var before: String?

    /// Reads the parameters.
    ///
    /// - Throws: if one has no meaning.
    init(_ query: WebQuery) throws(StripeError) {
        if let text = query.last("limit") {
            guard let limit = Int(text) else { throw .notAnInteger(text, "limit") }
            guard limit >= 1 else {
                throw .outOfRange("limit", "This value must be greater than or equal to 1.")
            }
            guard limit <= 100 else {
                throw .outOfRange("limit", "This value must be less than or equal to 100.")
            }
            self.limit = limit
        }
        after = query.last("starting_after")
        before = query.last("ending_before")
        if after != nil, before != nil { throw .bothCursors }
    }

    /// The page of the list; `isRepeated` gives the one that ended at the cursor once more.
    ///
    /// - Throws: if the cursor is no element's id.
    func page(of elements: StripeElements, isRepeated: Bool = false) throws(StripeError) -> [UInt8] {
        var found: [Int] = []
        var hasMore = false
        if let before {
            let rank = try rank(before, "ending_before", elements)
            (found, hasMore) = take(elements.ranks.prefix { $0 < rank }.reversed(), elements)
            found.reverse()
        } else if let after {
            let rank = try rank(after, "starting_after", elements)
            if isRepeated {
                (found, _) = take(elements.ranks.clamped(to: 0..<rank + 1).reversed(), elements)
                found.reverse()
                hasMore = true
            } else {
                let rest = elements.ranks.clamped(to: rank + 1..<max(rank + 1, elements.ranks.upperBound))
                (found, hasMore) = take(rest, elements)
            }
        } else {
            (found, hasMore) = take(elements.ranks, elements)
        }
        var writer = ObjectWriter(capacity: 256 + found.count * 3072)
        writer.object { writer in
            writer.text("object", "list")
            writer.array("data") { writer in
                for rank in found { elements.write(rank, &writer) }
            }
            writer.bool("has_more", hasMore)
            writer.text("url", elements.url)
        }
        return writer.bytes
    }

    private func rank(_ id: String, _ name: String, _ elements: StripeElements) throws(StripeError) -> Int {
        guard let rank = elements.rank(id) else { throw .missing(elements.object, id, parameter: name) }
        return rank
    }

    /// The first of the ranks that match, and whether there is another.
    private func take(
        _ ranks: some Sequence<Int>,
        _ elements: StripeElements
    ) -> (found: [Int], hasMore: Bool) {
        var found: [Int] = []
        for rank in ranks where elements.matches(rank) {
            guard found.count < limit else { return (found, true) }
            found.append(rank)
        }
        return (found, false)
    }
}
