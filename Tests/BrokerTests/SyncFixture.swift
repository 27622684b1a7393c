import Core
import Foundation
import HTTP
import JSON
import Kafka
import ProcessSupport

/// `sluice sync` as a process, with a folder, a topic prefix and, where asked for, a simulated service of its own.
final class SyncFixture: Sendable {
    let folder: String
    let prefix: String
    let bootstrap: String
    let service: String
    private let simulator: LocalSimulator?
    /// Of the simulator.
    private let address: String

    /// Without `records` there is no simulator.
    init(
        _ service: String = "stripe",
        records: Int? = nil,
        faults: String? = nil,
        people: Int? = nil,
        bootstrap: String? = nil
    ) async throws {
        self.service = service
        folder = FileManager.default.temporaryDirectory.path + "/sluice-sync-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        prefix = "s\(UInt32.random(in: 0 ... .max))"
        self.bootstrap = try bootstrap ?? TestBroker.settings.bootstrap
        guard let records else {
            simulator = nil
            address = ""
            return
        }
        let simulator = try await LocalSimulator(
            service,
            records: records,
            faults: faults,
            people: people,
            configuration: "\(folder)/\(service).yaml"
        )
        self.simulator = simulator
        address = simulator.address
    }

    deinit {
        simulator?.end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Writes a file into the folder and gives its path.
    func write(_ name: String, _ text: String) throws -> String {
        let path = URL(fileURLWithPath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: path)
        return path.path
    }

    /// Starts a sync with the simulator's file, or another, into Kafka or a folder of files.
    func start(
        _ words: [String],
        config: String? = nil,
        into files: String? = nil,
        prefix other: String? = nil,
        environment: [String: String] = [:]
    ) throws -> SluiceProcess {
        let destination =
            files.map { ["--to", $0] } ?? [
                "--kafka", bootstrap, "--topic-prefix", other ?? prefix, "--lock-folder", "\(folder)/locks",
                "--cache-folder", "\(folder)/cache",
            ]
        return try SluiceProcess(
            ["sync", "--config", config ?? "\(folder)/\(service).yaml", "--output", "json", "--quiet"]
                + destination + words,
            environment: environment
        )
    }

    /// What a sync that has ended said.
    struct Ended {
        var code: Int32
        var summary: JSONValue
        var errors: String
    }

    /// Runs a sync to its end.
    func run(
        _ words: [String],
        config: String? = nil,
        prefix other: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> Ended {
        try await end(of: start(words, config: config, prefix: other, environment: environment))
    }

    /// Waits for the end of a sync.
    func end(of process: SluiceProcess) async throws -> Ended {
        guard await process.waitForEnd(atMost: 120) else {
            await process.killNow()
            throw TestFailure("sluice sync did not end: \(process.standardError)")
        }
        return Ended(
            code: process.exitCode,
            summary: (try? JSONValue.parse(Array(process.standardOutput.utf8))) ?? .null,
            errors: process.standardError
        )
    }

    // MARK: The simulator

    /// Asks the simulator, or with a body tells it, what no API would.
    func control(_ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        try await LocalAPI.ask(body == nil ? "GET" : "POST", "\(address)/_control/\(path)", body)
    }

    /// Lets the simulator's account change so often: some of its streams, or whichever can.
    func change(
        creates: Int,
        updates: Int,
        deletes: Int,
        merges: Int = 0,
        streams: [String]? = nil
    ) async throws {
        var body: [JSONValue.Member] = [
            .init(name: "creates", value: .number(creates)), .init(name: "updates", value: .number(updates)),
            .init(name: "deletes", value: .number(deletes)),
        ]
        if merges > 0 { body.append(.init(name: "merges", value: .number(merges))) }
        if let streams {
            body.append(.init(name: "streams", value: .array(streams.map { .string($0) })))
        }
        _ = try await control("change", .object(body))
    }

    /// Lets so many seconds of the simulator's time pass.
    func advance(_ seconds: Int) async throws {
        _ = try await control("clock", ["advance": .number(seconds)])
    }

    /// What a stream holds, as JSON by key.
    func truth(_ stream: String) async throws -> [String: String] {
        var records: [String: String] = [:]
        var next: Int? = 0
        while let offset = next {
            let part = try await control("truth?stream=\(stream)&count=10000&offset=\(offset)")
            for element in part["data"]?.elements ?? [] {
                guard let key = element["key"]?.text else { continue }
                records[key] = element["record"]?.compactText
            }
            next = part["next"]?.int
        }
        return records
    }

    /// The requests that the simulator has had, by path and outcome.
    func requestsServed() async throws -> [String: [String: Int]] {
        var served: [String: [String: Int]] = [:]
        for path in try await control("requests")["paths"]?.members ?? [] {
            for outcome in path.value.members ?? [] {
                served[path.name, default: [:]][outcome.name] = outcome.value.int
            }
        }
        return served
    }

    /// The keys that a read_committed consumer sees in a topic.
    func keys(_ topic: String) async throws -> [String] {
        try await TestBroker.records(of: topic).joined().map { String(decoding: $0.key ?? [], as: UTF8.self) }
    }
}
