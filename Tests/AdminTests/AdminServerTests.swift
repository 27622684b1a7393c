import Core
import JSON
import ProcessSupport
import Testing

@testable import Daemon

@Suite struct AdminServerTests {
    private static let token = "0123456789abcdef-ana"

    private func raw(_ server: AdminServer, _ lines: [String], body: String = "") async
        -> LoopbackClient.Answer
    {
        var lines = lines + ["Connection: close"]
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        return await LoopbackClient(port: server.port).send(
            lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        )
    }

    // MARK: What is answered

    @Test func tellsOfSchedulesInPages() async throws {
        try await withAdmin { _, server in
            let client = LoopbackClient(port: server.port)
            var after = ""
            var ids: [String] = []
            repeat {
                let page = await client.get("/api/v1/schedules?limit=4\(after)").json
                #expect(page["total"] == 10)
                #expect(page["counts"]?["failing"] == 1)
                ids += (page["schedules"]?.elements ?? []).compactMap { $0["id"]?.text }
                after = page["after"]?.text.map { "&after=\($0)" } ?? ""
            } while !after.isEmpty
            #expect(ids.count == 10)
            #expect(ids == ids.sorted())
        }
    }

    @Test func tellsWhatClocksAndCalendarsDoToTicks() async throws {
        let ticks = try await withAdmin { _, server in
            await LoopbackClient(port: server.port).get("/api/v1/schedules/stripe-nightly/next?count=3").json
        }
        let next = ticks["next"]?.elements ?? []
        #expect(ticks["time_zone"] == "Europe/Berlin")
        #expect(
            next.map { $0["nominal"] } == [
                "2026-03-28T01:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z",
            ]
        )
        #expect(
            next.map { $0["remark"] } == [
                .null, "02:30 does not exist on this day: runs at 03:00", .null,
            ]
        )
        #expect(next.map { $0["skipped"] } == [.null, .null, "calendar: holidays"])
        #expect(next.allSatisfy { $0["due"] != $0["nominal"] })
    }

    @Test func secondsAreToldToTheMillisecond() {
        let shape = Shape<Duration>("x", "x", [.seconds("s", "x") { $0 }])
        for (duration, text) in [
            (Duration.seconds(3), "3"), (.milliseconds(1050), "1.050"), (.milliseconds(7), "0.007"),
            (.nanoseconds(1), "0"),
        ] {
            #expect(shape.json(duration)["s"] == .number(text))
        }
    }

    @Test func commandsReachTheDaemonWithWhoAsked() async throws {
        let commands = try await withAdmin(.init(tokens: ["ana": Secret(Self.token)])) { fake, server in
            let client = LoopbackClient(port: server.port)
            let bearer = "Authorization: Bearer \(Self.token)"
            let target = "/api/v1/schedules/stripe-payments"
            let answer = await client.post("\(target)/trigger", headers: [bearer])
            #expect(answer.status == 202)
            #expect(answer.json["run"]?.text?.isEmpty == false)
            _ = await client.post(
                "\(target)/pause",
                #"{"reason":"a move","until":"2026-04-01T02:00:00+02:00"}"#,
                headers: [bearer]
            )
            return fake.commands
        }
        #expect(commands.map(\.by) == ["ana", "ana"])
        #expect(
            commands.map(\.verb) == [
                .trigger(schedule: "stripe-payments", insteadOfNext: false),
                .pause(
                    schedule: "stripe-payments",
                    reason: "a move",
                    until: Instant(rfc3339: "2026-04-01T00:00:00Z")
                ),
            ]
        )
    }

    @Test func whatKafkaDoesNotGiveIsUnavailable() async throws {
        try await withAdmin { fake, server in
            fake.change { $0.isKafkaAway = true }
            let client = LoopbackClient(port: server.port)
            for answer in [
                await client.get("/api/v1/topics"),
                await client.get("/api/v1/topics/retail.stripe.charges/events"),
                await client.post("/api/v1/schedules/stripe-payments/resume"),
            ] {
                #expect(answer.status == 503)
                #expect(answer.code == "admin.unavailable")
                #expect(answer.json["detail"] == "no broker answers")
                #expect(answer.json["remedy"]?.text?.isEmpty == false)
            }
        }
    }

    @Test func probesSayWhatIsWrong() async throws {
        try await withAdmin(.init(tokens: ["ana": Secret(Self.token)])) { fake, server in
            let client = LoopbackClient(port: server.port)
            #expect(await client.get("/healthz").status == 200)
            #expect(await client.get("/readyz").json["status"] == "ok")
            fake.change { state in
                state.isAlive = false
                state.unreadiness = ["Kafka does not answer"]
            }
            #expect(await client.get("/healthz").status == 503)
            let ready = await client.get("/readyz")
            #expect(ready.status == 503)
            #expect(ready.json["checks"]?[1]?["detail"] == "Kafka does not answer")
            #expect(await client.get("/metrics").status == 401)
        }
    }

    // MARK: Who may ask

    @Test(arguments: ["0.0.0.0", "192.0.2.1", "::"])
    func othersNeedATokenBeforeItListens(host: String) throws {
        let fake = FakeDaemon(try Scene.make())
        #expect {
            try AdminServer(control: fake, configuration: .init(host: host))
        } throws: { ($0 as? AdminError)?.codeText == "admin.token_needed" }
        #expect {
            try AdminServer(control: fake, configuration: .init(host: host, tokens: ["ana": Secret("short")]))
        } throws: { ($0 as? AdminError)?.codeText == "admin.weak_token" }
    }

    @Test(
        arguments: [
            (nil, 401), ("Bearer", 401), ("Bearer 0123456789abcdef-anb", 401), ("Basic \(token)", 401),
            ("Bearer \(token)", 200), ("bearer  \(token)", 200), ("Bearer \(token) x", 401),
        ] as [(String?, Int)]
    )
    func tokensAreCompared(header: String?, status: Int) async throws {
        try await withAdmin(.init(tokens: ["ana": Secret(Self.token), "ci": Secret("fedcba9876543210")])) {
            _,
            server in
            let headers = header.map { ["Authorization: \($0)"] } ?? []
            let answer = await LoopbackClient(port: server.port).get("/api/v1/status", headers: headers)
            #expect(answer.status == status)
            #expect(answer.header("WWW-Authenticate").isEmpty == (status == 200))
            if status == 401 { #expect(answer.code == "admin.unauthorized") }
            #expect(!String(decoding: answer.bytes, as: UTF8.self).contains(Self.token))
        }
    }

    @Test func withoutATokenThePathsThatThereAreDoNotShow() async throws {
        try await withAdmin(.init(tokens: ["ana": Secret(Self.token)])) { _, server in
            let client = LoopbackClient(port: server.port)
            #expect(await client.get("/api/v1/nothing").status == 401)
            #expect(await client.get("/api/v1/changes").status == 401)
            #expect(await client.get("/").status == 200)
            #expect(await client.get("/app.js").status == 200)
        }
    }

    @Test(arguments: [
        ("localhost", 200), ("127.0.0.1:8321", 200), ("[::1]:8321", 200), ("LOCALHOST", 200), ("etl-1", 200),
        ("attacker.example", 421), ("localhost.attacker.example", 421), ("", 421),
    ])
    func onlyItsOwnNamesAreAnswered(host: String, status: Int) async throws {
        try await withAdmin(.init(names: ["ETL-1"])) { _, server in
            for path in ["/healthz", "/", "/api/v1/schedules"] {
                let answer = await raw(server, ["GET \(path) HTTP/1.1", "Host: \(host)"])
                #expect(answer.status == status, "\(path)")
                if status == 421 { #expect(answer.code == "admin.unknown_host") }
            }
        }
    }

    @Test(
        arguments: [
            (["Content-Type: text/plain"], 415), ([], 415),
            (["Content-Type: application/json; charset=utf-8"], 200),
            (["Content-Type: application/json", "Origin: http://attacker.example"], 403),
            (["Content-Type: application/json", "Origin: null"], 403),
            (["Content-Type: application/json", "Origin: http://localhost"], 200),
            (["Content-Type: application/json", "Sec-Fetch-Site: cross-site"], 403),
            (["Content-Type: application/json", "Sec-Fetch-Site: same-origin"], 200),
        ] as [([String], Int)]
    )
    func pagesOfOthersChangeNothing(headers: [String], status: Int) async throws {
        try await withAdmin { fake, server in
            let head = ["POST /api/v1/schedules/hubspot-archive/resume HTTP/1.1", "Host: localhost"]
            let answer = await raw(server, head + headers, body: "{}")
            #expect(answer.status == status)
            #expect(fake.commands.count == (status == 200 ? 1 : 0))
            #expect(answer.header("Access-Control-Allow-Origin").isEmpty)
        }
    }

    @Test func largeBodiesAreRefused() async throws {
        try await withAdmin { fake, server in
            let body = #"{"reason":"\#(String(repeating: "x", count: AdminServer.bodyLimit))"}"#
            let answer = await LoopbackClient(port: server.port)
                .post("/api/v1/schedules/stripe-payments/pause", body)
            #expect(answer.status == 413)
            #expect(answer.code == "admin.body_too_large")
            #expect(answer.header("Content-Type") == ["application/problem+json"])
            #expect(fake.commands.isEmpty)
        }
    }

    @Test(arguments: [
        ("DELETE", "/api/v1/schedules", "GET, HEAD"),
        ("GET", "/api/v1/schedules/stripe-payments/pause", "POST"),
        ("PUT", "/healthz", "GET, HEAD"),
    ])
    func otherMethodsAreNamed(method: String, path: String, allowed: String) async throws {
        try await withAdmin { _, server in
            let answer = await LoopbackClient(port: server.port).request(method, path)
            #expect(answer.status == 405)
            #expect(answer.header("Allow") == [allowed])
        }
    }

    @Test(arguments: [
        "/api/v1", "/api/v1/schedules/", "/nothing", "/api/v1/schedules/a/b/c", "/../etc/passwd",
    ])
    func otherPathsAreProblems(path: String) async throws {
        try await withAdmin { _, server in
            let answer = await LoopbackClient(port: server.port).get(path)
            if path == "/api/v1/schedules/" {
                #expect(answer.status == 200)
            } else {
                #expect(answer.status == 404)
                #expect(answer.code == "admin.unknown_path")
                #expect(answer.json["type"] == "urn:sluice:problem:admin.unknown_path")
            }
        }
    }

    // MARK: The page

    @Test(arguments: [
        ("/", "text/html; charset=utf-8"), ("/app.css", "text/css; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"), ("/icon.svg", "image/svg+xml"),
    ])
    func thePageHasATagAndStrictRules(path: String, type: String) async throws {
        try await withAdmin { _, server in
            let client = LoopbackClient(port: server.port)
            let first = await client.get(path)
            #expect(first.status == 200)
            #expect(first.header("Content-Type") == [type])
            #expect(first.header("Content-Security-Policy").first?.contains("default-src 'none'") == true)
            #expect(first.header("X-Content-Type-Options") == ["nosniff"])
            let tag = try #require(first.header("ETag").first)
            let again = await client.get(path, headers: ["If-None-Match: \"x\", \(tag)"])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            #expect(await client.get(path, headers: ["If-None-Match: \"x\""]).status == 200)
        }
    }

    @Test func largeAnswersAreCompressed() async throws {
        try await withAdmin { _, server in
            let answer = await LoopbackClient(port: server.port)
                .get("/api/v1/schedules", headers: ["Accept-Encoding: gzip"])
            #expect(answer.header("Content-Encoding") == ["gzip"])
        }
    }

    // MARK: Changes

    @Test func changesAreTold() async throws {
        let fake = FakeDaemon(try Scene.make())
        let server = try AdminServer(control: fake)
        let answer = await withTaskGroup(returning: LoopbackClient.Answer?.self) { group in
            group.addTask {
                await server.run()
                return LoopbackClient.Answer?.none
            }
            await fake.seen(looks: 1, waits: 1)
            group.addTask { await LoopbackClient(port: server.port).get("/api/v1/changes") }
            await fake.seen(looks: 2, waits: 1)
            fake.change { _ in }
            await fake.seen(looks: 3, waits: 2)
            fake.losePatience()
            await fake.seen(looks: 4, waits: 3)
            server.stop()
            var found: LoopbackClient.Answer?
            for await answer in group { found = found ?? answer }
            return found
        }
        let body = String(decoding: answer?.body ?? [], as: UTF8.self)
        #expect(answer?.header("Content-Type") == ["text/event-stream"])
        #expect(body.contains("event: revision\ndata: 1\n\n"))
        #expect(body.contains("event: revision\ndata: 2\n\n"))
        #expect(body.contains(": still here\n\n"))
        #expect(answer?.end == .closed)
    }
}
