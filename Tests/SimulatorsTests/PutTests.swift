import Core
import JSON
import Simulators
import Testing
import Web

/// Objects that a caller puts into an account, shown as they were put.
@Suite("Objects of one's own")
struct PutTests {
    private static let wall: WallClock = { Instant(seconds: 4_000_000_000) }

    static let simulators: [@Sendable () throws -> any Simulator] = [
        { try StripeSimulator(.init(records: 20, clockSpeed: 0), wall: wall) },
        { try ZendeskSimulator(.init(records: 20, clockSpeed: 0), wall: wall) },
        { try HubSpotSimulator(.init(records: 20, clockSpeed: 0), wall: wall) },
    ]

    private func post(_ body: String, to simulator: any Simulator) throws -> (
        status: Int, document: JSONValue
    ) {
        let response = simulator.answer(
            WebRequest(method: "POST", target: "/_control/put", body: Array(body.utf8))
        )
        guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
        return (response.status, try JSONValue.parse(bytes))
    }

    private func record(_ simulator: any Simulator, _ stream: String, _ id: String) -> String? {
        simulator.truth()[stream]?[id].map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "a new object, and one that is there, have the members of the body, byte by byte",
        arguments: [
            (0, "customers", #""name":"\ud83d 🛒 \"\\u0041""#),
            (0, "charges", #""amount":123456789012345678901234567890.5e-3"#),
            (1, "users", #""name":"\ud83d 🛒""#),
            (1, "tickets", #""requester_id":9223372036854775807"#),
            (2, "contacts", #""firstname":"\ud83d 🛒""#),
            (2, "deals", #""amount":"123456789012345678901234567890.5""#),
        ]
    )
    func put(_ service: Int, _ stream: String, _ member: String) throws {
        let simulator = try Self.simulators[service]()
        let count = simulator.truth(stream).reduce(0) { count, _ in count + 1 }
        let answer = try post(#"{"stream":"\#(stream)","members":{\#(member)}}"#, to: simulator)
        #expect(answer.status == 200, "\(answer.document.compactText)")
        #expect(answer.document["action"]?.text == "created")
        let id = try #require(answer.document["id"]?.text)
        #expect(record(simulator, stream, id)?.contains(member) == true)
        #expect(simulator.truth(stream).reduce(0) { count, _ in count + 1 } == count + 1)

        let old = try #require(simulator.truth(stream).map { $0.key }.first)
        let other = try post(#"{"stream":"\#(stream)","id":"\#(old)","members":{\#(member)}}"#, to: simulator)
        #expect(other.document["action"]?.text == "updated")
        #expect(other.document["id"]?.text == old)
        #expect(record(simulator, stream, old)?.contains(member) == true)
    }

    @Test(
        "what cannot be put is refused with what can, and changes nothing",
        arguments: [
            (0, #"{"stream":"moons","members":{}}"#, "no stream 'moons'"),
            (0, #"{"stream":"customers","members":{"nam":"x"}}"#, "customers has no member 'nam'"),
            (0, #"{"stream":"customers","members":{"id":"x"}}"#, "customers has no member 'id'"),
            (0, #"{"stream":"customers","id":"cus_0","members":{"name":"x"}}"#, "customers has no 'cus_0'"),
            (0, #"{"stream":"customers"}"#, "the body is not"),
            (0, #"{"stream":"customers","members":{},"more":1}"#, "the body is not"),
            (1, #"{"stream":"tags","members":{}}"#, "no stream 'tags'"),
            (
                1, #"{"stream":"users","members":{"updated_at":"2026-01-01T00:00:00Z"}}"#,
                "no member 'updated_at'"
            ),
            (2, #"{"stream":"contacts","members":{"nick":"x"}}"#, "contacts has no property 'nick'"),
            (2, #"{"stream":"contacts","members":{"firstname":7}}"#, "every value of a property is a text"),
            (
                2, #"{"stream":"contacts","members":{"hs_object_id":"7"}}"#,
                "contacts has no property 'hs_object_id'"
            ),
        ]
    )
    func refused(_ service: Int, _ body: String, _ message: String) throws {
        let simulator = try Self.simulators[service]()
        let before = simulator.truth()
        let answer = try post(body, to: simulator)
        #expect(answer.status == 400)
        #expect(
            answer.document["error"]?.text?.contains(message) == true,
            "\(answer.document.compactText)"
        )
        #expect(simulator.truth() == before)
    }

    @Test("people are the same in all services by their seed, and an account's own without one")
    func people() throws {
        func emails(_ people: UInt64?, seed: UInt64) throws -> [[String]] {
            let configurations = SimulatorConfiguration(
                seed: seed,
                records: 60,
                clockSpeed: 0,
                people: people
            )
            let simulators: [(any Simulator, String, [String])] = [
                (try StripeSimulator(configurations, wall: Self.wall), "customers", ["email"]),
                (try ZendeskSimulator(configurations, wall: Self.wall), "users", ["email"]),
                (try HubSpotSimulator(configurations, wall: Self.wall), "contacts", ["properties", "email"]),
            ]
            return try simulators.map { simulator, stream, path in
                try simulator.truth(stream).compactMap {
                    try JSONValue.parse($0.record).member(at: path)?.text
                }
            }
        }
        let shared = try emails(7, seed: 1)
        let common = shared.dropFirst().reduce(Set(shared[0])) { $0.intersection($1) }
        #expect(common.count > 40)
        #expect(try emails(7, seed: 2)[0] == shared[0])
        #expect(try emails(8, seed: 1)[0] != shared[0])
        let own = try emails(nil, seed: 1)
        #expect(own.dropFirst().reduce(Set(own[0])) { $0.intersection($1) }.isEmpty)
    }
}
