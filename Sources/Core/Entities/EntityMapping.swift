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
        package var name: String
        package var path: [String]
        /// An e-mail address is compared in small letters.
        package var isEmail: Bool

        /// A join key.
        package init(name: String, path: [String], isEmail: Bool) {
            self.name = name
            self.path = path
            self.isEmail = isEmail
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
        fields.flatMap(\.source.places) + [condition?.path].compactMap { $0 } + joinKeys.map(\.path)
    }
}
