import JSON

/// One condition of a search.
struct HubSpotFilter {
    let property: HubSpotProperty
    private let condition: Condition
    /// The milliseconds of the last change that it leaves, where it is about that.
    private(set) var range = Int.min...Int.max

    private enum Condition {
        case never, isSet, isNotSet
        case number(Bound, Double)
        case between(Double, Double)
        case text(String, isSame: Bool)
        case textOrder(Bound, String)
        case any(Set<String>, isIn: Bool)
        case token([Substring], isIn: Bool)
    }

    private enum Bound {
        case equal, unequal, less, atMost, greater, atLeast
    }

    /// Reads a filter.
    ///
    /// - Throws: if it is none, or about a property that there is not.
    init(_ document: JSONValue, _ type: HubSpotType) throws(HubSpotError) {
        guard let name = document["propertyName"]?.text, let word = document["operator"]?.text else {
            throw .invalid("Invalid input JSON: a filter needs propertyName and operator")
        }
        guard let property = type.property(name) else { throw .unknownProperty(name) }
        self.property = property
        let value = Self.text(document["value"])
        let high = Self.text(document["highValue"])
        let values = (document["values"]?.elements ?? []).compactMap { Self.text($0) }
        if type == .contacts, name == "hs_lastmodifieddate" {
            // A property of contacts like any other, by which nothing is ever found.
            condition = .never
            return
        }
        switch word {
        case "HAS_PROPERTY": condition = .isSet
        case "NOT_HAS_PROPERTY": condition = .isNotSet
        case "IN", "NOT_IN":
            guard !values.isEmpty else { throw .invalid("values must not be empty for \(word)") }
            condition = .any(
                Set(try values.map { value throws(HubSpotError) in try Self.plain(value, property) }),
                isIn: word == "IN"
            )
        case "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN":
            guard let value else { throw Self.noValue(name) }
            let parts = value.lowercased().split(separator: "*", omittingEmptySubsequences: false)
            condition = .token(parts, isIn: word == "CONTAINS_TOKEN")
        case "BETWEEN":
            guard let value, let high else { throw Self.noValue(name) }
            let (low, last) = (try Self.number(value, property), try Self.number(high, property))
            condition = .between(low, last)
            if property.form == .modified { range = Self.range(low, last) }
        default:
            guard let bound = Self.bound(word) else { throw .invalid("Invalid operator: \(word)") }
            guard let value else { throw Self.noValue(name) }
            guard property.isNumeric else {
                condition =
                    switch bound {
                    case .equal: .text(value.lowercased(), isSame: true)
                    case .unequal: .text(value.lowercased(), isSame: false)
                    default: .textOrder(bound, value.lowercased())
                    }
                return
            }
            let number = try Self.number(value, property)
            condition = .number(bound, number)
            guard property.form == .modified else { return }
            switch bound {
            case .equal: range = Self.range(number, number)
            case .less: range = Self.range(-.infinity, number.nextDown)
            case .atMost: range = Self.range(-.infinity, number)
            case .greater: range = Self.range(number.nextUp, .infinity)
            case .atLeast: range = Self.range(number, .infinity)
            case .unequal: break
            }
        }
    }

    private static func range(_ low: Double, _ high: Double) -> ClosedRange<Int> {
        // No time lies further away.
        let first = low < -1e15 ? Int.min : Int(min(low, 1e15).rounded(.up))
        let last = high > 1e15 ? Int.max : Int(max(high, -1e15).rounded(.down))
        return first...max(first, last)
    }

    private static func bound(_ word: String) -> Bound? {
        switch word {
        case "EQ": .equal
        case "NEQ": .unequal
        case "LT": .less
        case "LTE": .atMost
        case "GT": .greater
        case "GTE": .atLeast
        default: nil
        }
    }

