import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice sync` into files and onto the standard output, by a schedule and the local Stripe: no Kafka anywhere.
@Suite("A sync without Kafka", .timeLimit(.minutes(5)))
struct SyncFolderTests {
    private let folder: String
    private let events: String
    private let simulator: LocalSimulator
    private var address: String { simulator.address }

    init() async throws {
        try await self.init(faults: nil)
    }

    private init(faults: String?) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-folder-\(UUID().uuidString)"
        events = "\(folder)/events"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        simulator = try await LocalSimulator("stripe", records: 40, faults: faults)
    }

    private func end() {
        simulator.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private struct Ended {
        var code: Int32
        var output: String
        var errors: String
        var summary: JSONValue { (try? JSONValue.parse(Array(output.utf8))) ?? .null }
    }

    private func sync(_ words: [String]) async throws -> Ended {
        let process = try SluiceProcess(
            ["sync", "schedules/stripe.yaml", "--set", "base_url=\(address)", "--output", "json"] + words
        )
        try #require(await process.waitForEnd(atMost: 120))
        return Ended(
            code: process.exitCode,
            output: process.standardOutput,
            errors: process.standardError
        )
    }

    private func lines(_ stream: String) throws -> [JSONValue] {
        let text = try String(contentsOfFile: "\(events)/\(stream).jsonl", encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
    }

    @Test("a schedule's account goes into a folder: each record once, and the next run goes on there")
    func intoFolder() async throws {
        defer { end() }
        let words = ["--stream", "customers", "--stream", "invoice_line_items", "--to", events]
        let first = try await sync(words)
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.summary["streams"]?["customers"]?["records"]?.int == 40)
        let customers = try lines("customers")
        #expect(Set(customers.compactMap { $0["key"]?.text }).count == 40)
        #expect(customers.count == 40)
        #expect(customers[0]["headers"]?["ce_source"]?.text == "/stripe/demo/customers")
        #expect(customers[0]["value"]?["object"]?.text == "customer")
        #expect(
            try lines("invoice_line_items").count
                == first.summary["streams"]?["invoice_line_items"]?["records"]?.int
        )
        // What a person sees: the list first, and then its feed.
        #expect(first.errors.contains("customers: 40 records"), "\(first.errors)")
        #expect(first.errors.contains("feed, done"), "\(first.errors)")

        let second = try await sync(words)
        #expect(second.code == 0, "\(second.errors)")
        #expect(second.summary["records"]?.int == 0)
        #expect(second.summary["deletes"]?.int == 0)
        #expect(try lines("customers").count == 40)
    }

    @Test("--resync publishes what differs, and all of it where the file lost it")
    func resync() async throws {
        defer { end() }
        let words = ["--stream", "customers", "--to", events]
        #expect(try await sync(words).code == 0)
        let again = try await sync(words + ["--resync"])
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.summary["records"]?.int == 0)
        #expect(again.summary["streams"]?["customers"]?["bookmark"]?["list"]?["read"]?.int == 2)
        try FileManager.default.removeItem(atPath: "\(events)/customers.jsonl")
        let refused = try await sync(words)
        #expect(refused.code == 2)
        #expect(refused.errors.contains("--resync"), "\(refused.errors)")
        let anew = try await sync(words + ["--resync"])
        #expect(anew.code == 0, "\(anew.errors)")
        #expect(anew.summary["records"]?.int == 40)
        #expect(try lines("customers").count == 40)
    }

    @Test("--since is kept, and refused for a stream that was read")
    func since() async throws {
        defer { end() }
        let words = ["--stream", "customers", "--to", events]
        let first = try await sync(words + ["--since", "2020-01-01"])
        #expect(first.code == 0, "\(first.errors)")
        let list = first.summary["streams"]?["customers"]?["bookmark"]?["list"]
        #expect(list?["since"]?.int == 1_577_836_800_000)
        let second = try await sync(words + ["--since", "2020-01-01"])
        #expect(second.code == 2)
        #expect(second.errors.contains("--resync --since"), "\(second.errors)")
        #expect(second.errors.contains("customers has been read"), "\(second.errors)")
        let anew = try await sync(words + ["--since", "2021-01-01T00:00:00Z", "--resync"])
        #expect(anew.code == 0, "\(anew.errors)")
    }

    @Test("--to stdout: the output is events alone, and --state goes on")
    func ontoOutput() async throws {
        defer { end() }
        let words = ["--stream", "customers", "--to", "stdout", "--state", "\(folder)/state", "--quiet"]
        let first = try await sync(words)
        #expect(first.code == 0, "\(first.errors)")
        let lines = first.output.split(separator: "\n")
        #expect(lines.count == 40)
        for line in lines {
            #expect(try JSONValue.parse(Array(line.utf8))["key"]?.text?.hasPrefix("cus_") == true)
        }
        #expect(first.errors.contains("at least once"), "\(first.errors)")
        let summary = try #require(first.errors.split(separator: "\n").last(where: { $0.hasPrefix("{") }))
        #expect(try JSONValue.parse(Array(summary.utf8))["records"]?.int == 40)
        let second = try await sync(words)
        #expect(second.code == 0, "\(second.errors)")
        #expect(second.output.isEmpty)
        // Without its state it begins anew, and says so.
        let third = try await sync(["--stream", "customers", "--to", "stdout"])
        #expect(third.output.split(separator: "\n").count == 40)
        #expect(third.errors.contains("--state"), "\(third.errors)")
    }

    @Test("a reader that has had enough ends it as it ends a filter, and is not called a failing disk")
    func closedOutput() async throws {
        defer { end() }
        let words = [
            "sync", "schedules/stripe.yaml", "--set", "base_url=\(address)", "--to", "stdout", "--quiet",
        ]
        let line = #""$@" | head -c 1 > /dev/null; exit "${PIPESTATUS[0]}""#
        let process = try SluiceProcess(
            program: "/bin/bash",
            ["-c", line, "bash", SluiceProcess.binary] + words
        )
        try #require(await process.waitForEnd(atMost: 120))
        #expect(process.exitCode == 128 + SIGPIPE, "\(process.standardError)")
        #expect(process.standardError.contains("whoever read the standard output has closed it"))
        #expect(!process.standardError.contains("disk"), "\(process.standardError)")
    }

    @Test("--log-format json: every line of the standard error is a record, progress among them")
    func logRecords() async throws {
        defer { end() }
        let ended = try await sync(["--stream", "customers", "--to", events, "--log-format", "json"])
        #expect(ended.code == 0, "\(ended.errors)")
        let lines = try ended.errors.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
        let last = lines.last { $0["message"]?.text == "progress" }
        #expect(last?["stream"]?.text == "customers")
        #expect(last?["phase"]?.text == "done")
        #expect(last?["records"]?.int == 40)
    }

    @Test("a schedule says the folder, from where the file is; --kafka beats it")
    func folderOfSchedule() async throws {
        defer { end() }
        let path = "\(folder)/acme.yaml"
        let text = """
            extractor: stripe
            account: acme
            settings: {base_url: "\(address)", api_key: sk_test_simulated, requests_per_second: 1000}
            streams: [customers]
            to: {folder: events}
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let process = try SluiceProcess(["sync", path])
        try #require(await process.waitForEnd(atMost: 120))
        #expect(process.exitCode == 0, "\(process.standardError)")
        #expect(try lines("customers").count == 40)
        #expect(process.standardOutput.contains("success: 40 records in"))
        let misplaced = try SluiceProcess(["sync", path, "--topic-prefix", "retail"])
        try #require(await misplaced.waitForEnd(atMost: 60))
        #expect(misplaced.exitCode == 2)
        #expect(misplaced.standardError.contains("\(path):5:14"), "\(misplaced.standardError)")
        let kafka = try SluiceProcess(["sync", path, "--kafka", "127.0.0.1:1"])
        try #require(await kafka.waitForEnd(atMost: 60))
        #expect(kafka.exitCode == 2)
        #expect(kafka.standardError.contains("--topic-prefix"), "\(kafka.standardError)")
    }

    @Test("a stream that the account may not read is unavailable, not failed")
    func unavailable() async throws {
        let fixture = try await SyncFolderTests(faults: "forbidden_charges=1")
        defer {
            end()
            fixture.end()
        }
        let ended = try await fixture.sync([
            "--stream", "customers", "--stream", "charges", "--to", fixture.events,
        ])
        #expect(ended.code == 5, "\(ended.errors)")
        #expect(ended.summary["streams"]?["charges"]?["status"]?.text == "unavailable")
        #expect(ended.errors.contains("unavailable: "), "\(ended.errors)")
        #expect(!ended.errors.contains("failed"), "\(ended.errors)")
    }
}
