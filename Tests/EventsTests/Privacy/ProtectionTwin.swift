import Core
import JSON

@testable import Events

/// What becomes of a record, found in its parsed values: slow, and by no code of the rewriter but that for one scalar.
struct ProtectionTwin {
    let rules: [RecordProtection.Rule]
    let scalar: PersonalValue

    func protected(_ record: JSONValue) -> JSONValue { value(record, []) ?? .null }

    /// The treatment that the longest path says for a place, and whether longer ones lead on.
    private func treatment(_ path: [String]) -> (treatment: Treatment, leadsOn: Bool) {
        var found = Treatment.pass
        var length = 0
        for rule in rules where path.starts(with: rule.path) && rule.path.count > length {
            found = rule.treatment
            length = rule.path.count
        }
        return (found, rules.contains { $0.path.count > path.count && $0.path.starts(with: path) })
    }

    /// Nil for what is gone.
    private func value(_ value: JSONValue, _ path: [String]) -> JSONValue? {
        let (treatment, leadsOn) = treatment(path)
        switch value {
        case .object(let members) where !path.isEmpty && treatment.action == .drop && !leadsOn:
            _ = members
            return nil
        case .object(let members):
            return .object(
                members.compactMap { member in
                    self.value(member.value, path + [member.name]).map { .init(name: member.name, value: $0) }
                }
            )
        case .array(let elements):
            if treatment.action == .drop, !leadsOn { return nil }
            return .array(elements.map { self.value($0, path) ?? .null })
        default:
            if treatment.action == .drop { return nil }
            var bytes: [UInt8] = []
            guard scalar.append(value.bytes()[...], treatment, to: &bytes) else { return value }
            return try? JSONValue.parse(bytes)
        }
    }
}
