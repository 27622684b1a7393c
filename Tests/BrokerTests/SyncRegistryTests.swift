import Core
import Events
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// Values that name their schemas, through a real broker.
@Suite("Schema registry, read by others", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(15)))
struct SyncRegistryTests {
    private static let streams = ["customers", "charges"]
    private static let entities = ["Customer", "Payment"]

    private let server: RegistryServer

    init() throws { server = try RegistryServer() }

    private var registry: TestRegistry { server.registry }

    private func words(_ more: String...) -> [String] {
        Self.streams.flatMap { ["--stream", $0] } + [
            "--entities", "beside", "--registry-url", server.address,
        ] + more
    }

    private func topics(_ fixture: SyncFixture) -> [String] {
        Self.streams.map { "\(fixture.prefix).stripe.simulated.\($0)" }
            + Self.entities.map { "\(fixture.prefix).entity.\($0)" }
    }

    /// The last value of each key, without what stands before it; deletes are left out.
    private func view(_ topic: String) async throws -> [String: String] {
        var view: [String: String] = [:]
        for record in try await TestBroker.records(of: topic).joined() {
            if let value = record.value { try #require(SchemaFrame.schema(of: value) != nil) }
            view[String(decoding: record.key ?? [], as: UTF8.self)] = record.value.map {
                String(decoding: SchemaFrame.payload(of: $0[...]), as: UTF8.self)
            }
        }
        return view
    }

    /// Every record stands in its topic as the service has it, and each once.
    private func expectWhole(_ fixture: SyncFixture) async throws {
        for (stream, entity) in zip(Self.streams, Self.entities) {
            let truth = try await fixture.truth(stream)
            #expect(try await view("\(fixture.prefix).stripe.simulated.\(stream)") == truth)
            let keys = try await view("\(fixture.prefix).entity.\(entity)").keys
            #expect(Set(keys) == Set(truth.keys.map { "stripe/simulated:\(stream):\($0)" }))
        }
        var published = try PublishedTopics(topics(fixture))
        try await published.readOn()
        await published.close()
        #expect(published.tornTransactions == [])
    }

    @Test(
        "Confluent's client reads each value by the schema that it names",
        .enabled(if: VendorClient.isAvailable),
        arguments: ["binary", "plain"]
    )
    func isReadByConfluent(envelope: String) async throws {
        let fixture = try await SyncFixture("stripe", records: 30)
        let first = try await fixture.run(words("--envelope", envelope))
        try #require(first.code == 0, "\(first.errors)")
        let before = try await fixture.truth("customers")
        try await fixture.change(creates: 2, updates: 3, deletes: 4, streams: ["customers"])
        // Events come into their list late.
        try await fixture.advance(600)
        let second = try await fixture.run(words("--envelope", envelope))
        try #require(second.code == 0, "\(second.errors)")
        let text = try await VendorClient.run(
            "registry",
            [fixture.bootstrap, server.address] + topics(fixture)
        )
        var view: [String: [String: JSONValue]] = [:]
        var deletes = 0
        for line in text.split(separator: "\n") {
            let line = try JSONValue.parse(Array(line.utf8))
            let (topic, key) = (line["topic"]?.text ?? "", line["key"]?.text ?? "")
            let value = line["value"] ?? .null
            if value == .null { deletes += 1 }
            view[topic, default: [:]][key] = value == .null ? nil : value
        }
        #expect(deletes == 2 * Set(before.keys).subtracting(try await fixture.truth("customers").keys).count)
        for (stream, entity) in zip(Self.streams, Self.entities) {
            let truth = try await fixture.truth(stream)
            let seen = view["\(fixture.prefix).stripe.simulated.\(stream)"] ?? [:]
            #expect(Set(seen.keys) == Set(truth.keys))
            for (key, value) in seen { #expect(value["id"]?.text == key) }
            #expect(view["\(fixture.prefix).entity.\(entity)"]?.count == truth.count)
        }
        #expect(deletes > 0)
        #expect(registry.subjects == topics(fixture).map { "\($0)-value" }.sorted())
    }

    @Test("I2: a schema that the registry refuses stops its stream, the others go on, and nothing is lost")
    func refused() async throws {
        let fixture = try await SyncFixture("stripe", records: 40)
        let subject = "\(fixture.prefix).stripe.simulated.charges-value"
        registry.put(#"{"type":"object","properties":{"id":{"type":"integer"}}}"#, into: subject)
        let first = try await fixture.run(words())
        #expect(first.code == 5, "\(first.errors)")
        let failed = first.summary["streams"]?["charges"]
        #expect(failed?["status"]?.text == "failed")
        #expect(failed?["error"]?["code"]?.text == "registry.incompatible", "\(first.summary.compactText)")
        for part in [subject, "#/properties/id", "\(server.address)/compatibility", "schemas/charges.json"] {
            #expect(first.errors.contains(part), "\(part): \(first.errors)")
        }
        #expect(
            try await view("\(fixture.prefix).stripe.simulated.customers").count
                == fixture.truth("customers").count
        )
        let topic = "\(fixture.prefix).stripe.simulated.charges"
        #expect(try await fixture.keys(topic) == [])
        // Somebody says that the change is meant.
        registry.allow(subject)
        let second = try await fixture.run(words())
        #expect(second.code == 0, "\(second.errors)")
        #expect(registry.versions(subject).count == 2)
        #expect(try await fixture.keys(topic).count == fixture.truth("charges").count)
        try await expectWhole(fixture)
    }

    @Test("a registry that is away is waited for, and then nothing is lost")
    func away() async throws {
        let fixture = try await SyncFixture("stripe", records: 40)
        registry.setAway(true)
        let process = try fixture.start(words())
        await registry.waitForRequests(2)
        registry.setAway(false)
        let ended = try await fixture.end(of: process)
        #expect(ended.code == 0, "\(ended.errors)")
        try await expectWhole(fixture)
    }

    @Test(
        "I1: killed at each named point, each value names its schema, once",
        arguments: CrashPoint.publishing
    )
    func kills(_ point: CrashPoint) async throws {
        let fixture = try await SyncFixture("stripe", records: 150)
        for hit in 1...2 {
            let killed = try fixture.start(
                words(),
                environment: ["SLUICE_CRASH_AT": "\(point.rawValue):\(hit)"]
            )
            #expect(await killed.waitForEnd(atMost: 120))
            #expect(killed.exitCode == 128 + SIGKILL, "\(killed.standardError)")
        }
        let end = try await fixture.run(words())
        #expect(end.code == 0, "\(end.errors)")
        try await expectWhole(fixture)
        for stream in Self.streams {
            let topic = "\(fixture.prefix).stripe.simulated.\(stream)"
            #expect(registry.versions("\(topic)-value").count == 1)
            let keys = try await fixture.keys(topic)
            #expect(keys.count == Set(keys).count, "\(stream)")
        }
    }

    @Test(
        "with a policy for personal fields the schema is that of what is published, and takes what was before"
    )
    func protected() async throws {
        let fixture = try await SyncFixture("stripe", records: 30)
        #expect(try await fixture.run(words()).code == 0)
        let policy = try fixture.write(
            "privacy.yaml",
            "key: env:THE_KEY\ndefault: hash\nkinds: {address: drop}\n"
                + "fields: {stripe.charges: {amount: mask, captured: drop, created: hash}}\n"
        )
        try await fixture.advance(3600)
        // Confluent's takes a wider schema; this one takes none that differs.
        for topic in topics(fixture) { registry.allow("\(topic)-value") }
        let next = try await fixture.run(
            words("--privacy", policy, "--resync"),
            environment: ["THE_KEY": "0123456789abcdef0123456789abcdef"]
        )
        #expect(next.code == 0, "\(next.errors)")
        for topic in topics(fixture) {
            let schema = try RecordSchema(Array(try #require(registry.versions("\(topic)-value").last).utf8))
            var count = 0
            for record in try await TestBroker.records(of: topic).joined() {
                guard let value = record.value else { continue }
                count += 1
                #expect(schema.misfits(in: Array(SchemaFrame.payload(of: value[...]))) == [])
            }
            #expect(count >= 60)
        }
        let charges = try await view("\(fixture.prefix).stripe.simulated.charges")
        #expect(charges.values.allSatisfy { $0.contains("\"amount\":null") && !$0.contains("\"captured\"") })
        #expect(charges.values.allSatisfy { $0.contains("\"created\":\"pii:") })
        #expect(registry.versions("\(topics(fixture)[1])-value").count == 2)
    }

    @Test("what a registry cannot go with is refused before anything is asked")
    func misfits() async throws {
        let fixture = try await SyncFixture("stripe", records: 5)
        let structured = try await fixture.run(words("--envelope", "structured"))
        #expect(
            structured.code == 2 && structured.errors.contains("write binary or plain"),
            "\(structured.errors)"
        )
        let words = ["--stream", "customers", "--registry-url", server.address]
        let files = try await fixture.end(of: fixture.start(words, into: "\(fixture.folder)/files"))
        #expect(files.code == 2 && files.errors.contains("--registry-url is for Kafka"), "\(files.errors)")
        #expect(registry.requests == [])
    }

    @Test("a password goes to the registry, and nowhere else")
    func credentials() async throws {
        let server = try RegistryServer(TestRegistry(user: "sluice", password: "hunter2"))
        let fixture = try await SyncFixture("stripe", records: 10)
        let words = [
            "--stream", "customers", "--registry-url", server.address, "--registry-user", "sluice",
            "--registry-password", "env:REGISTRY",
        ]
        let refused = try await fixture.run(words, environment: ["REGISTRY": "hunter3"])
        #expect(refused.code == 3, "\(refused.errors)")
        #expect(refused.errors.contains("registry.not_authorized"))
        #expect(!refused.errors.contains("hunter3") && !refused.summary.compactText.contains("hunter3"))
        let accepted = try await fixture.run(words, environment: ["REGISTRY": "hunter2"])
        #expect(accepted.code == 0, "\(accepted.errors)")
    }

    @Test(
        "over TLS, by an authority of one's own",
        .enabled(if: Nginx.isAvailable && TestCertificates.canBeMade, "nginx or openssl is not installed")
    )
    func tls() async throws {
        let certificates = try TestCertificates()
        let front = try await Nginx(certificates, location: "proxy_pass \(server.address);")
        defer { front.stop() }
        let fixture = try await SyncFixture("stripe", records: 5)
        let words = ["--stream", "customers", "--registry-url", "https://127.0.0.1:\(front.port)/"]
        let refused = try await fixture.run(words)
        #expect(refused.code == 3 && refused.errors.contains("http.certificate"), "\(refused.errors)")
        #expect(registry.requests == [])
        let accepted = try await fixture.run(words + ["--registry-ca-file", certificates.file("right.pem")])
        #expect(accepted.code == 0, "\(accepted.errors)")
        #expect(registry.subjects == ["\(fixture.prefix).stripe.simulated.customers-value"])
    }

    @Test("where it registers nothing, what schemas show prints was registered before")
    func registersNothing() async throws {
        let fixture = try await SyncFixture("stripe", records: 10)
        let more = ["--registry-auto-register", "false"]
        let refused = try await fixture.run(words() + more)
        #expect(refused.code == 1 && refused.errors.contains("registry.not_registered"), "\(refused.errors)")
        #expect(registry.subjects == [])
        for (topic, name) in zip(
            topics(fixture),
            Self.streams.map { ["stripe", $0] } + Self.entities.map { ["entity", $0] }
        ) {
            let shown = try await fixture.end(of: SluiceProcess(["schemas", "show"] + name))
            #expect(shown.code == 0, "\(shown.errors)")
            registry.put(shown.summary.compactText, into: "\(topic)-value")
        }
        let accepted = try await fixture.run(words() + more)
        #expect(accepted.code == 0, "\(accepted.errors)")
        try await expectWhole(fixture)
        #expect(registry.requests.allSatisfy { !$0.contains("versions") })
    }

    @Test(
        "a daemon's registry holds for its schedules, and its API shows records without what stands before them"
    )
    func daemon() async throws {
        let fixture = try await SyncFixture("stripe", records: 20)
        let daemon = try DaemonFixture(fixture)
        try daemon.write("yearly", "streams: [customers]\nwhen: \"0 5 1 1 *\"\n")
        let process = try daemon.start([:], ["--registry-url", server.address])
        let line = try #require(
            await process.line(holding: "sluice serves", atMost: 60),
            "\(process.standardError)"
        )
        let page = try #require(line.split(separator: " ").last)
        // Done by the daemon, whatever this process would do by itself.
        let ended = try await fixture.run(["--stream", "customers"])
        #expect(ended.code == 0 && ended.errors.contains("the daemon on"), "\(ended.errors)")
        let again = try await fixture.run(["--stream", "customers", "--resync"])
        #expect(again.code == 0, "\(again.errors)")
        let topic = "\(fixture.prefix).stripe.simulated.customers"
        #expect(try await view(topic) == fixture.truth("customers"))
        // The second session knows the schema by one question.
        #expect(registry.requests.count == 4 && registry.requests.last == "POST /subjects/\(topic)-value")
        let answer = try await LocalAPI.ask("GET", "\(page)/api/v1/topics/\(topic)/events")
        let events = try #require(answer["events"]?.elements)
        #expect(events.count == 20)
        for event in events {
            #expect(event["schema"]?.int == 1)
            #expect(try JSONValue.parse(Array((event["value"]?.text ?? "").utf8))["id"] == event["key"])
        }
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
    }

    @Test(
        "the doctor looks at it",
        arguments: [("hunter2", "ok"), ("hunter3", "registry.not_authorized"), ("", "registry.unreachable")]
    )
    func doctor(password: String, told: String) async throws {
        let server = try RegistryServer(TestRegistry(user: "sluice", password: "hunter2"))
        server.registry.setAway(password.isEmpty)
        let fixture = try await SyncFixture("stripe")
        let process = try SluiceProcess(
            [
                "doctor", "--schedules", fixture.folder, "--lock-folder", "\(fixture.folder)/locks",
                "--cache-folder", "\(fixture.folder)/cache", "--kafka", fixture.bootstrap, "--topic-prefix",
                fixture.prefix, "--output", "json", "--registry-url", server.address, "--registry-user",
                "sluice",
                "--registry-password", "env:REGISTRY",
            ],
            environment: ["REGISTRY": password.isEmpty ? "hunter2" : password]
        )
        let ended = try await fixture.end(of: process)
        let found = ended.summary["checks"]?.elements?.filter { $0["check"]?.text == "registry" } ?? []
        #expect(found.count == 1)
        #expect(found.first?["subject"]?.text == "\(server.address)/")
        #expect(found.first?["status"]?.text == (told == "ok" ? "ok" : "error"))
        if told != "ok" {
            #expect(found.first?["text"]?.text?.contains(told) == true, "\(found)")
            #expect(found.first?["remedy"]?[0]?.text?.isEmpty == false)
            #expect(ended.code == 3)
        }
        #expect(!ended.summary.compactText.contains("hunter"))
        // Asked once, and nothing is changed.
        #expect(server.registry.requests == ["GET /schemas/types"])
    }
}
