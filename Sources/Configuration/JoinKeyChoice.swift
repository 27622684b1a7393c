import YAML

/// By which keys a file wants entities to be found in other services, of those entities that it names.
///
///     join_keys: {Customer: [email, phone], Order: {loyalty: metadata.loyalty_id}}
package struct JoinKeyChoice: Hashable, Sendable {
    /// A key: by its name alone, or made of a field of the record.
    package struct Key: Hashable, Sendable {
        package var name: PlacedText
        package var path: PlacedText?
    }

    /// An entity's keys, in place of the extractor's own.
    package struct Entity: Hashable, Sendable {
        package var name: PlacedText
        package var keys: [Key]
    }

    /// In the file's order; none stands twice.
    package private(set) var entities: [Entity] = []

    init?(_ node: YAMLNode?, _ faults: inout FileFaults) {
        guard let node else { return nil }
        for member in faults.take(else: [], { () throws(YAMLError) in try node.mapping() }) {
            guard let keys = Self.keys(member.value, of: member.key, &faults) else { continue }
            entities.append(Entity(name: PlacedText(member), keys: keys))
        }
    }

    private static func keys(_ node: YAMLNode, of entity: String, _ faults: inout FileFaults) -> [Key]? {
        switch node.content {
        case .sequence(let items):
            var keys: [Key] = []
            for item in items {
                guard let name = faults.text(item) else { continue }
                if keys.contains(where: { $0.name.text == name.text }) {
                    faults.note([item.fail("the join key \(name.text) stands here twice")])
                } else {
                    keys.append(Key(name: name))
                }
            }
            return keys
        case .mapping(let members):
            return members.compactMap { member in
                faults.text(member.value).map { Key(name: PlacedText(member), path: $0) }
            }
        case .scalar:
            faults.note([
                node.fail(
                    "\(entity) needs a list of names (email, phone), or names with fields of the record ({loyalty: "
                        + "metadata.loyalty_id})"
                )
            ])
            return nil
        }
    }

    /// Whether both say the same, wherever it stands in them.
    func saysSame(as other: JoinKeyChoice?) -> Bool { words == other?.words }

    private var words: [[[String?]]] {
        entities.map { entity in [[entity.name.text]] + entity.keys.map { [$0.name.text, $0.path?.text] } }
    }
}

extension PlacedText {
    /// A key with its place.
    init(_ member: YAMLMember) {
        self.init(
            member.key,
            at: .file(member.value.file, line: member.keyLine, column: member.keyColumn)
        )
    }
}
