import Core
import JSON
import Simulators
import Testing
import Web

/// A HubSpot account that is asked without a socket, under a clock that moves only when it is told to.
struct HubSpotFixture {
    struct Answer {
        var status: Int
        var document: JSONValue
        var headers: WebHeaders
    }

    let simulator: HubSpotSimulator

    init(
        seed: UInt64 = 1,
        records: Int = 40,
        faults: [String: FaultPlan.Fault] = [:],
        changesPerMinute: Int = 0,
        hasLimits: Bool = false
    ) throws {
        var faults = faults
        if !hasLimits { faults["no_limits"] = .init(rate: 1) }
        simulator = try HubSpotSimulator(
            .init(
                seed: seed,
                records: records,
                faults: faults,
                clockSpeed: 0,
                changesPerMinute: changesPerMinute
            )
        )
    }

    func send(
        _ method: String,
        _ target: String,
        _ body: [UInt8] = [],
        token: String? = "pat-na1-simulated"
    ) throws -> Answer {
        var headers = WebHeaders()
        if let token { headers.append("Authorization", "Bearer \(token)") }
        let response = simulator.answer(
            WebRequest(method: method, target: target, headers: headers, body: body)
        )
        guard case .bytes(let bytes) = response.body else {
            return Answer(status: response.status, document: .null, headers: response.headers)
        }
        let isJSON = response.headers["Content-Type"] == "application/json"
        return Answer(
            status: response.status,
            document: isJSON ? try JSONValue.parse(bytes) : .string(String(decoding: bytes, as: UTF8.self)),
            headers: response.headers
        )
    }

    func get(_ target: String, token: String? = "pat-na1-simulated") throws -> Answer {
        try send("GET", target, token: token)
    }

    func post(_ target: String, _ body: JSONValue, token: String? = "pat-na1-simulated") throws -> Answer {
        try send("POST", target, body.bytes(), token: token)
    }

    /// All elements of a list, page by page, as its cursors lead.
    func list(
        _ path: String,
        _ query: String = "",
        after first: String? = nil,
        limit: Int = 100
    ) throws -> [JSONValue] {
        var elements: [JSONValue] = []
        var after = first.map { "&after=\($0)" } ?? ""
        while true {
            let answer = try get("\(path)?limit=\(limit)\(query)\(after)")
            #expect(answer.status == 200, "\(path): \(answer.document.compactText)")
            let page = answer.document["results"]?.elements ?? []
            #expect(page.count <= limit)
            elements += page
            guard let paging = answer.document["paging"] else { return elements }
            #expect(page.count == limit)
            after = "&after=" + (try #require(paging["next"]?["after"]?.text))
        }
    }

    /// All rows of a search, as its offsets lead.
    func search(
        _ type: String,
        _ filters: [JSONValue] = [],
        sort: String = "hs_object_id",
        properties: [String] = [],
        limit: Int = 200
    ) throws -> [JSONValue] {
        var rows: [JSONValue] = []
        var after = "0"
        while true {
            let answer = try post(
                "/crm/v3/objects/\(type)/search",
                [
                    "filterGroups": [["filters": .array(filters)]],
                    "sorts": [["propertyName": .string(sort), "direction": "ASCENDING"]],
                    "properties": .array(properties.map { .string($0) }),
                    "limit": .number(limit), "after": .string(after),
                ]
            )
            #expect(answer.status == 200, "\(answer.document.compactText)")
            rows += answer.document["results"]?.elements ?? []
            guard let next = answer.document["paging"]?["next"]?["after"]?.text else {
                #expect(answer.document["total"]?.int == rows.count)
                return rows
            }
            after = next
        }
    }

    func truth(_ stream: String) throws -> [(key: String, record: JSONValue)] {
        try simulator.truth(stream).map { ($0.key, try JSONValue.parse($0.record)) }
    }

    func keys(_ stream: String) -> [String] { simulator.truth(stream).map(\.key) }

    func advance(_ seconds: Int) { simulator.clock.advance(by: .seconds(seconds)) }
}

extension JSONValue {
    /// A condition of a search.
    static func filter(_ name: String, _ word: String, _ value: String, high: String? = nil) -> JSONValue {
        var members: [Member] = [
            .init(name: "propertyName", value: .string(name)), .init(name: "operator", value: .string(word)),
            .init(name: "value", value: .string(value)),
        ]
        if let high { members.append(.init(name: "highValue", value: .string(high))) }
        return .object(members)
    }

    /// The ids of objects.
    var id: String { self["id"]?.text ?? "" }

    /// The milliseconds of `updatedAt`.
    var updated: Int { self["updatedAt"]?.text.flatMap { Instant(rfc3339: $0)?.milliseconds } ?? 0 }
}
