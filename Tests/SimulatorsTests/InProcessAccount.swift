import Core
import JSON
import Simulators
import Testing
import Web

/// An account that is asked without a socket, under a clock that moves only when it is told to.
struct InProcessAccount {
    let simulator: StripeSimulator

    init(
        seed: UInt64 = 1,
        records: Int = 40,
        faults: [String: FaultPlan.Fault] = [:],
        changesPerMinute: Int = 0
    ) throws {
        simulator = try StripeSimulator(
            .init(
                seed: seed,
                records: records,
                faults: faults,
                clockSpeed: 0,
                changesPerMinute: changesPerMinute
            )
        )
    }

    func get(_ target: String, key: String = "sk_test_simulated") throws -> (
        status: Int, document: JSONValue
    ) {
        let response = simulator.answer(
            WebRequest(method: "GET", target: target, headers: ["Authorization": "Bearer \(key)"])
        )
        guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
        return (response.status, try JSONValue.parse(bytes))
    }

    /// All elements of a list.
    func list(_ path: String, _ query: String = "", limit: Int = 100) throws -> [JSONValue] {
        var elements: [JSONValue] = []
        var cursor = ""
        while true {
            let (status, page) = try get("\(path)?limit=\(limit)\(query)\(cursor)")
            #expect(status == 200, "\(path): \(page.compactText)")
            elements += page["data"]?.elements ?? []
            guard page["has_more"]?.bool == true else { return elements }
            cursor = "&starting_after=" + (try #require(elements.last?["id"]?.text))
        }
    }

    func advance(_ seconds: Int) { simulator.clock.advance(by: .seconds(seconds)) }
}
