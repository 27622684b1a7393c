import Core
import Foundation
import JSON
import Kafka
import ProcessSupport
import Testing

/// `sluice doctor` as a real broker answers it.
@Suite(
    "The doctor and Kafka",
    .enabled(if: TestBroker.isAvailable, "no Kafka broker"),
    .timeLimit(.minutes(5))
)
struct DoctorTests {
    private let prefix = TestBroker.name("doctor")

    private func doctor() async throws -> (code: Int32, checks: [JSONValue]) {
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-\(prefix)"
        try FileManager.default.createDirectory(
            atPath: "\(folder)/schedules",
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = try SluiceProcess([
            "doctor", "--schedules", "\(folder)/schedules", "--lock-folder", "\(folder)/locks",
            "--cache-folder",
            "\(folder)/cache", "--kafka", try TestBroker.settings.bootstrap, "--topic-prefix", prefix,
            "--output",
            "json",
        ])
        try #require(await process.waitForEnd(atMost: 120))
        let json = try JSONValue.parse(Array(process.standardOutput.utf8))
        guard case .array(let checks)? = json["checks"] else { return (process.exitCode, []) }
        return (process.exitCode, checks)
    }

    private func statuses(_ checks: [JSONValue], _ check: String) -> [String] {
        checks.filter { $0["check"]?.text == check }.compactMap { $0["status"]?.text }
    }

    @Test("a broker that lacks nothing, and no topic is made by looking")
    func sound() async throws {
        let (code, checks) = try await doctor()
        #expect(code == 0, "\(checks.map(\.compactText))")
        for check in ["kafka", "kafka.version", "kafka.transactions", "kafka.daemon", "kafka.rights"] {
            #expect(statuses(checks, check) == ["ok"], "\(check)")
        }
        let version = checks.first { $0["check"]?.text == "kafka.version" }
        #expect(version?["text"]?.text?.contains("it can do what Apache Kafka ") == true)
        #expect(statuses(checks, "kafka.topics") == Array(repeating: "ok", count: 7))
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        let state = try await admin.describeTopic("\(prefix).sluice.state")
        await admin.close()
        #expect(state == nil)
    }

    @Test("topics that a daemon would refuse")
    func topics() async throws {
        let admin = try KafkaAdmin(settings: TestBroker.settings)
        try await admin.create(
            topic: "\(prefix).sluice.state",
            partitions: 4,
            replication: 1,
            configuration: [("cleanup.policy", "delete")]
        )
        try await admin.create(
            topic: "\(prefix).sluice.runs",
            partitions: 2,
            replication: 1,
            configuration: [("cleanup.policy", "delete")]
        )
        await admin.close()
        let (code, checks) = try await doctor()
        #expect(code == 2)
        let errors = checks.filter { $0["status"]?.text == "error" }
        #expect(errors.map { $0["subject"]?.text } == ["\(prefix).sluice.state", "\(prefix).sluice.runs"])
        #expect(errors.first?["remedy"]?[0]?.text?.hasSuffix("--add-config cleanup.policy=compact") == true)
    }
}
