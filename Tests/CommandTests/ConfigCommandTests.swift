import JSON
import ProcessSupport
import Testing

/// `sluice config show`: the built command.
@Suite("The settings of a daemon", .timeLimit(.minutes(3)))
struct ConfigCommandTests {
    private let folder = TemporaryFolder()

    private struct Ended {
        var code: Int32
        var output: String
        var errors: String
        var json: JSONValue { (try? JSONValue.parse(Array(output.utf8))) ?? .null }
    }

    private func show(_ words: [String], environment: [String: String] = [:]) async throws -> Ended {
        let process = try SluiceProcess(["config", "show"] + words, environment: environment)
        try #require(await process.waitForEnd(atMost: 60))
        return Ended(code: process.exitCode, output: process.standardOutput, errors: process.standardError)
    }

    @Test("each setting has its value and where it comes from, and no secret is shown")
    func table() async throws {
        let file = folder.write(
            "sluice.yaml",
            """
            kafka: {bootstrap: "broker:9092", set: {sasl.password: env:PASSWORD}}
            topic_prefix: retail
            token: a-token-that-is-written-out
            cache_folder: cache
            """
        )
        let ended = try await show(
            ["--config", file, "--drain", "40s"],
            environment: [
                "PASSWORD": "hunter2", "SLUICE_POOLS": "crm=4", "SLUICE_STATE_KEY": "hunter2-hunter2",
                "SLUICE_LOCK_FOLDER": "/locks", "SLUICE_EXTRACTORS": "",
            ]
        )
        #expect(ended.code == 0, "\(ended.errors)")
        // Whatever the columns' widths are.
        let lines = ended.output.split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ").replacing(folder.path, with: "DIR")
        }
        #expect(
            lines == [
                "SETTING VALUE FROM",
                "kafka.bootstrap broker:9092 DIR/sluice.yaml:1:20",
                "kafka.set.sasl.password env:PASSWORD DIR/sluice.yaml:1:56",
                "topic_prefix retail DIR/sluice.yaml:2:15",
                "schedules schedules default",
                "extractors (those that are installed) default",
                "listen 127.0.0.1:8600 default",
                "token ••• DIR/sluice.yaml:3:8",
                "pools.default 16 default",
                "pools.crm 4 SLUICE_POOLS",
                "drain 40s --drain",
                "state_key ••• SLUICE_STATE_KEY",
                "cache_folder DIR/cache DIR/sluice.yaml:4:15",
                "lock_folder /locks SLUICE_LOCK_FOLDER",
                "privacy (none: everything passes) default",
                "registry.url (none) default",
                "alerts.topic false default",
                "alerts.repeat 4h default",
                "alerts.quota_margin 10% default",
                "alerts.webhook (none) default",
                "alerts.secret (none) default",
            ]
        )
        #expect(!ended.output.contains("hunter2"))
    }

    @Test("JSON says the same for programs")
    func json() async throws {
        let ended = try await show(
            ["--kafka", "a:1", "--output", "json"],
            environment: ["SLUICE_TOPIC_PREFIX": "retail"]
        )
        #expect(ended.code == 0, "\(ended.errors)")
        let settings = ended.json["settings"]
        #expect(
            settings?[0]?.compactText
                == #"{"name":"kafka.bootstrap","value":"a:1","origin":{"kind":"flag","name":"--kafka"}}"#
        )
        #expect(
            settings?[1]?.compactText
                == #"{"name":"topic_prefix","value":"retail","origin":{"kind":"variable","name":"SLUICE_TOPIC_PREFIX"}}"#
        )
        #expect(ended.output.contains(#"{"name":"token","value":null,"origin":{"kind":"default"}}"#))
        #expect(ended.json["errors"]?.compactText == "[]")
    }

    @Test("all errors are told at once")
    func errors() async throws {
        let file = folder.write("sluice.yaml", "{topic_prefix: UPPER, listen: x, drian: 1s}")
        let ended = try await show(["--config", file])
        #expect(ended.code == 2 && ended.output.isEmpty)
        for part in [
            "4 errors:", ":1:16: topic_prefix", ":1:31: listen", "did you mean drain?", "no Kafka to",
        ] {
            #expect(ended.errors.contains(part), "\(part): \(ended.errors)")
        }
        let json = try await show(["--config", file, "--output", "json"])
        #expect(json.code == 2)
        let codes = (0..<4).map { json.json["errors"]?[$0]?["code"]?.text }
        #expect(codes.contains("configuration.bad_file") && codes.contains("configuration.missing_setting"))
        let unread = try await show(["--config", folder.path + "/none.yaml", "--drain", "soon"])
        #expect(unread.code == 2 && unread.errors.contains("none.yaml"))
    }
}
