/// How the records of a stream become one entity, as its definition says.
package struct EntityMapping: Hashable, Sendable {
    /// What a field of the entity is made of; paths lead through objects of the record.
    package typealias Source = EntitySource<[String]>

    /// Which records are this entity: those whose field is one of these texts.
    package struct Condition: Hashable, Sendable {
        package var path: [String]
        package var values: [String]

        /// A condition.
        package init(path: [String], values: [String]) {
            self.path = path
            self.values = values
        }
    }

    /// A value by which consumers find what other services know of the same.
    package struct JoinKey: Hashable, Sendable {
        /// In which form values are compared.
        package enum Form: Hashable, Sendable {
            /// As it is.
            case text
            /// In small letters.
            case email
            /// `+` and digits, or digits.
            case phone

            /// The form of what has this name, which ends so.
            package init(of name: String) {
                let name = name.lowercased()
                self = name.hasSuffix("email") ? .email : name.hasSuffix("phone") ? .phone : .text
            }
        }

        package var name: String
        /// Fields of the record: the first that has a value, or several joined.
        package var source: Source
        package var form: Form

        /// A join key.
        package init(name: String, source: Source, form: Form) {
            self.name = name
            self.source = source
            self.form = form
        }

        /// A key that is one field of the record, in the form that its name says.
        package init(name: String, path: [String]) {
            self.init(name: name, source: .first([path]), form: Form(of: name))
        }

        /// A key that is a field of the entity, in its form; nil where the field is no text by which anything is found.
        package init?(of field: Field) {
            let form: Form? =
                switch field.target.kind {
                case .text: .text
                case .email: .email
                case .phone: .phone
                default: nil
                }
            guard let form else { return nil }
            switch field.source {
            case .first, .joined: self.init(name: field.target.name, source: field.source, form: form)
            default: return nil
            }
        }
    }

    /// A field of the entity and what it is made of.
    package struct Field: Hashable, Sendable {
        package var target: EntityField
        package var source: Source

        /// A field.
        package init(_ target: EntityField, _ source: Source) {
            self.target = target
            self.source = source
        }
    }

    package var entity: EntityModel
    /// In the order of the entity's fields.
    package var fields: [Field]
    package var condition: Condition?
    package var joinKeys: [JoinKey]

    /// A mapping.
    package init(
        entity: EntityModel,
        fields: [Field],
        condition: Condition? = nil,
        joinKeys: [JoinKey] = []
    ) {
        self.entity = entity
        self.fields = fields
        self.condition = condition
        self.joinKeys = joinKeys
    }

    /// Every path that it reads.
    package var paths: [[String]] {
        fields.flatMap(\.source.places) + [condition?.path].compactMap { $0 }
            + joinKeys.flatMap(\.source.places)
    }
}
