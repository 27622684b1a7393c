import Web

/// The seconds that a list's `created` parameters leave.
struct StripeCreatedRange {
    /// The first of them; `Int.min` if any may be.
    private(set) var first = Int.min
    /// The last of them; `Int.max` if any may be.
    private(set) var last = Int.max

    /// Reads the parameters.
    ///
    /// - Throws: if one has no meaning.
    init(_ query: WebQuery) throws(StripeError) {
        for item in query.items where item.root == "created" {
            guard let keys = item.keys, keys.count <= 1 else { throw .unknownParameter(item.name) }
            guard let second = Int(item.value), abs(second) < 1 << 40 else {
                throw .notAnInteger(item.value, item.name)
            }
            switch keys.first {
            case nil: (first, last) = (max(first, second), min(last, second))
            case "gt": first = max(first, second + 1)
            case "gte": first = max(first, second)
            case "lt": last = min(last, second - 1)
            case "lte": last = min(last, second)
            default: throw .unknownParameter(item.name)
            }
        }
    }
}
