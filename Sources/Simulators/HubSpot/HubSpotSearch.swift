import JSON

/// A search among the living objects of a type, as its index knows them.
struct HubSpotSearch {
    /// How far a search can be paged.
    static let depth = 10_000
    private static let bodyLimit = 3000

    let view: HubSpotView
    let type: HubSpotType
    private let groups: [[HubSpotFilter]]
    private let text: String?
    private let sort: (property: HubSpotProperty, isDescending: Bool)
    private let selection: HubSpotSelection
    private let limit: Int
    private(set) var offset = 0
    /// Shows objects that lie outside the window that was asked for.
    private let strays: HubSpotStrays

    /// Reads the body of a search.
    ///
    /// - Throws: if it asks for what there is not, or for too much.
    init(_ view: HubSpotView, _ type: HubSpotType, body: [UInt8], strays: HubSpotStrays) throws(HubSpotError)
    {
        self.view = view
        self.type = type
        self.strays = strays
        let text = String(decoding: body, as: UTF8.self)
        guard text.count <= Self.bodyLimit else {
            throw .invalid("The request body of a search may have \(Self.bodyLimit) characters at most.")
        }
        guard let document = try? JSONValue.parse(body), let members = document.members else {
            throw .invalid("Invalid input JSON: the body is no object")
        }
        let known = ["filterGroups", "filters", "sorts", "properties", "limit", "after", "query"]
        for member in members where !known.contains(member.name) {
            throw .invalid("Invalid input JSON: unknown field \"\(member.name)\"")
        }
        groups = try Self.groups(document, type)
        self.text = document["query"]?.text.flatMap { $0.isEmpty ? nil : $0.lowercased() }
        sort = try Self.sort(document["sorts"], type)
        let names = (document["properties"]?.elements ?? []).compactMap(\.text)
        selection = HubSpotSelection(type, names)
        limit = try Self.number(document["limit"], "limit") ?? 10
        guard (1...200).contains(limit) else {
            throw .invalid("limit must be between 1 and 200, was \(limit)")
        }
        offset = try Self.number(document["after"], "after") ?? 0
        guard offset >= 0, offset <= Self.depth - limit else {
            throw .invalid("There was a problem with the request.")
        }
    }

    private static func groups(_ document: JSONValue, _ type: HubSpotType) throws(HubSpotError)
        -> [[HubSpotFilter]]
    {
        var lists = (document["filterGroups"]?.elements ?? []).map { $0["filters"]?.elements ?? [] }
        // The short form for a single group.
        if let filters = document["filters"]?.elements { lists.append(filters) }
        guard lists.count <= 5, lists.allSatisfy({ $0.count <= 6 }), lists.joined().count <= 18 else {
            throw .invalid("Search takes 5 groups of 6 filters at most, and 18 filters in all.")
        }
        var groups: [[HubSpotFilter]] = []
        for list in lists {
            var filters: [HubSpotFilter] = []
            for filter in list { filters.append(try HubSpotFilter(filter, type)) }
            groups.append(filters)
        }
        return groups
    }

    /// The order: by one property, or by the id.
    private static func sort(
        _ document: JSONValue?,
        _ type: HubSpotType
    ) throws(HubSpotError) -> (property: HubSpotProperty, isDescending: Bool) {
        let sorts = document?.elements ?? []
        guard sorts.count <= 1 else { throw .invalid("Search sorts by one property only.") }
        var name = "hs_object_id"
        var isDescending = false
        if let text = sorts.first?.text {
            isDescending = text.hasPrefix("-")
            name = isDescending ? String(text.dropFirst()) : text
        } else if let sort = sorts.first {
            name = sort["propertyName"]?.text ?? ""
            isDescending = sort["direction"]?.text == "DESCENDING"
        }
        guard let property = type.property(name) else { throw .unknownProperty(name) }
        return (property, isDescending)
    }

    /// A number that may be written as text.
    private static func number(_ value: JSONValue?, _ name: String) throws(HubSpotError) -> Int? {
        guard let value, !value.isNull, value.text != "" else { return nil }
        guard let number = value.int ?? value.text.flatMap({ Int($0) }) else {
            throw .invalid("Invalid integer value: \(name)=\(value.compactText)")
        }
        return number
    }

    // MARK: Finding

    /// The times of the last change between which everything lies that is asked for.
    private var range: ClosedRange<Int> {
        guard !groups.isEmpty else { return Int.min...Int.max }
        let ranges = groups.map { filters in
            filters.reduce(Int.min...Int.max) { range, filter in
                let first = max(range.lowerBound, filter.range.lowerBound)
                return first...max(first, min(range.upperBound, filter.range.upperBound))
            }
        }
        return (ranges.map(\.lowerBound).min() ?? .min)...(ranges.map(\.upperBound).max() ?? .max)
    }

    private func isFound(_ object: HubSpotObject, _ state: HubSpotState, _ range: ClosedRange<Int>) -> Bool {
        let isWanted =
            groups.isEmpty
            || groups.contains { filters in filters.allSatisfy { $0.matches(object, state, in: view) } }
        let isStray = range.lowerBound > .min && strays.isBelow(object, state.modified, range.lowerBound)
        guard isWanted || isStray, let text else { return isWanted || isStray }
        return type.properties.contains { property in
            property.isDefault && view.value(object, property, state)?.lowercased().contains(text) == true
        }
    }

