import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice doctor` without a Kafka: the built command.
@Suite("The doctor", .timeLimit(.minutes(5)))
struct DoctorCommandTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/sluice-doctor-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: "\(folder)/schedules",
            withIntermediateDirectories: true
        )
    }

    private func end() { try? FileManager.default.removeItem(atPath: folder) }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }

    private struct Ended {
        var code: Int32
        var output: String
        var checks: [JSONValue]

        /// The statuses of a check, of one subject where that is named.
        func statuses(_ check: String, _ subject: String? = nil) -> [String] {
            checks.filter { one in
                one["check"]?.text == check
                    && (subject.map { one["subject"]?.text?.hasSuffix($0) ?? false } ?? true)
            }.compactMap { $0["status"]?.text }
        }
    }

    private func doctor(_ words: [String], environment: [String: String] = [:]) async throws -> Ended {
        let process = try SluiceProcess(
            [
                "doctor", "--schedules", "\(folder)/schedules", "--lock-folder", "\(folder)/locks",
                "--cache-folder",
                "\(folder)/cache", "--output", "json",
            ] + words,
            environment: environment
        )
        try #require(await process.waitForEnd(atMost: 120))
        let json = (try? JSONValue.parse(Array(process.standardOutput.utf8))) ?? .null
        var checks: [JSONValue] = []
        if case .array(let found)? = json["checks"] { checks = found }
        return Ended(code: process.exitCode, output: process.standardOutput, checks: checks)
    }

    /// Nothing listens at port 1.
    private static let kafka = ["--kafka", "127.0.0.1:1", "--topic-prefix", "retail"]

    @Test("all of it is looked at, whatever is wrong before")
    func everything() async throws {
        defer { end() }
        try write(
            "schedules/good.yaml",
            "{extractor: stripe, account: acme, settings: {api_key: env:KEY}, when: '17 * * * *'}"
        )
        try write(
            "schedules/other.yaml",
            "{extractor: stripe, account: other, settings: {api_key: env:NO_KEY}, when: '18 * * * *'}"
        )
        try write("schedules/bad.yaml", "{extractor: strip, account: x, when: 'never'}")
        let ended = try await doctor(Self.kafka, environment: ["KEY": "sk_hunter2"])
        #expect(ended.code == 3, "\(ended.output)")
        #expect(ended.statuses("settings") == ["ok"])
        #expect(ended.statuses("lock_folder") == ["ok"] && ended.statuses("cache_folder") == ["ok"])
        #expect(ended.statuses("time_zones") == ["ok"] || ended.statuses("time_zones") == ["warning"])
        #expect(ended.statuses("schedules", "good") == ["ok"])
        #expect(Set(ended.statuses("schedules", "bad.yaml")) == ["error"])
        #expect(ended.statuses("kafka") == ["error"] && ended.output.contains("nothing listens there"))
        #expect(ended.output.contains("kafka-acls.sh --bootstrap-server 127.0.0.1:1 --add"))
        #expect(ended.statuses("accounts", "stripe/acme") == ["ok"])
        #expect(ended.statuses("accounts", "stripe/other") == ["error"])
        #expect(!ended.output.contains("hunter2"))
        for check in ended.checks where check["status"]?.text != "ok" {
            #expect(check["remedy"]?[0] != nil, "no remedy: \(check.compactText)")
        }
    }

    @Test("settings that are wrong are exit code 2, and the rest is looked at all the same")
    func settings() async throws {
        defer { end() }
        let ended = try await doctor(["--listen", "nowhere"])
        #expect(ended.code == 2, "\(ended.output)")
        #expect(ended.statuses("settings") == ["error", "error", "error"])
        #expect(ended.statuses("kafka") == ["warning"] && ended.statuses("schedules") == ["warning"])
        #expect(ended.statuses("clock") == ["ok"])
    }

    @Test("with --ask, an account's API says whether its credentials are good")
    func ask() async throws {
        defer { end() }
        let simulator = try await LocalSimulator(
            "stripe",
            records: 5,
            configuration: "\(folder)/schedules/stripe.yaml"
        )
        defer { simulator.end() }
        let declared = try String(contentsOfFile: "\(folder)/schedules/stripe.yaml", encoding: .utf8)
        try write("schedules/stripe.yaml", declared + "\nwhen: '17 * * * *'\n")
        let accepted = try await doctor(Self.kafka + ["--ask"])
        #expect(accepted.statuses("accounts") == ["ok"], "\(accepted.output)")
        #expect(accepted.output.contains("its credentials are accepted"))
        simulator.end()
        let away = try await doctor(Self.kafka + ["--ask"])
        #expect(away.statuses("accounts") == ["error"] && away.code == 3, "\(away.output)")
    }

    @Test("as text, each check is a line with what helps below it")
    func text() async throws {
        defer { end() }
        let process = try SluiceProcess(["doctor", "--schedules", "\(folder)/none"] + Self.kafka)
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 3)
        #expect(process.standardOutput.contains("\nerror    schedules: cannot read the folder of schedules"))
        #expect(process.standardOutput.contains("\n         → create it, or name another by --schedules\n"))
        #expect(process.standardOutput.hasSuffix(" warnings\n"))
    }
}
