package import Configuration
package import Core
package import Extraction
import YAML

/// By which keys an account's entities are found in other services: those of the extractor, or of its file.
package struct JoinKeyRules: Sendable {
    private let entities: [String: [JoinKeyChoice.Key]]

    /// Rules; throws where the file names an entity or a key that there is not.
    package init(_ definition: ExtractorDefinition, _ choice: JoinKeyChoice?) throws {
        var problems = Problems()
        for entity in choice?.entities ?? [] {
            let mappings = try problems.take {
                try entity.name.read { try Self.mappings(of: $0, in: definition) }
            }
            guard let mappings else { continue }
            for key in entity.keys {
                _ = try problems.take { try Self.check(key, entity.name.text, mappings, definition.name) }
            }
        }
        try problems.check()
        entities = Dictionary(
            uniqueKeysWithValues: (choice?.entities ?? []).map { ($0.name.text, $0.keys) }
        )
    }

    /// What the records of a stream become, with the keys that hold.
    package func mappings(of stream: StreamDefinition) -> [EntityMapping] {
        stream.entities.map { mapping in
            guard let keys = entities[mapping.entity.name] else { return mapping }
            var mapping = mapping
            mapping.joinKeys = keys.compactMap { Self.key($0, of: mapping) }
            return mapping
        }
    }

    /// A key as a mapping has it: made of a field of the record, the extractor's own of that name, or a field of the entity.
    private static func key(_ key: JoinKeyChoice.Key, of mapping: EntityMapping) -> EntityMapping.JoinKey? {
        if let path = key.path {
            return FieldPath.parse(path.text).map { EntityMapping.JoinKey(name: key.name.text, path: $0) }
        }
        if let own = mapping.joinKeys.first(where: { $0.name == key.name.text }) { return own }
        return mapping.fields.first { $0.target.name == key.name.text }.flatMap {
            EntityMapping.JoinKey(of: $0)
        }
    }

    // MARK: Checking

    private static func mappings(of entity: String, in definition: ExtractorDefinition) throws
        -> [EntityMapping]
    {
        let all = definition.streams.flatMap(\.entities)
        let found = all.filter { $0.entity.name == entity }
        guard found.isEmpty else { return found }
        let isUnknown = EntityModel.named(entity) == nil
        let hint = NearestName.hint(for: entity, among: Set(all.map(\.entity.name)).sorted())
        throw ConfigurationError(
            .badSetting,
            isUnknown
                ? "unknown entity \(entity); \(hint)"
                : "no record of \(definition.name) becomes a \(entity), so it has no join keys; \(hint)"
        )
    }

    private static func check(
        _ key: JoinKeyChoice.Key,
        _ entity: String,
        _ mappings: [EntityMapping],
        _ extractor: String
    ) throws {
        if let path = key.path {
            return try path.read { text in
                if FieldPath.parse(text) != nil { return }
                throw ConfigurationError(
                    .badSetting,
                    "\(text) is no path: write names joined by dots, a dot within a name as \\."
                )
            }
        }
        try key.name.read { name in
            if mappings.contains(where: { Self.key(key, of: $0) != nil }) { return }
            let fields = mappings.flatMap(\.fields)
            if let field = fields.first(where: { $0.target.name == name }) {
                throw ConfigurationError(
                    .badSetting,
                    "\(entity).\(name) is of the kind \(field.target.kind.name), by which nothing is found in other services: "
                        + "take a text, an e-mail address or a telephone number, or a field of the record by "
                        + "{NAME: PATH}"
                )
            }
            var known = mappings.flatMap(\.joinKeys).map(\.name)
            known += fields.compactMap { EntityMapping.JoinKey(of: $0)?.name }
            throw ConfigurationError(
                .badSetting,
                "\(entity) of \(extractor) has no join key and no field \(name); "
                    + NearestName.hint(for: name, among: Set(known).sorted())
            )
        }
    }
}
