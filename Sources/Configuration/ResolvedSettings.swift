import Core
package import JSON

/// An account's settings, read and checked.
package struct ResolvedSettings: Sendable {
    /// Every setting that has a value, secrets revealed: for the requests, and never for a log.
    package var values: [String: JSONValue]
    /// Where each value came from.
    package var origins: [String: SettingOrigin]
    /// The names of those that are secret.
    package var secretNames: Set<String>

    /// The secret values, for a `Redaction`.
    package var secrets: [String] {
        secretNames.sorted().flatMap { name -> [String] in
            switch values[name] {
            case .string(let text), .number(let text): [text]
            case .array(let items): items.compactMap(\.text)
            case .null, .bool, .object, nil: []
            }
        }
    }
}

extension ResolvedSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A line for each setting: name, value or bullets, origin.
    package var description: String {
        values.sorted { $0.key < $1.key }.map { name, value in
            let shown = secretNames.contains(name) ? Secret.mask : value.text ?? value.compactText
            return "\(name) = \(shown) (\(origins[name]?.description ?? "default"))"
        }.joined(separator: "\n")
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
