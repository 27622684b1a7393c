import Core
import JSON
import Simulators
import Testing
import Web

/// A Zendesk account that is asked without a socket, under a clock that moves only when it is told to.
struct InProcessZendesk {
    let simulator: ZendeskSimulator

    /// Without limits and without what comes late, unless the faults say otherwise.
    init(
        seed: UInt64 = 1,
        records: Int = 60,
        faults: [String: FaultPlan.Fault] = [:],
        changesPerMinute: Int = 0
    ) throws {
        let calm: [String: FaultPlan.Fault] = [
            "no_limits": .init(rate: 1), "late_visible": .init(), "reemitted": .init(),
        ]
        simulator = try ZendeskSimulator(
            .init(
                seed: seed,
                records: records,
                faults: calm.merging(faults) { $1 },
                clockSpeed: 0,
                changesPerMinute: changesPerMinute
            )
        )
    }

    /// The answer to a request.
    func answer(
        _ method: String = "GET",
        _ target: String,
        token: String? = "zd_simulated",
        body: String = ""
    ) -> WebResponse {
        var headers = WebHeaders()
        headers.append("Host", "zendesk.test")
        if let token { headers.append("Authorization", token.contains(" ") ? token : "Bearer \(token)") }
        return simulator.answer(
            WebRequest(method: method, target: target, headers: headers, body: Array(body.utf8))
        )
    }

    func get(_ target: String, token: String? = "zd_simulated") throws -> (status: Int, document: JSONValue) {
        let response = answer("GET", "/api/v2/\(target)", token: token)
        guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
        return (
            response.status, (try? JSONValue.parse(bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
        )
    }

    /// The document of an answer that must succeed.
    func page(_ target: String) throws -> JSONValue {
        let (status, document) = try get(target)
        try #require(status == 200, "\(target): \(document.compactText.prefix(300))")
        return document
    }

    /// What follows `/api/v2/` in an address.
    private func target(_ address: JSONValue?) throws -> String {
        let text = try #require(address?.text)
        return String(
            try #require(text.firstRange(of: "http://zendesk.test/api/v2/").map { text[$0.upperBound...] })
        )
    }

    /// All pages of an export by cursor, by the addresses that they give.
    func cursorPages(_ path: String, _ query: String = "start_time=0") throws -> [JSONValue] {
        var pages = [try page("\(path)?\(query)")]
        while let last = pages.last {
            let isOver = last["end_of_stream"]?.bool ?? !(last["meta"]?["has_more"]?.bool ?? true)
            if isOver { return pages }
            pages.append(try page(target(last["after_url"])))
        }
        return pages
    }

    /// All pages of an export by time, by the addresses that they give; those that make no progress are the last.
    func timePages(_ path: String, _ query: String = "start_time=0") throws -> [JSONValue] {
        var pages = [try page("\(path)?\(query)")]
        while let last = pages.last, let next = last["next_page"]?.text, last["end_of_stream"]?.bool != true {
            let before = pages.dropLast().last?["end_time"]
            if before == last["end_time"] { return pages }
            _ = next
            pages.append(try page(target(last["next_page"])))
        }
        return pages
    }

    /// All rows of a list by cursor.
    func list(_ path: String, size: Int = 100, _ query: String = "") throws -> [JSONValue] {
        var rows: [JSONValue] = []
        var next = "\(path)?page[size]=\(size)\(query)"
        while true {
            let page = try page(next)
            rows += Self.rows(page)
            guard page["meta"]?["has_more"]?.bool == true else { return rows }
            next = try target(page["links"]?["next"])
        }
    }

    /// All rows of a list by offset.
    func offsetList(_ path: String, size: Int = 100) throws -> [JSONValue] {
        var rows: [JSONValue] = []
        var next = "\(path)?per_page=\(size)"
        while true {
            let page = try page(next)
            rows += Self.rows(page)
            guard page["next_page"]?.text != nil else {
                #expect(page["count"]?.int == rows.count)
                return rows
            }
            next = try target(page["next_page"])
        }
    }

    /// The rows of a page: its first member.
    static func rows(_ page: JSONValue) -> [JSONValue] { page.members?.first?.value.elements ?? [] }

    /// The records of a stream by key, as they are now.
    func truth(_ stream: String) throws -> [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: try simulator.truth(stream).map { ($0.key, try JSONValue.parse($0.record)) }
        )
    }

    func advance(_ seconds: Int) { simulator.clock.advance(by: .seconds(seconds)) }

    /// The second on its clock.
    var now: Int { Int(simulator.clock.now.seconds) }
}

extension JSONValue {
    /// The key of a row, whatever it is called.
    var key: String {
        if let id = self["id"] { return id.text ?? id.compactText }
        return self["key"]?.text ?? self["name"]?.text ?? ""
    }

    /// Rows by key; of several the last one counts.
    static func byKey(_ rows: [JSONValue]) -> [String: JSONValue] {
        Dictionary(rows.map { ($0.key, $0) }) { $1 }
    }
}
