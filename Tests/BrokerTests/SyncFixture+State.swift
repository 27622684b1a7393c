import Core
import Daemon
import JSON
import Kafka
import ProcessSupport

extension SyncFixture {
    /// Where its Kafka, its locks and its caches are.
    var place: [String] {
        ["--kafka", bootstrap, "--topic-prefix", prefix, "--lock-folder", "\(folder)/locks"]
    }

    /// Starts a command that looks at the state or changes it.
    func startState(
        _ words: [String],
        prefix other: String? = nil,
        environment: [String: String] = [:]
    ) throws -> SluiceProcess {
        var place = place
        if let other { place[3] = other }
        let readsNone = words.starts(with: ["state", "show"]) || words.starts(with: ["state", "export"])
        let cache = readsNone ? [] : ["--cache-folder", "\(folder)/cache"]
        return try SluiceProcess(words + place + cache, environment: environment)
    }

    /// Runs such a command to its end.
    func state(
        _ words: [String],
        prefix other: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> Ended {
        try await end(of: startState(words, prefix: other, environment: environment))
    }

    /// Changes the state of its account, or of a stream of it, as a command says.
    func change(_ verb: String, _ words: [String], environment: [String: String] = [:]) async throws -> Ended
    {
        let account = "\(service)/simulated"
        return try await state(
            ["state", verb, account] + words + ["--reason", "ticket 4711", "--output", "json"],
            environment: environment
        )
    }

    /// The bookmark of a stream as the state has it.
    func bookmark(_ stream: String, prefix other: String? = nil) async throws -> JSONValue {
        let shown = try await state(["state", "show", "--output", "json"], prefix: other)
        return shown.summary["\(service)/simulated"]?[stream] ?? .null
    }

    /// What the audit says was done, in its order.
    func audit(prefix other: String? = nil) async throws -> [AuditEntry] {
        try await TickLedger.lines(other ?? prefix).compactMap { line in
            if case .audit(let entry) = line.event { entry } else { nil }
        }
    }

    /// Brings what is remembered over to another prefix, as a mirror would: the same records, at other offsets.
    func mirrorVersions(to other: String) async throws {
        let settings = try TestBroker.settings
        let source = try await TestBroker.records(of: "\(prefix).sluice.versions")
        let topic = "\(other).sluice.versions"
        let admin = try KafkaAdmin(settings: settings)
        try await closing(admin, by: { await $0.close() }) {
            try await $0.create(
                topic: topic,
                partitions: source.count,
                replication: 1,
                configuration: [("cleanup.policy", "compact")]
            )
        }
        for (partition, records) in source.enumerated() where !records.isEmpty {
            let state = records.compactMap { record in
                record.key.map { StateRecord(key: $0, value: record.value) }
            }
            try await TestBroker.withProducer("\(other).mirror") { producer in
                _ = try await producer.commit(
                    TransactionGroup(pages: [], state: state),
                    stateTopic: topic,
                    statePartition: Int32(partition),
                    versions: VersionsPlace(
                        topic: topic,
                        partition: Int32(partition),
                        account: try AccountName("\(service)/simulated")
                    ),
                    transaction: (run: "mirror", number: 1)
                )
            }
        }
    }
}
