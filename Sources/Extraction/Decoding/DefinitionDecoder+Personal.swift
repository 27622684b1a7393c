import Core
import YAML

/// The fields that say something of a person.
extension DefinitionDecoder {
    /// The marks of a stream, in the file's order.
    mutating func personal(_ node: YAMLNode?, of stream: StreamDefinition) -> [PersonalField] {
        guard let node else { return [] }
        var fields: [PersonalField] = []
        for member in members(node) {
            guard let kind: PersonalKind = choice(member.value, "kind of personal field") else { continue }
            guard let path = FieldPath.parse(member.key) else {
                report(
                    member,
                    "\(member.key) is no path: write names joined by dots, a dot within a name as \\."
                )
                continue
            }
            if let reason = stream.reasonToKeep(path) {
                report(
                    member,
                    "\(member.key) is always published, since \(reason): take it out of pii, and choose another field for that "
                        + "where it names a person"
                )
            }
            fields.append(PersonalField(path: path, kind: kind))
        }
        return fields
    }
}
