import Core
import JSON

/// The address of an API whose login tells it: `base_url: "{{ login.instance_url }}/v1"`.
///
/// Until then a stand-in takes its place, whose host nothing can have (RFC 2606).
enum LearnedBase {
    static let standIn = "https://login.invalid"
    private static let host = "login.invalid"

    /// The variable `login`, each of whose values is the stand-in; empty where nothing is learned.
    static func scope(_ definition: ExtractorDefinition) -> [String: JSONValue] {
        let learned = definition.authentication.ways.flatMap { way -> [LoginDefinition.Learned] in
            if case .login(let login) = way.authentication { login.learned } else { [] }
        }
        guard !learned.isEmpty else { return [:] }
        return ["login": .object(learned.map { .init(name: $0.name, value: .string(standIn)) })]
    }

    /// The address with what was learned in the stand-in's place.
    static func place(_ address: HTTPAddress, on base: HTTPAddress?) throws(HTTPError) -> HTTPAddress {
        guard address.host == host, let base else { return address }
        let prefix = base.path.hasSuffix("/") ? String(base.path.dropLast()) : base.path
        let query = address.query.map { "?\($0)" } ?? ""
        return try HTTPAddress(parsing: "\(base.scheme)://\(base.authority)\(prefix)\(address.path)\(query)")
    }
}
