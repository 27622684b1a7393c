import Core
import Foundation
import JSON
import Simulators
import Synchronization
import Testing

@Suite struct StripeControlTests {
    @Test func tellsTheTruth() async throws {
        try await withAccount(.init(records: 25)) { simulator, client in
            let streams = try await client.get("/_control/truth").document()["streams"]?.elements
            #expect(
                streams?.compactMap { $0["stream"]?.text }
                    == StripeSimulator.allStreams
            )
            var seen: [(String, [UInt8])] = []
            var offset: Int? = 0
            while let next = offset {
                let part = try await client.get("/_control/truth?stream=charges&offset=\(next)&count=10")
                    .document()
                for entry in try #require(part["data"]?.elements) {
                    seen.append((try #require(entry["key"]?.text), try #require(entry["record"]).bytes()))
                }
                offset = part["next"]?.int
            }
            let truth = Array(simulator.truth("charges"))
            #expect(seen.map(\.0) == truth.map(\.key))
            #expect(seen.map(\.1) == truth.map(\.record))
            let keys = try await client.get("/_control/truth?stream=charges&form=key").document()
            #expect(keys["data"]?.elements?.compactMap { $0["key"]?.text } == truth.map(\.key))
            #expect(keys["data"]?[0]?["record"] == nil)
        }
    }

    @Test func countsRequests() async throws {
        try await withAccount(.init(records: 5)) { simulator, client in
            let key = try #require(simulator.truth("invoices").map(\.key).first)
            for target in [
                "/v1/charges", "/v1/charges", "/v1/invoices/\(key)", "/v1/invoices/\(key)/lines", "/v1/x",
            ] {
                _ = await client.get(target)
            }
            #expect(await client.post("/_control/faults", #"{"server_error":{"next":1}}"#).status == 200)
            _ = await client.get("/v1/charges")
            let counts = try await client.get("/_control/requests").document()
            #expect(
                counts == [
                    "total": 6,
                    "paths": [
                        "/v1/charges": ["200": 2, "500": 1],
                        "/v1/invoices/{id}": ["200": 1],
                        "/v1/invoices/{id}/lines": ["200": 1],
                        "other": ["404": 1],
                    ],
                    "faults": ["server_error": 1],
                ]
            )
            #expect(try await client.request("DELETE", "/_control/requests").document()["total"] == 0)
        }
    }

    @Test(arguments: [
        ("POST", "/_control/faults", "{"),
        ("POST", "/_control/faults", "[]"),
        ("POST", "/_control/faults", #"{"unknown":{"rate":1}}"#),
        ("POST", "/_control/faults", #"{"slow":{"rate":2}}"#),
        ("POST", "/_control/faults", #"{"slow":{"often":1}}"#),
        ("POST", "/_control/faults", #"{"late_events":{"next":1}}"#),
        ("POST", "/_control/change", "[]"),
        ("POST", "/_control/change", #"{"creates":-1}"#),
        ("POST", "/_control/change", #"{"updates":"many"}"#),
        ("POST", "/_control/change", #"{"moves":1}"#),
        ("POST", "/_control/change", #"{"creates":1,"streams":["nothing"]}"#),
        ("POST", "/_control/change", #"{"deletes":1,"streams":["charges"]}"#),
        ("POST", "/_control/clock", #"{"advance":-1}"#),
        ("POST", "/_control/clock", "{}"),
        ("GET", "/_control/truth?stream=nothing", ""),
        ("GET", "/_control/truth?stream=charges&offset=-1", ""),
        ("GET", "/_control/truth?stream=charges&form=sha", ""),
        ("GET", "/_control/nothing", ""),
    ])
    func refuses(method: String, target: String, body: String) async throws {
        try await withAccount { _, client in
            let answer = await client.request(method, target, body: body)
            #expect(answer.status == 400)
            let error = try answer.document()["error"]?.text
            #expect(error?.isEmpty == false)
        }
    }

    @Test func advancesItsClock() async throws {
        try await withAccount(.init(clockSpeed: 0)) { _, client in
            let before = try await client.get("/_control/clock").document()["now"]?.int ?? 0
            let after =
                try await client.post("/_control/clock", #"{"advance":3600}"#).document()["now"]?.int ?? 0
            #expect(after - before == 3600)
            #expect(
                await client.get("/v1/charges").header("Date")?.hasPrefix("Thu, 01 Jan 2026 01:00:00") == true
            )
        }
    }

    @Test func neverOvertakesTheWallClock() throws {
        let wall = Locked(Instant(seconds: 1000))
        let clock = VirtualClock(start: Instant(seconds: 100), speed: 10, wall: { wall.withLock { $0 } })
        #expect(clock.now == Instant(seconds: 100))
        wall.withLock { $0 = Instant(seconds: 1010) }
        #expect(clock.now == Instant(seconds: 200))
        clock.advance(by: .seconds(500))
        #expect(clock.now == Instant(seconds: 700))
        clock.advance(by: .seconds(5000))
        #expect(clock.now == Instant(seconds: 1010))
    }

    @Test func writesItsConfiguration() async throws {
        let path = NSTemporaryDirectory() + "sluice-simulator-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await withAccount(.init(configOut: path)) { simulator, client in
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(
                text == """
                    extractor: stripe
                    account: simulated
                    settings:
                      base_url: http://127.0.0.1:\(client.port)
                      api_key: sk_test_simulated
                      requests_per_second: 10000

                    """
            )
            #expect(text == simulator.configurationFile())
        }
        let failing = try StripeSimulator(.init(configOut: "/nowhere/x.yaml"))
        #expect(throws: SimulatorError.self) { try failing.start() }
        #expect(failing.port == nil)
    }

    @Test func sameSeedGivesTheSameBytes() async throws {
        func bytes(_ seed: UInt64) async throws -> [[UInt8]] {
            try await withAccount(.init(seed: seed, records: 30)) { _, client in
                var bodies: [[UInt8]] = []
                for stream in StripeSimulator.streams {
                    bodies.append(await client.get(StripeSimulator.path(of: stream) ?? "").body)
                }
                return bodies
            }
        }
        let first = try await bytes(11)
        #expect(try await bytes(11) == first)
        #expect(try await bytes(12) != first)
    }

    @Test func compressesForWhoAccepts() async throws {
        try await withAccount { _, client in
            let plain = await client.get("/v1/charges")
            let packed = await client.get("/v1/charges", headers: ["Accept-Encoding: gzip, br"])
            #expect(plain.header("Content-Encoding") == nil)
            #expect(packed.header("Content-Encoding") == "gzip")
            #expect(packed.body.starts(with: [0x1F, 0x8B]))
            #expect(packed.body.count < plain.body.count / 2)
        }
    }
}
