import Core
import Daemon
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice erase key` over a real broker.
@Suite("A person's records are erased", .enabled(if: TestBroker.isAvailable), .timeLimit(.minutes(15)))
struct EraseTests {
    private static let zeros = String(repeating: "0", count: 32)

    /// Nothing of the person is left for who reads, and everything of the other one is.
    private func checkErased(_ erased: EraseFixture) async throws {
        let prefix = erased.fixture.prefix
        // The payment is a letter of another stream's, which was not named.
        #expect(try await erased.holding(PersonServer.secret) == ["\(prefix).sluice.dead"])
        let customers = try await erased.newest("\(prefix).people.simulated.customers")
        #expect(customers["ann"] == nil && customers["bob"] != nil)
        let orders = try await erased.newest("\(prefix).people.simulated.orders")
        #expect(Array(orders.keys) == ["o9"])
        #expect(try await erased.newest("\(prefix).entity.Order").count == 1)
        for (stream, key) in [("customers", "ann"), ("orders", "o1"), ("orders", "o2")] {
            let left = try #require(try await erased.remembered(stream, key))
            #expect(left["content"]?.text == Self.zeros && left["deleted"]?.bool == true, "\(left)")
            #expect(left["parent"] == nil, "the child's memory names whom it belonged to: \(left)")
        }
        #expect(try await erased.remembered("customers", "ann")?["version"]?.text == "5")
        #expect(try await erased.remembered("customers", "bob")?["content"]?.text != Self.zeros)
    }

    @Test(
        "in one transaction, with its children, its entities and what is remembered; the audit has a hash alone"
    )
    func erases() async throws {
        let erased = try await EraseFixture()
        let prefix = erased.fixture.prefix
        let planned = try await erased.erase(EraseFixture.ann + ["--dry-run"])
        #expect(planned.code == 0, "\(planned.errors)")
        let key = try #require(planned.summary["erased"]?[0]?["keys"]?[0])
        #expect(key["children"]?.int == 2 && key["remembered"]?.int == 3, "\(planned.summary.compactText)")
        #expect(key["topics"]?["\(prefix).entity.Customer"]?.int == 1)
        let notes = planned.summary["notes"]?.compactText ?? ""
        #expect(
            notes.contains("off the disks within 20 days") && notes.contains("erase it at people first"),
            "\(notes)"
        )
        #expect(try await erased.holding(PersonServer.secret).count == 5)
        #expect(try await erased.fixture.audit().isEmpty)

        let done = try await erased.erase(EraseFixture.ann)
        #expect(done.code == 0, "\(done.errors)")
        try await checkErased(erased)
        let deletes = try await TestBroker.records(of: "\(prefix).people.simulated.customers").joined().filter
        {
            $0.value == nil
        }
        #expect(deletes.count == 1 && deletes.first?[header: "ce_type"] == "people.customers.delete")
        #expect(deletes.first?[header: "ce_id"]?.hasPrefix("ann:erased:2") == true)
        let entity = try await TestBroker.records(of: "\(prefix).entity.Customer").joined().filter {
            $0.value == nil
        }
        #expect(entity.first?[header: "ce_type"] == "entity.Customer.delete")
        #expect(entity.first?[header: "sluice_txn"] == deletes.first?[header: "sluice_txn"])

        let audit = try await erased.fixture.audit()
        #expect(audit.map(\.what) == ["erase"] && audit.first?.reason == "request 4711")
        let hash = try #require(key["sha256"]?.text)
        #expect(audit.first?.after?.contains("customers: key sha256:\(hash) erased") == true)
        #expect(audit.first?.before?.contains("2 children") == true)
        #expect(!"\(audit)".contains("\"ann\""), "\(audit)")
        // The letter goes by its own stream and key.
        let payment = try await erased.erase(["--stream", "payments", "ann", "--reason", "request 4711"])
        #expect(payment.code == 0, "\(payment.errors)")
        #expect(payment.summary["erased"]?[0]?["keys"]?[0]?["dead_letters"]?.int == 1)
        #expect(try await erased.holding(PersonServer.secret).isEmpty)
    }

    @Test(
        "what is erased does not come back from a replica that lags; from a service that has it, it does, and what it changes"
    )
    func runsAfterIt() async throws {
        let erased = try await EraseFixture()
        #expect(try await erased.erase(EraseFixture.ann).code == 0)
        let topic = "\(erased.fixture.prefix).people.simulated.customers"
        let before = try await TestBroker.records(of: topic).joined().count
        // An older state than the one that is known.
        erased.server.set("/customers", [PersonServer.customer("ann", at: 4), PersonServer.customer("bob")])
        let lagging = try await erased.fixture.run(["--stream", "customers"])
        #expect(lagging.code == 0, "\(lagging.errors)")
        #expect(try await TestBroker.records(of: topic).joined().count == before)
        // Gone at the service as well.
        erased.server.set("/customers", [PersonServer.customer("bob")])
        #expect(try await erased.fixture.run(["--stream", "customers"]).code == 0)
        #expect(try await TestBroker.records(of: topic).joined().count == before)
        // There after all.
        erased.server.set("/customers", [PersonServer.customer("ann"), PersonServer.customer("bob")])
        let anew = try await erased.fixture.run(["--stream", "customers"])
        #expect(anew.code == 0 && anew.summary["records"]?.int == 1, "\(anew.errors)")
        let records = try await TestBroker.records(of: topic).joined().filter { $0.key == Array("ann".utf8) }
        #expect(Set(records.compactMap { $0[header: "ce_id"] }).count == records.count)
        #expect(try await erased.newest(topic)["ann"] != nil)
    }

    @Test("a key that nothing knows is refused, and nothing is done; one that was erased before is not")
    func unknown() async throws {
        let erased = try await EraseFixture()
        let planned = try await erased.erase(["--stream", "customers", "anna", "--reason", "x", "--dry-run"])
        #expect(planned.code == 0 && planned.summary["erased"]?[0]?["keys"]?[0]?["known"]?.bool == false)
        let refused = try await erased.erase(["--stream", "customers", "ann", "anna", "--reason", "x"])
        #expect(refused.code == 2 && refused.errors.contains("state.unknown_key"), "\(refused.errors)")
        #expect(refused.errors.contains("(anna)"))
        #expect(try await erased.fixture.audit().isEmpty)
        let named = try await erased.erase(["--stream", "customers", "ann", "--reason", "erase ann"])
        #expect(named.code == 2 && named.errors.contains("name the request instead"), "\(named.errors)")
        #expect(try await erased.erase(EraseFixture.ann).code == 0)
        let again = try await erased.erase(EraseFixture.ann + ["--forget"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(try await erased.remembered("customers", "ann") == nil)
    }

    @Test(
        "I1: killed at each named point it is erased or as before, and done again it is erased",
        arguments: CrashPoint.publishing.filter { $0 != .afterFetch } + [
            .afterStateChange, .afterErasedLines,
        ]
    )
    func kills(_ point: CrashPoint) async throws {
        let erased = try await EraseFixture()
        let before = try await erased.holding(PersonServer.secret)
        let killed = try erased.start(EraseFixture.ann, environment: ["SLUICE_CRASH_AT": point.rawValue])
        #expect(await killed.waitForEnd(atMost: 120))
        #expect(killed.exitCode == 128 + SIGKILL, "\(killed.standardError)")
        let ended = try await erased.erase(EraseFixture.ann)
        #expect(ended.code == 0, "\(ended.errors)")
        try await checkErased(erased)
        #expect(before.count == 5)
        for topic in erased.topics.prefix(6) {
            let torn = try await TestBroker.records(of: topic).joined().filter { $0.value == nil }
            #expect(torn.allSatisfy { $0[header: "ce_id"]?.contains(":erased:") == true })
        }
    }

    @Test("behind compaction the bytes are on no disk", .enabled(if: OwnBroker.isAvailable))
    func compacted() async throws {
        let broker = try await OwnBroker.start(["log.cleaner.backoff.ms=100"])
        let erased = try await EraseFixture(
            broker,
            topics: [
                ("segment.ms", "100"), ("min.cleanable.dirty.ratio", "0.001"), ("min.compaction.lag.ms", "0"),
                ("delete.retention.ms", "100"),
            ]
        )
        #expect(try await erased.erase(EraseFixture.ann).code == 0)
        #expect(try await erased.erase(["--stream", "payments", "ann", "--reason", "x"]).code == 0)
        let deadline = ContinuousClock.now + .seconds(120)
        let topics = erased.topics.filter { !$0.hasSuffix(".versions") && !$0.hasSuffix(".state") }
        for topic in topics {
            while try await erased.isOnDisk(PersonServer.secret, topic) {
                try #require(ContinuousClock.now < deadline, "\(topic) still has it")
                try await erased.fill(topic)
            }
        }
        let customers = "\(erased.fixture.prefix).people.simulated.customers"
        #expect(try await erased.newest(customers)["bob"] != nil)
        await broker.stop()
    }

    @Test(
        "what a log of runs told of the key is told without it, once, also where its first form is compacted away"
    )
    func runLog() async throws {
        let erased = try await EraseFixture()
        let fixture = erased.fixture
        let daemon = try DaemonFixture(fixture, of: "people")
        _ = try fixture.write(
            "schedules/yearly.yaml",
            "extractor: \(fixture.folder)/people/\naccount: simulated\nentities: beside\nwhen: \"0 5 1 1 *\"\n"
        )
        let process = try daemon.start()
        try #require(
            await process.line(holding: "sluice serves", atMost: 60) != nil,
            "\(process.standardError)"
        )
        // A warning of the run names the record that became a letter.
        erased.server.set("/payments", [PersonServer.payment("anna-77", amount: #""dear""#)])
        _ = try await daemon.ask(["trigger", "yearly", "--wait"])
        let said = try await daemon.ask(["runs"])
        let run = try #require(try JSONValue.parse(Array(said.output.utf8))[0]?["run"]?.text)
        let words = ["logs", run, "--kafka", fixture.bootstrap, "--topic-prefix", fixture.prefix]
        func log() async throws -> String {
            let process = try SluiceProcess(words)
            #expect(await process.waitForEnd(atMost: 60))
            return process.standardOutput
        }
        let before = try await log()
        #expect(before.contains("anna-77"), "\(before)")
        let payment = ["--stream", "payments", "anna-77", "--reason", "request 4711"]
        let planned = try await erased.erase(payment + ["--dry-run"])
        #expect((planned.summary["log_lines"]?.int ?? 0) > 0, "\(planned.summary.compactText)")
        let done = try await erased.erase(payment)
        #expect(done.code == 0, "\(done.errors)")
        let after = try await log()
        #expect(!after.contains("anna-77") && after.contains("record [erased]"), "\(after)")
        #expect(after == before.replacing("anna-77", with: "[erased]"))
        #expect(
            try await erased.newest("\(fixture.prefix).sluice.runs").values.allSatisfy {
                !$0.contains("anna-77")
            }
        )
        let again = try await daemon.ask(["runs"])
        #expect(
            again.output.replacing("anna-77", with: "[erased]")
                == said.output.replacing("anna-77", with: "[erased]")
        )
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0, "\(process.standardError)")
        // The next daemon takes what was written again as what it is.
        let next = try daemon.start()
        try #require(await next.line(holding: "sluice serves", atMost: 60) != nil, "\(next.standardError)")
        next.signal(SIGTERM)
        #expect(await next.waitForEnd(atMost: 60))
        #expect(try await daemon.ask(["runs"]).output == again.output)
    }

    @Test("find names the places that hold a value, and key takes its lines")
    func finds() async throws {
        let erased = try await EraseFixture()
        let fixture = erased.fixture
        func find(_ words: [String]) async throws -> [JSONValue] {
            let process = try SluiceProcess(
                [
                    "erase", "find", "-o", "json", "--kafka", fixture.bootstrap, "--topic-prefix",
                    fixture.prefix,
                ] + words
            )
            #expect(await process.waitForEnd(atMost: 60))
            #expect(process.exitCode == 0, "\(process.standardError)")
            _ = try fixture.write("keys.jsonl", process.standardOutput)
            return try process.standardOutput.split(separator: "\n").map {
                try JSONValue.parse(Array($0.utf8))
            }
        }
        let found = try await find([PersonServer.secret])
        let places = found.map {
            "\($0["stream"]?.text ?? "") \($0["key"]?.text ?? "") \($0["paths"]?.compactText ?? "")"
        }
        #expect(Set(places) == [#"customers ann ["name"]"#, #"payments ann ["record.payer"]"#], "\(places)")
        #expect(found.count == 3)
        #expect(try await find([PersonServer.secret, "--stream", "orders"]).isEmpty)
        let keyed = try await find(["o1", "--account", "simulated"])
        #expect(keyed.first?["paths"]?[0]?.text == "(key)")
        _ = try await find([PersonServer.secret])
        let process = try SluiceProcess(
            [
                "erase", "key", "--keys", "\(fixture.folder)/keys.jsonl", "--reason", "request 4711", "-o",
                "json",
                "--config", "\(fixture.folder)/people.yaml", "--cache-folder", "\(fixture.folder)/cache",
            ] + fixture.place
        )
        let ended = try await fixture.end(of: process)
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(try await erased.holding(PersonServer.secret).isEmpty)
        #expect(try await find([PersonServer.secret]).isEmpty)
    }

    @Test("with a daemon the daemon does it, and says nothing of the key")
    func byTheDaemon() async throws {
        let erased = try await EraseFixture()
        let fixture = erased.fixture
        let daemon = try DaemonFixture(fixture, of: "people")
        _ = try fixture.write(
            "schedules/yearly.yaml",
            "extractor: \(fixture.folder)/people/\naccount: simulated\nentities: beside\nwhen: \"0 5 1 1 *\"\n"
        )
        let process = try daemon.start()
        try #require(
            await process.line(holding: "sluice serves", atMost: 60) != nil,
            "\(process.standardError)"
        )
        let done = try await erased.erase(EraseFixture.ann)
        #expect(done.code == 0, "\(done.errors)")
        #expect(done.summary["by"]?.text?.hasPrefix("the daemon on ") == true)
        try await checkErased(erased)
        process.signal(SIGTERM)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0, "\(process.standardError)")
        #expect(!process.standardError.contains("ann"), "\(process.standardError)")
        let lines = try await TestBroker.records(of: "\(fixture.prefix).sluice.runs").joined()
        #expect(!lines.contains { String(decoding: $0.value ?? [], as: UTF8.self).contains("\"ann\"") })
    }
}
