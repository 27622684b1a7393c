import Foundation
import JSON
import ProcessSupport
import Testing

/// Streams that an account's own objects decide, by the command: a local HubSpot has one such object, `vehicle`.
@Suite("Families on the command line", .timeLimit(.minutes(5)))
struct FamilyCommandTests {
    private let folder: String
    private let simulator: LocalSimulator
    private let account: [String]

    init() async throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-family-\(UUID().uuidString)"
        simulator = try await LocalSimulator("hubspot", records: 30)
        account = ["--set", "base_url=\(simulator.address)", "--set", "access_token=pat-na1-simulated"]
    }

    private func end() {
        simulator.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func run(_ words: [String]) async throws -> (code: Int32, output: String, errors: String) {
        let process = try SluiceProcess(words + account)
        try #require(await process.waitForEnd(atMost: 120))
        return (process.exitCode, process.standardOutput, process.standardError)
    }

    private func sync(_ words: [String]) async throws -> (code: Int32, summary: JSONValue, errors: String) {
        let ended = try await run(
            [
                "sync", "--extractor", "hubspot", "--account", "acme", "--to", "\(folder)/events", "--output",
                "json",
            ]
                + words
        )
        return (ended.code, (try? JSONValue.parse(Array(ended.output.utf8))) ?? .null, ended.errors)
    }

    private func lines() -> Int {
        let text = try? String(
            contentsOfFile: "\(folder)/events/custom_objects_vehicle.jsonl",
            encoding: .utf8
        )
        return text?.split(separator: "\n").count ?? 0
    }

    @Test("a family, one of its streams and the whole anew go to a file of its own")
    func syncs() async throws {
        defer { end() }
        let first = try await sync(["--stream", "custom_objects"])
        #expect(first.code == 0, "\(first.errors)")
        let streams = first.summary["streams"]?.members ?? []
        #expect(streams.map(\.name) == ["custom_objects_vehicle"])
        let records = try #require(streams.first?.value["records"]?.int)
        #expect(records > 20)
        #expect(lines() == records)

        // Nothing changed since.
        let second = try await sync(["--stream", "custom_objects_vehicle"])
        #expect(second.code == 0, "\(second.errors)")
        #expect(second.summary["records"]?.int == 0)

        // Read anew, only what differs goes out.
        let third = try await sync(["--stream", "custom_objects", "--resync"])
        #expect(third.code == 0, "\(third.errors)")
        #expect(third.summary["records"]?.int == 0)

        // The file is gone: refused as any other's, until it is read anew.
        try FileManager.default.removeItem(atPath: "\(folder)/events/custom_objects_vehicle.jsonl")
        let refused = try await sync(["--stream", "custom_objects"])
        #expect(refused.code == 2)
        #expect(refused.errors.contains("--stream custom_objects_vehicle --resync"))
        let anew = try await sync(["--stream", "custom_objects", "--resync"])
        #expect(anew.code == 0, "\(anew.errors)")
        #expect(lines() == records)
    }

    @Test("a stream that the account does not have is named, with the nearest")
    func unknown() async throws {
        defer { end() }
        let ended = try await sync(["--stream", "custom_objects_vehicel", "--stream", "owners"])
        #expect(ended.code == 5)
        #expect(ended.errors.contains("did you mean custom_objects_vehicle?"))
        #expect(ended.summary["streams"]?["custom_objects_vehicel"]?["status"] == "failed")
        #expect(ended.summary["streams"]?["owners"]?["status"] == "success")
        let typo = try await sync(["--stream", "custom_object"])
        #expect(typo.code == 2)
        #expect(typo.errors.contains("did you mean custom_objects?"))
    }

    @Test("a look at one of its streams shows records, at the family what there is")
    func reads() async throws {
        defer { end() }
        let one = try await run(["extractor", "read", "hubspot", "custom_objects_vehicle", "--limit", "2"])
        #expect(one.code == 0, "\(one.errors)")
        #expect(one.output.contains("custom_objects_vehicle: 2 records"))
        let family = try await run(["extractor", "read", "hubspot", "custom_objects"])
        #expect(family.code == 2)
        #expect(family.errors.contains("name one of them: custom_objects_vehicle"))
        let typo = try await run(["extractor", "read", "hubspot", "custom_objects_vehicel"])
        #expect(typo.code == 2)
        #expect(typo.errors.contains("did you mean custom_objects_vehicle?"))
    }

    @Test("the list of extractors shows what a family's streams are called")
    func lists() async throws {
        defer { end() }
        let process = try SluiceProcess(["extractor", "list"])
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.standardOutput.contains("custom_objects_*"))
    }
}
