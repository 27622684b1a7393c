package import Events
package import JSON

/// What of many records did not fit their schema, or stands in none, by field.
package struct SchemaFields: Sendable {
    /// One field and what is to be said of it.
    package struct Field: Hashable, Sendable, CustomStringConvertible {
        package var path: String
        package var kind: SchemaMisfit.Kind
        /// How many values of it.
        package var count: Int
        /// The first of them.
        package var example: SchemaMisfit

        package var description: String {
            "\(example)" + (count > 1 ? " (and \(count - 1) more of \(path))" : "")
        }

        /// What a program reads.
        package var json: JSONValue {
            [
                "path": .string(path), "kind": .string(kind.rawValue), "count": .number(count),
                "expected": .string(example.expected), "example": .string(example.found),
            ]
        }
    }

    private struct Place: Hashable {
        var path: String
        var kind: SchemaMisfit.Kind
    }

    private var fields: [Field] = []
    private var places: [Place: Int] = [:]

    /// Nothing yet.
    package init() {}

    /// Takes what is to be said of one record.
    package mutating func add(_ misfits: [SchemaMisfit]) {
        for misfit in misfits {
            let place = Place(path: misfit.field, kind: misfit.kind)
            if let index = places[place] {
                fields[index].count += 1
            } else {
                places[place] = fields.count
                fields.append(Field(path: place.path, kind: place.kind, count: 1, example: misfit))
            }
        }
    }

    /// The fields that did not fit, in the order in which they were met.
    package var misfits: [Field] { fields.filter { !$0.example.isAllowed } }

    /// The fields that the schema does not name.
    package var undeclared: [Field] { fields.filter(\.example.isAllowed) }
}
