package import JSON

/// What was read before a stream: arrays of values by name.
package struct Discovered: Sendable {
    package var values: [String: JSONValue]

    /// Values by name.
    package init(_ values: [String: JSONValue]) { self.values = values }

    /// Of a stream that discovers nothing.
    package static let none = Discovered([:])

    /// As templates see them.
    var variables: [String: JSONValue] {
        guard !values.isEmpty else { return [:] }
        let members = values.keys.sorted().map { JSONValue.Member(name: $0, value: values[$0] ?? .null) }
        return ["discovered": .object(members)]
    }
}
