import Web

/// The parameters of a list request.
struct HubSpotQuery {
    private let query: WebQuery

    init(_ query: WebQuery) { self.query = query }

    /// The number of elements that a page may have.
    ///
    /// - Throws: if it is no number or too great.
    func limit(usual: Int, most: Int) throws(HubSpotError) -> Int {
        guard let text = query["limit"], !text.isEmpty else { return usual }
        guard let limit = Int(text) else { throw .invalid("Invalid integer value: limit=\(text)") }
        guard (1...most).contains(limit) else {
            throw .invalid("limit must be between 1 and \(most), was \(limit)")
        }
        return limit
    }

    /// Where a page begins; nil for the first one.
    var after: String? { query["after"].flatMap { $0.isEmpty ? nil : $0 } }

    /// A truth value in any case: clients in Python write `True`.
    ///
    /// - Throws: if it is neither.
    func flag(_ name: String) throws(HubSpotError) -> Bool {
        switch query[name]?.lowercased() {
        case nil, "", "false": return false
        case "true": return true
        case let text?: throw .invalid("Invalid boolean value: \(name)=\(text)")
        }
    }

    /// The values of a parameter that is repeated, or separated by commas, or both.
    func names(_ name: String) -> [String] {
        query.items.filter { $0.name == name }
            .flatMap { $0.value.split(separator: ",") }
            .map { String($0).trimmingSpaces }
    }

    /// The types of objects that a parameter names.
    ///
    /// - Throws: if it names one that there is not.
    func types(_ name: String) throws(HubSpotError) -> [HubSpotType] {
        var types: [HubSpotType] = []
        for text in names(name) {
            guard let type = HubSpotType(path: text) else { throw .unknownType(text) }
            if !types.contains(type) { types.append(type) }
        }
        return types
    }

    subscript(name: String) -> String? { query[name] }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
    }
}