    /// The indices of what is found, in order.
    private func found() -> [Int] {
        let range = range
        let low = range.lowerBound == .min ? .min : range.lowerBound - strays.reach
        var rows: [(index: Int, modified: Int)] = []
        let order = view.world.byModified(type)
        var (first, last) = (0, order.count)
        if low > .min { first = place(order, low) }
        if range.upperBound < .max { last = max(first, place(order, range.upperBound + 1)) }
        for index in order[first..<last] {
            let object = HubSpotObject(type: type, index: index)
            guard !view.isChanged(object), let state = view.indexed(object), state.isLiving,
                isFound(object, state, range)
            else { continue }
            rows.append((index, state.modified))
        }
        for index in view.changed(type) {
            let object = HubSpotObject(type: type, index: index)
            guard let state = view.indexed(object), state.isLiving, state.modified >= low,
                state.modified <= range.upperBound, isFound(object, state, range)
            else { continue }
            rows.append((index, state.modified))
        }
        return sorted(rows)
    }

    /// How many of the beginning were changed before that time.
    private func place(_ order: [Int], _ time: Int) -> Int {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if view.world.modified(type, order[middle]) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func sorted(_ rows: [(index: Int, modified: Int)]) -> [Int] {
        var rows = rows
        let isDescending = sort.isDescending
        switch sort.property.form {
        case .id, .created: rows.sort { isDescending ? $0.index > $1.index : $0.index < $1.index }
        case .modified:
            rows.sort { left, right in
                guard left.modified != right.modified else { return left.index < right.index }
                return isDescending ? left.modified > right.modified : left.modified < right.modified
            }
        default: return sortedByValue(rows)
        }
        return rows.map(\.index)
    }

    private func sortedByValue(_ rows: [(index: Int, modified: Int)]) -> [Int] {
        let property = sort.property
        let keyed = rows.map { row -> (index: Int, number: Double, text: String) in
            let object = HubSpotObject(type: type, index: row.index)
            let state = view.indexed(object) ?? view.state(object)
            guard property.isNumeric else {
                return (row.index, 0, view.value(object, property, state)?.lowercased() ?? "")
            }
            return (row.index, HubSpotFilter.key(object, state, property, in: view) ?? -.infinity, "")
        }
        let order = keyed.sorted { left, right in
            if left.number != right.number { return left.number < right.number }
            return left.text != right.text ? left.text < right.text : left.index < right.index
        }
        return (sort.isDescending ? order.reversed() : order).map(\.index)
    }

    /// What stands first.
    func first() -> HubSpotObject? { found().first.map { HubSpotObject(type: type, index: $0) } }

    /// The page; `isShuffled` puts its rows in an order of their own, `isRepeated` leads to the same page once more.
    func page(isShuffled: Bool, isRepeated: Bool) -> [UInt8] {
        let found = found()
        let end = min(found.count, offset + limit)
        var rows = Array(found[min(offset, end)..<end])
        if isShuffled {
            rows.sort { view.world.number(type, $0, 900) < view.world.number(type, $1, 900) }
        }
        var writer = ObjectWriter(capacity: rows.count * 1024)
        writer.object { writer in
            writer.number("total", found.count)
            writer.array("results") { writer in
                for index in rows {
                    let object = HubSpotObject(type: type, index: index)
                    guard let state = strays.shown(object, in: view) else { continue }
                    view.write(object, state, selection, to: &writer)
                }
            }
            if end < found.count { writer.next(after: String(isRepeated ? offset : end)) }
        }
        return writer.bytes
    }
}

/// Rows that a search shows although they lie outside its window: a share of the objects.
///
/// They were changed up to so many seconds before the window begins; or, found by what the index knows, they are
/// shown as they have become since.
struct HubSpotStrays {
    private let fault: FaultPlan.Fault
    private let hash: SeededHash

    init(_ fault: FaultPlan.Fault, seed: UInt64) {
        self.fault = fault
        hash = SeededHash(seed: seed ^ 0x57AA)
    }

    /// How far below the window they lie, in milliseconds.
    var reach: Int { fault.rate > 0 ? Int((fault.seconds ?? 1) * 1000) : 0 }

    private func strikes(_ object: HubSpotObject) -> Bool {
        fault.rate > 0 && hash.strikes(fault, UInt64(object.index), UInt64(object.type.ordinal))
    }

    /// Whether an object that was changed below a window is shown in it.
    func isBelow(_ object: HubSpotObject, _ modified: Int, _ bound: Int) -> Bool {
        modified < bound && modified >= bound - reach && strikes(object)
    }

    /// What is shown of an object that was found; nil where it is gone.
    func shown(_ object: HubSpotObject, in view: HubSpotView) -> HubSpotState? {
        guard strikes(object) else { return view.indexed(object) }
        let state = view.state(object)
        return state.isLiving ? state : nil
    }
}
