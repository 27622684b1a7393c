import Core
import Foundation
import HTTP
import JSON
import Kafka
import ProcessSupport
import Testing

/// A local Stripe, an account's file and a topic prefix of its own on the test broker, for `sluice sync` as a process
/// that reads three lists.
struct ListsFixture {
    static let streams = ["customers", "charges", "invoices"]
    /// As fast as the machine is.
    static let fast = ["--set", "requests_per_second=1000"]

    let prefix: TopicPrefix
    /// Of each list.
    let records: Int
    let accounts: [AccountName]
    private let simulator: LocalSimulator
    private let file: String
    private let folder: String
    private let bootstrap: String
    /// The simulator's address.
    private let api: String

    struct Failure: Error {
        var text: String
        init(_ text: String) { self.text = text }
    }

    /// A number that the environment sets for the long form of a test.
    static func number(_ name: String, _ fallback: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? fallback
    }

    init(records: Int, faults: String? = nil, accounts: [String] = ["simulated"]) async throws {
        self.records = records
        self.accounts = try accounts.map { try AccountName(extractor: "stripe", account: $0) }
        folder = FileManager.default.temporaryDirectory.path + "/sluice-sync-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        file = "\(folder)/stripe.yaml"
        prefix = try TopicPrefix("k\(UInt32.random(in: 0 ... .max))")
        bootstrap = try TestBroker.settings.bootstrap
        simulator = try await LocalSimulator("stripe", records: records, faults: faults, configuration: file)
        api = simulator.address
        // One partition each, so that a consumer of them all asks for few things.
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        for topic in topics {
            try await admin.create(topic: topic, partitions: 1, replication: 1, configuration: [])
        }
        await admin.close()
    }

    /// A sync of an account, on a host: what makes one is its folder of locks.
    func sync(
        _ more: [String] = [],
        account: String = "simulated",
        host: String = "a",
        environment: [String: String] = [:]
    ) throws -> SluiceProcess {
        try SluiceProcess(
            [
                "sync", "--config", file, "--account", account, "--kafka", bootstrap, "--topic-prefix",
                prefix.text,
                "--output", "json", "--quiet", "--lock-folder", lockFolder(host),
                "--cache-folder", "\(folder)/cache-\(host)",
            ] + Self.streams.flatMap { ["--stream", $0] } + more,
            environment: environment
        )
    }

    /// Whether a process that logged all it does says that its account's session was fenced.
    func wasFenced(_ process: SluiceProcess, account: String = "simulated") -> Bool {
        process.standardError.split(separator: "\n").contains {
            $0.contains("\(prefix).sluice.stripe.\(account)") && $0.hasSuffix("facility=SESSION")
        }
    }

    func lockFolder(_ host: String) -> String { "\(folder)/locks-\(host)" }

    func topic(_ stream: String, account: String = "simulated") -> String {
        "\(prefix).stripe.\(account).\(stream)"
    }

    /// Of all accounts.
    var topics: [String] {
        accounts.flatMap { account in Self.streams.map { topic($0, account: account.account) } }
    }

    /// The keys of a stream in the order in which the API lists them: newest first.
    func listed(_ stream: String) async throws -> [String] {
        let address = "\(api)/_control/truth?stream=\(stream)&form=key&count=\(records)"
        guard case .array(let elements)? = try await LocalAPI.ask("GET", address)["data"] else {
            throw Failure("no list of \(stream)")
        }
        return elements.reversed().compactMap { $0["key"]?.text }
    }

    /// Every record of every stream once, no transaction torn.
    func check(_ published: PublishedTopics, sourceLocation: SourceLocation = #_sourceLocation) {
        for topic in topics {
            let keys = published.keys(topic)
            #expect(keys.count == records, "\(topic)", sourceLocation: sourceLocation)
            #expect(Set(keys).count == records, "\(topic)", sourceLocation: sourceLocation)
        }
        #expect(published.tornTransactions.isEmpty, sourceLocation: sourceLocation)
    }

    /// One more sync reads what is left, and all of it is there once.
    func finish(_ published: inout PublishedTopics, host: String = "a") async throws {
        let last = try sync(Self.fast, host: host)
        #expect(await last.waitForEnd(atMost: 300))
        #expect(last.exitCode == 0, "\(last.standardError)")
        try await published.readOn()
        check(published)
        await published.close()
    }

    /// The same, of what a new consumer finds.
    func checkAll(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        var published = try PublishedTopics(topics)
        try await published.readOn()
        check(published, sourceLocation: sourceLocation)
        await published.close()
    }

    func end() {
        simulator.end()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