    /// A string, or a number as it is written: clients send both.
    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text
        case .number(let text)?: text
        case .bool(let value)?: value ? "true" : "false"
        default: nil
        }
    }

    private static func noValue(_ name: String) -> HubSpotError {
        .invalid("A value is needed for the filter on \(name)")
    }

    /// The number of a value; dates count in milliseconds.
    private static func number(_ text: String, _ property: HubSpotProperty) throws(HubSpotError) -> Double {
        guard let number = comparable(text, property) else {
            throw .invalid("Invalid value for \(property.name): \(text) is no \(property.vendorType)")
        }
        if property.form == .modified, number <= 0 {
            throw HubSpotError(status: 500, message: "Internal Server Error")
        }
        return number
    }

    private static func comparable(_ text: String, _ property: HubSpotProperty) -> Double? {
        switch property.vendorType {
        case "date", "datetime": HubSpotTime.milliseconds(text).map(Double.init)
        default: Double(text).flatMap { $0.isFinite ? $0 : nil }
        }
    }

    /// A value in the form in which equal ones are the same text.
    private static func plain(_ text: String, _ property: HubSpotProperty) throws(HubSpotError) -> String {
        property.isNumeric ? String(try number(text, property)) : text.lowercased()
    }

    // MARK: Matching

    /// Whether an object is left, as a search's index knows it.
    func matches(_ object: HubSpotObject, _ state: HubSpotState, in view: HubSpotView) -> Bool {
        switch condition {
        case .never: return false
        case .number(let bound, let number):
            guard let own = Self.key(object, state, property, in: view) else { return bound == .unequal }
            return Self.holds(own, bound, number)
        case .between(let low, let high):
            guard let own = Self.key(object, state, property, in: view) else { return false }
            return own >= low && own <= high
        default: break
        }
        let value = view.value(object, property, state).flatMap { $0.isEmpty ? nil : $0 }
        switch condition {
        case .isSet: return value != nil
        case .isNotSet: return value == nil
        case .text(let text, let isSame): return (value?.lowercased() == text) == isSame
        case .textOrder(let bound, let text):
            return value.map { Self.holds($0.lowercased(), bound, text) } ?? false
        case .any(let set, let isIn):
            return (value.flatMap { try? Self.plain($0, property) }.map(set.contains) ?? false) == isIn
        case .token(let parts, let isIn): return (value.map { Self.contains($0, parts) } ?? false) == isIn
        case .never, .number, .between: return false
        }
    }

    /// A property's value as a number; nil where there is none.
    static func key(
        _ object: HubSpotObject,
        _ state: HubSpotState,
        _ property: HubSpotProperty,
        in view: HubSpotView
    ) -> Double? {
        // Without going through text where a search goes through all objects.
        switch property.form {
        case .id: Double(view.world.id(object.type, object.index))
        case .modified: Double(state.modified)
        case .created: Double(state.created)
        default: view.value(object, property, state).flatMap { comparable($0, property) }
        }
    }

    private static func holds<Value: Comparable>(_ left: Value, _ bound: Bound, _ right: Value) -> Bool {
        switch bound {
        case .equal: left == right
        case .unequal: left != right
        case .less: left < right
        case .atMost: left <= right
        case .greater: left > right
        case .atLeast: left >= right
        }
    }

    /// Whether one of a text's words is the token; `*` stands for anything at either end.
    private static func contains(_ text: String, _ parts: [Substring]) -> Bool {
        let words = text.lowercased().split { !($0.isLetter || $0.isNumber) }
        let token = parts.first { !$0.isEmpty } ?? ""
        let opens = parts.first?.isEmpty == true && parts.count > 1
        let closes = parts.last?.isEmpty == true && parts.count > 1
        // A token of several words is looked for in the text as it is.
        if token.contains(where: { !($0.isLetter || $0.isNumber) }) {
            return text.lowercased().contains(token)
        }
        return words.contains { word in
            switch (opens, closes) {
            case (true, true): word.contains(token)
            case (true, false): word.hasSuffix(token)
            case (false, true): word.hasPrefix(token)
            case (false, false): word == token
            }
        }
    }
}
