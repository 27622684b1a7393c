import Core
package import JSON

/// An entry of the catalogue without its fields, as entries are listed: all fields of all of them are too many to hold (I7).
package struct CatalogSummary: Hashable, Sendable {
    /// Without fields.
    package var entry: CatalogEntry
    package var protection: CatalogEntry.Protection
    /// How many fields it has.
    package var fields: Int
    /// How many of them hold something of a person.
    package var personalFields: Int

    /// The summary of an entry.
    package init(_ entry: CatalogEntry) {
        protection = entry.protection
        fields = entry.fields.count
        personalFields = entry.fields.count { $0.personal != nil }
        self.entry = entry
        self.entry.fields = []
    }

    /// What programs read of it.
    package var json: JSONValue {
        guard case .object(var members) = entry.json else { return entry.json }
        members.removeAll { ["fields", "protection"].contains($0.name) }
        members += [
            .init(name: "protection", value: .string(protection.rawValue)),
            .init(name: "fields", value: .number(fields)),
            .init(name: "personal_fields", value: .number(personalFields)),
        ]
        return .object(members)
    }

    /// Entries as they are listed.
    package static func precedes(_ one: CatalogSummary, _ other: CatalogSummary) -> Bool {
        CatalogEntry.precedes(one.entry, other.entry)
    }
}
