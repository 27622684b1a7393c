import Core
import Events
import Extraction
import JSON
import ProcessSupport
import Runs
import Simulators
import Testing

/// Whole reads of the simulated services under a policy: what of their personal fields leaves, and what joins.
@Suite("Personal fields of whole accounts")
struct PrivacyTests {
    private static let key = PrivacyKey(Secret("0123456789abcdef0123456789abcdef"))

    /// Every marked field is masked, hashed or dropped: in turn, so that a stream has some of each.
    private static let inTurn: @Sendable (StreamDefinition) -> RecordProtection? = { stream in
        let actions: [PrivacyAction] = [.mask, .hash, .drop]
        return RecordProtection(
            stream.personal.enumerated().map { place, field in
                .init(path: field.path, treatment: Treatment(actions[place % actions.count], field.kind))
            },
            key: key
        )
    }

    private func simulation(
        _ service: String,
        people: UInt64? = nil,
        _ protection: @escaping @Sendable (StreamDefinition) -> RecordProtection?
    ) throws -> ServiceSimulation {
        let simulator: any Simulator
        let settings: [String: JSONValue]
        switch service {
        case "stripe":
            simulator = try StripeSimulator(
                .init(seed: 3, records: 15, faults: StripeAccount.calm, clockSpeed: 0, people: people),
                wall: { Instant(seconds: 4_000_000_000) }
            )
            settings = StripeAccount.settings
        case "zendesk":
            simulator = try ZendeskSimulator(
                .init(seed: 3, records: 15, faults: ZendeskAccount.calm, clockSpeed: 0, people: people),
                wall: { Instant(seconds: 4_000_000_000) }
            )
            settings = ZendeskAccount.settings
        default:
            simulator = try HubSpotSimulator(
                .init(seed: 3, records: 15, faults: HubSpotAccount.calm, clockSpeed: 0, people: people),
                wall: { Instant(seconds: 4_000_000_000) }
            )
            settings = HubSpotAccount.settings
        }
        return try ServiceSimulation(
            simulator,
            extractor: service,
            settings: settings,
            seed: 1,
            entities: .beside,
            protection: protection,
            truth: { [:] }
        )
    }

    private func read(_ simulation: ServiceSimulation) async throws {
        simulation.advance(.seconds(3600))
        let outcome = try await simulation.sync()
        try #require(outcome.status != .failed, "\(outcome.json.compactText)")
    }

    /// The texts and numbers of a value, by whether a mark covers them.
    private func scalars(
        _ value: JSONValue,
        _ path: [String],
        _ marks: [PersonalField],
        _ found: (String, Bool) -> Void
    ) {
        switch value {
        case .object(let members):
            for member in members {
                found(member.name, false)
                scalars(member.value, path + [member.name], marks, found)
            }
        case .array(let elements): for element in elements { scalars(element, path, marks, found) }
        case .string(let text): found(text, marks.contains { path.starts(with: $0.path) })
        case .number(let lexeme): found(lexeme, marks.contains { path.starts(with: $0.path) })
        case .null, .bool: break
        }
    }

    /// The values that stand in marked fields and nowhere else, and could not be there by chance.
    private func personal(_ simulation: ServiceSimulation) throws -> Set<String> {
        var marked: Set<String> = []
        var others: Set<String> = []
        for stream in simulation.definition.streams {
            for event in simulation.destination.events
            where event.topic == stream.name || FamilyName.isMember(event.topic, of: stream.name) {
                guard let value = event.value else { continue }
                others.insert(event.key)
                scalars(try JSONValue.parse(value.utf8), [], stream.personal) { text, isMarked in
                    if isMarked { marked.insert(text) } else { others.insert(text) }
                }
            }
        }
        let rest = others.joined(separator: "\n").lowercased()
        return marked.filter { text in
            // Few digits stand in some token by chance.
            let isTelling =
                text.utf8.count >= 12 || text.utf8.count >= 6 && !text.utf8.allSatisfy(Self.isHexadecimal)
            return isTelling && !rest.contains(text.lowercased())
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        Character(Unicode.Scalar(byte)).isHexDigit
    }

    /// All bytes that leave, of events, entities and dead letters.
    private func bytes(_ simulation: ServiceSimulation) -> String {
        let events = simulation.destination.events.map { "\($0.key) \($0.id) \($0.value ?? "")" }
        let letters = simulation.destination.letters.map { String(decoding: $0.bytes, as: UTF8.self) }
        let schemas = simulation.destination.schemas.map { String(decoding: $0.value ?? [], as: UTF8.self) }
        return (events + letters + schemas).joined(separator: "\n").lowercased()
    }

    @Test("no marked value is left in any byte that leaves", arguments: ["stripe", "zendesk", "hubspot"])
    func nothingIsLeft(_ service: String) async throws {
        let open = try simulation(service) { _ in nil }
        try await read(open)
        let values = try personal(open)
        try #require(values.count > 20)
        let plain = bytes(open)
        #expect(values.allSatisfy { plain.contains(Self.written($0)) })

        let protected = try simulation(service, Self.inTurn)
        try await read(protected)
        let left = bytes(protected)
        #expect(values.filter { left.contains(Self.written($0)) } == [])
        #expect(protected.destination.letters.count == open.destination.letters.count)
        // The same records, under the same keys.
        func keys(_ simulation: ServiceSimulation) -> Set<[String]> {
            Set(simulation.destination.events.map { [$0.topic, $0.key] })
        }
        #expect(keys(protected) == keys(open))
    }

    /// A text as it stands between the quotes of JSON.
    private static func written(_ text: String) -> String {
        String(JSONValue.string(text).compactText.dropFirst().dropLast()).lowercased()
    }

    @Test("with hashed addresses the same person joins in three services, raw and as entities")
    func joins() async throws {
        let hashed: @Sendable (StreamDefinition) -> RecordProtection? = { stream in
            RecordProtection(
                stream.personal.map {
                    .init(path: $0.path, treatment: Treatment($0.kind == .email ? .hash : .mask, $0.kind))
                },
                key: Self.key
            )
        }
        let places = [
            ("stripe", "customers", ["email"]), ("zendesk", "users", ["email"]),
            ("hubspot", "contacts", ["properties", "email"]),
        ]
        var raw: [Set<String>] = []
        var joined: [Set<String>] = []
        for (service, stream, path) in places {
            let simulation = try simulation(service, people: 7, hashed)
            try await read(simulation)
            let events = simulation.destination.events
            func values(_ topic: String, _ path: [String]) throws -> Set<String> {
                Set(
                    try events.filter { $0.topic == topic }.compactMap(\.value).compactMap {
                        try JSONValue.parse($0.utf8).member(at: path)?.text
                    }
                )
            }
            raw.append(try values(stream, path))
            let entity = service == "stripe" ? "Customer" : "Person"
            joined.append(try values("retail.entity.\(entity)", ["joinKeys", "email"]))
        }
        for sets in [raw, joined] {
            let shared = sets[0].intersection(sets[1]).intersection(sets[2])
            #expect(shared.count >= 5)
            #expect(shared.allSatisfy { $0.hasPrefix("pii:\(Self.key?.id ?? ""):") })
        }
        #expect(
            raw[0].intersection(raw[1]).intersection(raw[2])
                == joined[0].intersection(joined[1]).intersection(joined[2])
        )
    }
}
