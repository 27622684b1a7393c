import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice extractor`: the built command, with and without a local Stripe.
@Suite("The authors' commands", .timeLimit(.minutes(3)))
struct ExtractorCommandTests {
    private struct Ended {
        var code: Int32
        var output: String
        var errors: String
        var json: JSONValue { (try? JSONValue.parse(Array(output.utf8))) ?? .null }
    }

    private static let broken = "Tests/ExtractorKitTests/Broken"
    private static let key = ["--set", "api_key=sk_test_simulated"]

    private func run(_ words: [String], environment: [String: String] = [:]) async throws -> Ended {
        let process = try SluiceProcess(["extractor"] + words, environment: environment)
        try #require(await process.waitForEnd(atMost: 60))
        return Ended(
            code: process.exitCode,
            output: process.standardOutput,
            errors: process.standardError
        )
    }

    // MARK: check

    @Test("what ships is sound, even strictly")
    func checksWhatShips() async throws {
        let ended = try await run(["check", "--strict", "stripe"])
        #expect(ended.code == 0, "\(ended.output)")
        #expect(
            ended.output.hasSuffix("extractors/stripe/extractor.yaml: stripe is sound, with 25 streams\n")
        )
    }

    @Test("every error of a file is told, and ends with 2")
    func checksErrors() async throws {
        let file = "\(Self.broken)/30-ten-at-once.yaml"
        let ended = try await run(["check", file])
        #expect(ended.code == 2)
        #expect(ended.output.contains("\(file):17:12: error: unknown limit slow; declare it under limits\n"))
        #expect(ended.output.hasSuffix("\(file): 11 errors\n"))
        #expect(ended.errors == "")
    }

    @Test("as JSON, of several files at once")
    func checksAsJSON() async throws {
        let file = "\(Self.broken)/17-unknown-limit.yaml"
        let ended = try await run(["check", "extractors/stripe", file, "--output", "json"])
        #expect(ended.code == 2)
        #expect(ended.json.members?.map(\.name) == ["errors", "warnings", "definitions"])
        #expect(ended.json["errors"]?.int == 1)
        let definitions = ended.json["definitions"]
        #expect(definitions?[0]?["extractor"]?.text == "stripe")
        #expect(definitions?[0]?["file"]?.text == "extractors/stripe/extractor.yaml")
        #expect(definitions?[0]?["findings"]?.elements == [])
        #expect(definitions?[1]?["extractor"]?.isNull == true)
        let finding = definitions?[1]?["findings"]?[0]
        #expect(finding?.members?.map(\.name) == ["severity", "rule", "line", "column", "text"])
        #expect(finding?["severity"]?.text == "error")
        #expect(finding?["line"]?.int == 13)
        #expect(finding?["column"]?.int == 12)
    }

    @Test("a warning ends with 0, and strictly with 2")
    func checksWarnings() async throws {
        let shop = try Shop()
        defer { shop.remove() }
        let lenient = try await run(["check", shop.folder])
        #expect(lenient.code == 0, "\(lenient.output)")
        #expect(lenient.output.contains("warning: ") && lenient.output.contains("[read_once]"))
        let strict = try await run(["check", "--strict", "\(shop.folder)/extractor.yaml"])
        #expect(strict.code == 2)
        #expect(strict.output == lenient.output)
    }

    @Test(
        "what is not there is said with a remedy",
        arguments: [
            (["check", "strip"], "did you mean stripe?"),
            (["check", "/nowhere/extractor.yaml"], "No such file"),
            (["check"], "<extractor>"),
            (["read", "stripe", "custmers"], "did you mean customers?"),
            (["read", "stripe"], "<stream>"),
            (["read", "stripe", "customers", "--limit", "0"], "--limit"),
            (["read", "stripe", "customers"], "--set api_key=env:NAME"),
            (["read", "stripe", "customers", "--set", "api_key=sk_live_topsecret"], "env:NAME"),
            (["read", "\(broken)/17-unknown-limit.yaml", "orders"], "13:12: error: unknown limit slow"),
            (["read", "stripe", "customers", "--config", "/nowhere/acme.yaml"], "/nowhere/acme.yaml"),
            (["chek", "stripe"], "check"),
        ]
    )
    func refuses(words: [String], says: String) async throws {
        let ended = try await run(words)
        #expect(ended.code == 2)
        #expect(ended.errors.contains(says), "\(ended.errors)")
        #expect(ended.output == "")
        #expect(!ended.errors.contains("topsecret"))
    }

    // MARK: list and schema

    @Test("list names all that can be found, and says which cannot be used")
    func lists() async throws {
        let shop = try Shop()
        defer { shop.remove() }
        let folders = "\(SluiceProcess.packageRoot)/extractors:\(shop.parent)"
        let text = try await run(["list", "--extractors", folders])
        #expect(text.code == 0)
        #expect(text.output.hasPrefix("EXTRACTOR"))
        #expect(text.output.contains("stripe") && text.output.contains("shop"))
        try shop.write("extractor: shop\n")
        let ended = try await run(["list", "--output", "json"], environment: ["SLUICE_EXTRACTORS": folders])
        #expect(ended.code == 0)
        let items = ended.json.elements ?? []
        #expect(
            items.first?.members?.map(\.name) == ["extractor", "folder", "description", "streams", "errors"]
        )
        let found = items.first { $0["extractor"]?.text == "stripe" }
        #expect(found?["streams"]?.elements?.contains("customers") == true)
        #expect(found?["errors"]?.int == 0)
        let bad = items.first { $0["extractor"]?.text == "shop" }
        #expect(bad?["errors"]?.int == 2)
        #expect(bad?["folder"]?.text == shop.folder)
    }

    @Test("an empty folder is said to be empty")
    func listsNothing() async throws {
        let ended = try await run(["list", "--extractors", "/nowhere"])
        #expect(ended.code == 0)
        #expect(ended.output == "no extractor in /nowhere\n")
    }

    @Test("the schema is the file of the repository")
    func schema() async throws {
        let ended = try await run(["schema"])
        #expect(ended.code == 0)
        let file = "\(SluiceProcess.packageRoot)/extractors/extractor.schema.json"
        #expect(ended.output == (try String(contentsOfFile: file, encoding: .utf8)))
    }

    @Test(
        "each has help with examples, completions and a place in the manual",
        arguments: [
            (["help", "extractor"], "Check, try, test and list"),
            (["help", "extractor", "check"], "--strict"),
            (["help", "extractor", "read"], "sluice extractor read stripe customers"),
            (["help", "extractor", "test"], "sluice extractor test stripe"),
            (["help", "extractor", "record"], "personal data"),
            (["help", "extractor", "list"], "--extractors"),
            (["help", "extractor", "schema"], "yaml-language-server"),
            (["completions", "bash"], "schema"), (["help", "--man"], "sluice extractor read"),
        ]
    )
    func helps(words: [String], text: String) async throws {
        let process = try SluiceProcess(words)
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0)
        #expect(process.standardOutput.contains(text))
    }

    // MARK: read

    @Test("read shows records and requests in each of its forms, and no secret")
    func reads() async throws {
        let simulator = try await LocalSimulator("stripe", records: 130)
        defer { simulator.end() }
        let account = Self.key + ["--set", "base_url=\(simulator.address)"]
        let table = try await run(["read", "stripe", "customers", "--limit", "3"] + account)
        #expect(table.code == 0, "\(table.errors)")
        let lines = table.output.split(separator: "\n")
        #expect(lines.first == "customers: 3 records, and there are more")
        #expect(lines.dropFirst().first?.hasPrefix("ID ") == true)
        #expect(
            lines.contains {
                $0.hasPrefix("GET") && $0.hasSuffix("\(simulator.address)/v1/customers?limit=100")
            }
        )

        let json = try await run(["read", "stripe", "customers", "-n", "120", "-o", "json"] + account)
        #expect(
            json.json.members?.map(\.name) == [
                "extractor", "stream", "records", "whole", "requests", "schema", "error",
            ]
        )
        #expect(json.json["records"]?.elements?.count == 120)
        #expect(json.json["whole"]?.bool == false)
        #expect(json.json["schema"] == ["misfits": [], "undeclared": []])
        #expect(lines.last == "every field fits the schema")
        let requests = json.json["requests"]?.elements ?? []
        #expect(requests.compactMap { $0["records"]?.int } == [100, 30])
        #expect(
            requests.first?.members?.map(\.name) == [
                "method", "address", "status", "milliseconds", "records",
            ]
        )

        let rows = try await run(
            ["read", "extractors/stripe", "invoice_line_items", "-n", "2", "-o", "jsonl"] + account
        )
        #expect(rows.output.split(separator: "\n").count == 2)
        #expect(
            try rows.output.split(separator: "\n").allSatisfy { try JSONValue.parse($0.utf8)["id"] != nil }
        )
        #expect(rows.errors.contains("/lines?limit=100"))
        for ended in [table, json, rows] {
            #expect(!(ended.output + ended.errors).contains("sk_test_simulated"))
        }
    }

    @Test("a refusal is shown with its request, and ends as it would end a sync")
    func readsNothing() async throws {
        let simulator = try await LocalSimulator("stripe", records: 5)
        defer { simulator.end() }
        let words = ["--set", "api_key=sk_bad_topsecret", "--set", "base_url=\(simulator.address)"]
        let ended = try await run(["read", "stripe", "customers", "-o", "json"] + words)
        #expect(ended.code == 3)
        #expect(ended.json["error"]?["code"]?.text == "extraction.refused_credentials")
        #expect(ended.json["requests"]?[0]?["status"]?.int == 401)
        #expect(ended.json["records"]?.elements == [])
        #expect(!(ended.output + ended.errors).contains("topsecret"))
    }

    @Test("read says which fields are not as the schema says")
    func readsMisfits() async throws {
        let simulator = try await LocalSimulator("stripe", records: 5)
        defer { simulator.end() }
        let shop = try Shop()
        defer { shop.remove() }
        try shop.write(
            """
            extractor: shop
            settings:
              api_key: {secret: true, required: true}
              base_url: {default: "\(simulator.address)"}
            base_url: "{{ config.base_url }}"
            auth: {bearer: "{{ config.api_key }}"}
            streams:
              customers: {get: /v1/customers, records: data, key: id, paging: single_page, progress: full}

            """
        )
        try shop.write(
            #"{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"id":{"type":"integer"}}}"#,
            to: "schemas/customers.json"
        )
        let table = try await run(["read", shop.folder, "customers"] + Self.key)
        #expect(table.code == 0, "\(table.errors)")
        let row = table.output.split(separator: "\n").first { $0.hasPrefix("id ") }
        let cells = row?.split(separator: " ").prefix(5).map(String.init) ?? []
        #expect(cells.prefix(4) == ["id", "type", "5", "integer"] && cells.last?.hasPrefix("\"cus_") == true)
        #expect(table.output.contains("not in the schema: object, address, balance"))
        let json = try await run(["read", shop.folder, "customers", "-o", "json"] + Self.key)
        let misfit = json.json["schema"]?["misfits"]?[0]
        #expect(misfit?.members?.map(\.name) == ["path", "kind", "count", "expected", "example"])
        #expect(misfit?["count"]?.int == 5)
    }

    // MARK: test and record

    @Test("test replays what ships, without a network")
    func testsWhatShips() async throws {
        let ended = try await run(["test", "stripe", "customers", "invoice_line_items"])
        #expect(ended.code == 0, "\(ended.output)")
        #expect(ended.output.hasPrefix("customers: passed, "))
        #expect(ended.output.hasSuffix("stripe: 2 passed, 0 failed, 0 without a fixture\n"))
        let json = try await run(["test", "zendesk", "--output", "json"])
        #expect(json.json.members?.map(\.name) == ["extractor", "passed", "streams"])
        #expect(json.json["passed"]?.bool == true)
        #expect(
            json.json["streams"]?[0]?.members?.map(\.name)
                == ["stream", "result", "requests", "events", "differences"]
        )
    }

    @Test("record makes a fixture that test replays, and says what differs once the definition does")
    func recordsAndTests() async throws {
        let simulator = try await LocalSimulator("stripe", records: 5)
        defer { simulator.end() }
        let shop = try Shop()
        defer { shop.remove() }
        let yaml = """
            extractor: shop
            settings:
              api_key: {secret: true, required: true}
              base_url: {default: "\(simulator.address)"}
            base_url: "{{ config.base_url }}"
            auth: {bearer: "{{ config.api_key }}"}
            streams:
              customers:
                get: /v1/customers
                query: {limit: 100}
                records: data
                key: id
                paging: {last_record: {param: starting_after, more: has_more}}
                progress: full

            """
        try shop.write(yaml)
        let absent = try await run(["test", shop.folder, "customers"])
        #expect(absent.code == 1)
        #expect(absent.output.hasPrefix("customers: no fixture; sluice extractor record shop customers"))
        let words = ["record", shop.folder, "customers"] + Self.key
        let first = try await run(words + ["--page-size", "2", "--limit", "3"])
        #expect(first.code == 0, "\(first.errors)")
        #expect(first.output == "\(shop.folder)/fixtures/customers.json: 2 requests, 3 events\n")
        #expect(first.errors.contains("may hold personal data"))
        let again = try await run(words + ["--again"])
        #expect(again.code == 0, "\(again.errors)")
        let twice = try await run(words)
        #expect(twice.code == 2 && twice.errors.contains("--again adds a run to it, --force replaces it"))
        let file = try shop.text("fixtures/customers.json")
        #expect(!file.contains("sk_test_simulated") && !file.contains("Bearer"))
        let passed = try await run(["test", shop.folder])
        #expect(passed.code == 0, "\(passed.output)")
        #expect(passed.output.hasPrefix("customers: passed, 5 requests, 5 events\n"))
        try shop.write(yaml.replacing("/v1/customers", with: "/v1/products"))
        let differs = try await run(["test", shop.folder])
        #expect(differs.code == 1)
        #expect(differs.output.contains("/v1/products?limit=2 is asked for and not recorded"))
    }

    // MARK: The guide

    /// The blocks of one kind in the guide, in their order.
    private func guide(_ kind: String) throws -> [String] {
        let text = try String(
            contentsOfFile: "\(SluiceProcess.packageRoot)/docs/extractors.md",
            encoding: .utf8
        )
        let start = try #require(text.range(of: "## Write your first extractor"))
        let end = try #require(text.range(of: "\n## Traps"))
        return text[start.upperBound..<end.lowerBound].components(separatedBy: "```").enumerated()
            .filter { $0.offset % 2 == 1 && $0.element.hasPrefix("\(kind)\n") }
            .map { String($0.element.dropFirst(kind.count + 1)) }
    }

    @Test("the guide's commands work as they stand")
    func guide() async throws {
        let simulator = try await LocalSimulator("stripe", records: 250)
        defer { simulator.end() }
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-guide-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: "\(folder)/shop",
            withIntermediateDirectories: true
        )
        let port = String(simulator.address.split(separator: ":").last ?? "")
        let definition = try #require(try guide("yaml").first)
        #expect(definition.split(separator: "\n").count <= 20)
        try definition.replacing("8420", with: port)
            .write(toFile: "\(folder)/shop/extractor.yaml", atomically: true, encoding: .utf8)
        // The simulator runs already, at a port that is free.
        let commands = try guide("sh").joined().split(separator: "\n").filter {
            !$0.hasPrefix("sluice simulate")
        }
        let binaries = (SluiceProcess.binary as NSString).deletingLastPathComponent
        let script =
            "set -e; cd '\(folder)'; PATH='\(binaries)':\"$PATH\"\n" + commands.joined(separator: "\n")
        let shell = try SluiceProcess(program: "/bin/bash", ["-c", script])
        try #require(await shell.waitForEnd(atMost: 120))
        #expect(shell.exitCode == 0, "\(shell.standardError)")
        // How wide a column is depends on how long a request took.
        func words(_ line: Substring) -> [Substring] { line.split(separator: " ") }
        let said = shell.standardOutput
        let lines = Set(said.split(separator: "\n").map(words))
        for line in try guide("text").joined().split(separator: "\n")
        where !line.hasPrefix("GET") && !line.hasPrefix("also:") {
            #expect(lines.contains(words(line)), "\(line)\n\(said)")
        }
        let events = try String(contentsOfFile: "\(folder)/events/customers.jsonl", encoding: .utf8)
        #expect(events.split(separator: "\n").count == 250)
    }
}

/// A definition of one's own, in a folder of its own.
private struct Shop {
    let parent: String
    var folder: String { "\(parent)/shop" }

    init() throws {
        parent = FileManager.default.temporaryDirectory.path + "/sluice-shop-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: "\(parent)/shop",
            withIntermediateDirectories: true
        )
        try write(
            """
            extractor: shop
            description: Orders
            base_url: https://api.example.com
            streams:
              orders: {get: /orders, records: items, key: id, paging: single_page}

            """
        )
    }

    func write(_ yaml: String) throws {
        try yaml.write(toFile: "\(folder)/extractor.yaml", atomically: true, encoding: .utf8)
    }

    func write(_ text: String, to path: String) throws {
        let file = "\(folder)/\(path)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
    }

    func remove() { try? FileManager.default.removeItem(atPath: parent) }
}
