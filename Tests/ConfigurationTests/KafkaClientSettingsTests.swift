import Configuration
import Core
import Testing

struct KafkaClientSettingsTests {
    private func resolve(
        bootstrap: String? = nil,
        flags: [String] = [],
        file: String? = nil,
        environment: [String: String] = [:]
    ) throws -> KafkaClientSettings {
        try KafkaClientSettings.resolve(
            bootstrap: bootstrap,
            flags: SettingFlag.parse(flags, option: "--kafka-set"),
            file: file.map { try AccountFile.parse(Array($0.utf8), path: "a.yaml") },
            environment: environment,
            reader: SecretReader(environment: environment)
        )
    }

    @Test func merges() throws {
        let settings = try resolve(
            flags: ["linger.ms=9", "sasl.password=env:PASSWORD"],
            file: "kafka: {bootstrap: 'file-broker:9092', set: {linger.ms: 5, client.id: x}}",
            environment: [
                "SLUICE_KAFKA_BOOTSTRAP_SERVERS": "env:1", "SLUICE_KAFKA_SASL_USERNAME": "me",
                "SLUICE_KAFKA_CLIENT_ID": "y", "PASSWORD": "hunter2", "SLUICE_OTHER": "z",
            ]
        )
        #expect(settings.bootstrap == "file-broker:9092")
        #expect(settings.overrides.map(\.0) == ["client.id", "linger.ms", "sasl.password", "sasl.username"])
        #expect(settings.overrides.map(\.1) == ["x", "9", "hunter2", "me"])
        #expect(settings.secrets == ["hunter2"])
        #expect(
            settings.description == """
                bootstrap.servers = file-broker:9092 (a.yaml:1:20)
                client.id = x (a.yaml:1:71)
                linger.ms = 9 (--kafka-set)
                sasl.password = ••• (--kafka-set)
                sasl.username = me (SLUICE_KAFKA_SASL_USERNAME)
                """
        )
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test(
        arguments: [
            ("a:1", [], nil, [:], "a:1"),
            (nil, ["bootstrap.servers=b:1"], nil, [:], "b:1"),
            (nil, ["metadata.broker.list=b:1"], nil, [:], "b:1"),
            (nil, [], nil, ["SLUICE_KAFKA_BOOTSTRAP": "c:1"], "c:1"),
            (
                "a:1", ["bootstrap.servers=b:1"], "kafka: {bootstrap: 'd:1'}",
                ["SLUICE_KAFKA_BOOTSTRAP": "c:1"], "a:1"
            ),
            ("localhost:1,127.0.0.1:2", ["sasl.password=hunter2"], nil, [:], "localhost:1,127.0.0.1:2"),
            ("SASL_PLAINTEXT://[::1]:1", ["sasl.password=hunter2"], nil, [:], "SASL_PLAINTEXT://[::1]:1"),
        ] as [(String?, [String], String?, [String: String], String)]
    )
    func bootstrap(
        _ bootstrap: String?,
        _ flags: [String],
        _ file: String?,
        _ environment: [String: String],
        _ expected: String
    ) throws {
        let settings = try resolve(bootstrap: bootstrap, flags: flags, file: file, environment: environment)
        #expect(settings.bootstrap == expected)
    }

    @Test(
        arguments: [
            (nil, [], "configuration.missing_setting"),
            ("a:1", ["sasl.password=hunter2"], "configuration.literal_secret"),
            ("a:1", ["ssl.key.password=hunter2"], "configuration.literal_secret"),
            ("a:1", ["sasl.oauthbearer.client.secret=hunter2"], "configuration.literal_secret"),
            ("localhost:1,a:1", ["ssl.key.pem=hunter2"], "configuration.literal_secret"),
            ("a:1", ["sasl.password=env:NOBODY"], "configuration.secret_unavailable"),
            ("a:1", ["transactional.id=x"], "configuration.bad_setting"),
            ("a:1", ["enable.idempotence=false"], "configuration.bad_setting"),
        ] as [(String?, [String], String)]
    )
    func fails(_ bootstrap: String?, _ flags: [String], _ code: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try resolve(bootstrap: bootstrap, flags: flags)
        }
        #expect(error?.codeText == code)
        #expect(error?.description.contains("hunter2") == false)
    }
}
