import JSON

/// A field of the events of a topic, as the catalogue has it.
package struct CatalogField: Hashable, Sendable {
    /// As one field of many events: `lines.data[].amount`.
    package var path: String
    /// What its values are, in words: "string or null"; of an entity's field its kind.
    package var types: String
    /// Of an entity's field: the fields of the record that it is made of; empty for one that stands in the record itself.
    package var from: [String]
    /// What of a person it holds, in a word of the definition; nil where nothing is marked.
    package var personal: String?
    /// What becomes of that before it is published: `pass`, `drop`, `mask` or `hash`; nil where nothing is marked.
    package var treatment: String?

    /// A field.
    package init(
        path: String,
        types: String,
        from: [String] = [],
        personal: String? = nil,
        treatment: String? = nil
    ) {
        self.path = path
        self.types = types
        self.from = from
        self.personal = personal
        self.treatment = treatment
    }

    /// What is not said is left out: there are many of them.
    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "path", value: .string(path)), .init(name: "types", value: .string(types)),
        ]
        if !from.isEmpty { members.append(.init(name: "from", value: .array(from.map(JSONValue.string)))) }
        if let personal { members.append(.init(name: "personal", value: .string(personal))) }
        if let treatment { members.append(.init(name: "treatment", value: .string(treatment))) }
        return .object(members)
    }

    /// The reverse of `json`; nil for what is none.
    init?(_ json: JSONValue) {
        guard let path = json["path"]?.text, let types = json["types"]?.text else { return nil }
        self.init(
            path: path,
            types: types,
            from: json["from"]?.elements?.compactMap(\.text) ?? [],
            personal: json["personal"]?.text,
            treatment: json["treatment"]?.text
        )
    }
}
