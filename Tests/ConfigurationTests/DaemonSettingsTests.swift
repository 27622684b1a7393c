import Configuration
import Core
import Testing

struct DaemonSettingsTests {
    private static let whole = """
        kafka: {bootstrap: "broker:9092", set: {linger.ms: 5, sasl.password: env:KAFKA_PASSWORD}}
        topic_prefix: retail
        schedules: schedules.d
        listen: 0.0.0.0:8080
        token: 0123456789abcdef-literal
        pools: {crm: 4, default: 8}
        drain: 40s
        alerts:
          webhook: env:ALERT_URL
          secret: env:ALERT_KEY
          topic: true
          repeat: 1h
          quota_margin: 25%
        """
    private static let secrets = [
        "KAFKA_PASSWORD": "kafka-hunter2", "ALERT_URL": "https://hooks.example.com/T0/hunter2",
        "ALERT_KEY": "alert-hunter2",
    ]

    private func resolve(
        _ text: String?,
        flags: [String: String] = [:],
        kafkaSet: [String] = [],
        pools: [String] = [],
        stateKeys: [String] = [],
        environment: [String: String] = [:],
        isBlind: Bool = false
    ) throws -> DaemonSettings {
        try DaemonSettings.resolve(
            file: text.map { try DaemonFile.parse(Array($0.utf8), path: "etc/sluice.yaml") },
            flags: DaemonSettings.flags(
                value: { flags[$0] },
                kafkaSet: kafkaSet,
                pools: pools,
                stateKeys: stateKeys
            ),
            environment: environment,
            reader: isBlind ? .blind : nil
        )
    }

    private func message(_ body: () throws -> DaemonSettings) -> String {
        do {
            return "no error: \(try body())"
        } catch {
            return (error as? any SluiceError)?.message ?? "\(error)"
        }
    }

    @Test func readsEverything() throws {
        let settings = try resolve(Self.whole, environment: Self.secrets)
        #expect(settings.kafka.bootstrap == "broker:9092")
        #expect(settings.topicPrefix.text == "retail")
        #expect(settings.schedules == "etc/schedules.d")
        #expect((settings.listen.host, settings.listen.port) == ("0.0.0.0", 8080))
        #expect(settings.token?.revealed == "0123456789abcdef-literal")
        #expect(settings.pools == ["crm": 4, "default": 8])
        #expect(settings.drain == .seconds(40))
        #expect(settings.alerts.webhook?.revealed == "https://hooks.example.com/T0/hunter2")
        #expect(settings.alerts.secret?.revealed == "alert-hunter2")
        #expect(settings.alerts.goesToTopic)
        #expect(settings.alerts.repeatEvery == .seconds(3600))
        #expect(settings.alerts.quotaMargin == 25)
        #expect(
            settings.secrets == [
                "kafka-hunter2", "0123456789abcdef-literal", "https://hooks.example.com/T0/hunter2",
                "alert-hunter2",
            ]
        )
        #expect(
            settings.description == """
                kafka.bootstrap = broker:9092 (etc/sluice.yaml:1:20)
                kafka.set.linger.ms = 5 (etc/sluice.yaml:1:52)
                kafka.set.sasl.password = env:KAFKA_PASSWORD (etc/sluice.yaml:1:70)
                topic_prefix = retail (etc/sluice.yaml:2:15)
                schedules = etc/schedules.d (etc/sluice.yaml:3:12)
                listen = 0.0.0.0:8080 (etc/sluice.yaml:4:9)
                token = ••• (etc/sluice.yaml:5:8)
                pools.default = 8 (etc/sluice.yaml:6:26)
                pools.crm = 4 (etc/sluice.yaml:6:14)
                drain = 40s (etc/sluice.yaml:7:8)
                alerts.webhook = env:ALERT_URL (etc/sluice.yaml:9:12)
                alerts.secret = env:ALERT_KEY (etc/sluice.yaml:10:11)
                alerts.topic = true (etc/sluice.yaml:11:10)
                alerts.repeat = 1h (etc/sluice.yaml:12:11)
                alerts.quota_margin = 25% (etc/sluice.yaml:13:17)
                """
        )
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter2") && !dumped.contains("literal"))
    }

    @Test func whatIsLeftOutHasAMeaning() throws {
        let settings = try resolve(nil, environment: ["SLUICE_KAFKA": "a:1", "SLUICE_TOPIC_PREFIX": "p"])
        #expect(
            settings.description == """
                kafka.bootstrap = a:1 (SLUICE_KAFKA)
                topic_prefix = p (SLUICE_TOPIC_PREFIX)
                schedules = schedules (default)
                listen = 127.0.0.1:8600 (default)
                pools.default = 16 (default)
                drain = 25s (default)
                alerts.topic = false (default)
                alerts.repeat = 4h (default)
                alerts.quota_margin = 10% (default)
                """
        )
        #expect(settings.token == nil && settings.alerts.webhook == nil)
        #expect(settings.drain == .seconds(25) && settings.alerts.repeatEvery == .seconds(14400))
    }

    /// Default < file < environment < flag, for each kind of setting.
    @Test(arguments: [
        (false, false, "sluice.yaml"), (true, false, "SLUICE_"), (true, true, "--"), (false, true, "--"),
    ])
    func precedence(hasVariable: Bool, hasFlag: Bool, origin: String) throws {
        let file = """
            {kafka: "f:1", topic_prefix: file, schedules: file, listen: "127.0.0.1:1", token: env:T,
             pools: {default: 1, a: 1}, drain: 1s,
             registry: {url: "https://file:1", user: file, password: env:T, subjects: topic, auto_register: true},
             alerts: {webhook: env:U, secret: env:T, topic: false, repeat: 1m, quota_margin: 1%}}
            """
        let variables = [
            "SLUICE_KAFKA": "variable:1", "SLUICE_TOPIC_PREFIX": "variable", "SLUICE_SCHEDULES": "variable",
            "SLUICE_LISTEN": "127.0.0.1:2", "SLUICE_TOKEN": "env:T", "SLUICE_POOLS": "default=2,a=2",
            "SLUICE_DRAIN": "2s", "SLUICE_ALERTS_WEBHOOK": "env:U", "SLUICE_ALERTS_SECRET": "env:T",
            "SLUICE_ALERTS_TOPIC": "true", "SLUICE_ALERTS_REPEAT": "2m",
            "SLUICE_ALERTS_QUOTA_MARGIN": "2%", "SLUICE_REGISTRY_URL": "https://variable:2",
            "SLUICE_REGISTRY_USER": "variable", "SLUICE_REGISTRY_PASSWORD": "env:T",
            "SLUICE_REGISTRY_SUBJECTS": "record", "SLUICE_REGISTRY_AUTO_REGISTER": "false",
        ]
        let flags = [
            "kafka": "flag:1", "topic-prefix": "flag", "schedules": "flag", "listen": "127.0.0.1:3",
            "token": "env:T", "drain": "3s", "alerts-webhook": "env:U", "alerts-secret": "env:T",
            "alerts-topic": "true", "alerts-repeat": "3m",
            "alerts-quota-margin": "3%", "registry-url": "https://flag:3", "registry-user": "flag",
            "registry-password": "env:T", "registry-subjects": "topic_record",
            "registry-auto-register": "false",
        ]
        let settings = try resolve(
            file,
            flags: hasFlag ? flags : [:],
            pools: hasFlag ? ["default=3", "a=3"] : [],
            environment: ["T": "a-token-of-some-length", "U": "https://hooks.example.com/"].merging(
                hasVariable ? variables : [:]
            ) { $1 }
        )
        #expect(settings.rows.count == 18)
        for row in settings.rows { #expect(row.origin.description.contains(origin), "\(row)") }
        #expect(Set(settings.pools.values) == [settings.listen.port])
        #expect(settings.drain == .seconds(settings.listen.port))
        #expect(settings.alerts.repeatEvery == .seconds(60 * settings.listen.port))
        #expect(settings.alerts.quotaMargin == settings.listen.port)
        #expect(settings.registry?.address.port == settings.listen.port)
        #expect(settings.registry?.registers == (settings.listen.port == 1))
    }

    @Test func whereThingsLie() throws {
        let file = """
            kafka: 'a:1'
            topic_prefix: p
            extractors: [mine, /usr/share/sluice/extractors]
            cache_folder: cache
            lock_folder: /var/lib/sluice/locks
            """
        let settings = try resolve(file)
        #expect(settings.extractors == "etc/mine:/usr/share/sluice/extractors")
        #expect(settings.cacheFolder == "etc/cache")
        #expect(settings.lockFolder == "/var/lib/sluice/locks")
        let variables = [
            "SLUICE_EXTRACTORS": "a:b", "SLUICE_CACHE_FOLDER": "c", "SLUICE_LOCK_FOLDER": "l",
        ]
        let named = try resolve(file, flags: ["cache-folder": "flag"], environment: variables)
        #expect(named.extractors == "a:b" && named.cacheFolder == "flag" && named.lockFolder == "l")
        #expect(
            message { try resolve("{kafka: 'a:1', topic_prefix: p, extractors: [[x]]}") }.contains("1:46: ")
        )
    }

    /// A flag, else the variable, which holds the key itself, else the file.
    @Test(
        arguments: [
            (["env:FLAG"], "variable-key", ["flag-key"], "state_key = env:FLAG (--state-key)"),
            (
                ["env:FLAG", "env:OLD"], "", ["flag-key", "old-key"],
                "state_key = env:FLAG (--state-key)\nstate_key = env:OLD (--state-key)"
            ),
            ([], "env:FLAG", ["env:FLAG"], "state_key = ••• (SLUICE_STATE_KEY)"),
            (
                [], "", ["file-key", "written"],
                "state_key = env:FILE (etc/sluice.yaml:1:45)\nstate_key = ••• (etc/sluice.yaml:1:55)"
            ),
        ] as [([String], String, [String], String)]
    )
    func stateKeys(flags: [String], variable: String, expected: [String], shown: String) throws {
        let settings = try resolve(
            "{kafka: 'a:1', topic_prefix: p, state_key: [env:FILE, written]}",
            stateKeys: flags,
            environment: [
                "SLUICE_STATE_KEY": variable, "FLAG": "flag-key", "OLD": "old-key", "FILE": "file-key",
            ]
        )
        #expect(settings.stateKeys.map(\.revealed) == expected)
        #expect(settings.secrets == expected)
        #expect(settings.description.contains(shown), "\(settings)")
    }

    @Test func aDraftHoldsWhatIsRight() {
        let file = try? DaemonFile.parse(
            Array("{kafka: 'a:1', listen: nowhere, lock_folder: l}".utf8),
            path: "etc/sluice.yaml"
        )
        let draft = DaemonSettings.draft(file: file, environment: [:])
        #expect(draft.kafka?.bootstrap == "a:1" && draft.lockFolder == "etc/l")
        #expect(draft.listen == nil && draft.topicPrefix == nil)
        #expect(draft.error?.parts.count == 2)
        #expect(
            draft.unset == [
                "extractors", "token", "state_key", "cache_folder", "privacy", "registry.url",
                "alerts.webhook",
                "alerts.secret",
            ]
        )
    }

    @Test func settingsOfKafkaMergeByName() throws {
        let settings = try resolve(
            "{kafka: {bootstrap: 'f:1', set: {linger.ms: 1, client.id: file}}, topic_prefix: p}",
            kafkaSet: ["linger.ms=3"],
            environment: ["SLUICE_KAFKA_LINGER_MS": "2", "SLUICE_KAFKA_SASL_USERNAME": "me"]
        )
        #expect(settings.kafka.bootstrap == "f:1")
        #expect(settings.kafka.overrides.map(\.0) == ["client.id", "linger.ms", "sasl.username"])
        #expect(settings.kafka.overrides.map(\.1) == ["file", "3", "me"])
    }

    @Test func emptyVariablesSayNothing() throws {
        let settings = try resolve(
            "{kafka: 'f:1', topic_prefix: p, listen: 'localhost:9'}",
            environment: ["SLUICE_LISTEN": "", "SLUICE_POOLS": "", "SLUICE_KAFKA": ""]
        )
        #expect(settings.listen.description == "127.0.0.1:9")
        #expect(settings.kafka.bootstrap == "f:1")
    }

    /// Each error alone, after the file's name.
    @Test(arguments: [
        ("{kafak: 'a:1', topic_prefix: p}", "1:2: unknown key kafak; did you mean kafka?"),
        (
            "to: {kafka: 'a:1', topic_prefix: p}",
            "1:1: unknown key to; write kafka and topic_prefix, here at the top"
        ),
        ("{topic_prefix: A, kafka: 'a:1'}", "1:16: topic_prefix: the prefix"),
        ("{topic_prefx: a, kafka: 'a:1'}", "1:2: unknown key topic_prefx; did you mean topic_prefix?"),
        ("{kafka: 'a:1'}", " no topic prefix; give --topic-prefix NAME, topic_prefix in the file"),
        (
            "{kafka: {bootstrp: 'a:1'}, topic_prefix: p}",
            "1:10: unknown key bootstrp; did you mean bootstrap?"
        ),
        ("{kafka: 'a:1', topic_prefix: p, listen: 8600}", "1:41: listen: \"8600\" is not ADDRESS:PORT"),
        ("{kafka: 'a:1', topic_prefix: p, listen: 'example.com:8600'}", "1:41: listen: \"example.com:8600\""),
        ("{kafka: 'a:1', topic_prefix: p, listen: '127.0.0.1:65536'}", "1:41: listen: \"127.0.0.1:65536\""),
        (
            "{kafka: 'a:1', topic_prefix: p, listen: '0.0.0.0:8600'}",
            "1:41: listen: 0.0.0.0:8600 can be reached from other machines, and nothing says who may; add token"
        ),
        ("{kafka: 'a:1', topic_prefix: p, token: short-token}", "1:40: token: has fewer than 16 characters"),
        ("{kafka: 'a:1', topic_prefix: p, token: env:NONE}", "1:40: token: cannot read env:NONE"),
        ("{kafka: 'a:1', topic_prefix: p, pools: {a: 0}}", "1:44: pools.a: \"0\" is no number of runs"),
        ("{kafka: 'a:1', topic_prefix: p, pools: {a: many}}", "1:44: pools.a: \"many\" is no number of runs"),
        ("{kafka: 'a:1', topic_prefix: p, pools: [a]}", "1:40: a mapping (key: value) is needed here"),
        (
            "{kafka: 'a:1', topic_prefix: p, drain: soon}",
            "1:40: drain: \"soon\" is not a length of time from 0s to 1d"
        ),
        ("{kafka: 'a:1', topic_prefix: p, drain: 2d}", "1:40: drain: \"2d\" is not a length of time"),
        (
            "{kafka: 'a:1', topic_prefix: p, alerts: {topic: maybe}}",
            "1:49: alerts.topic: \"maybe\" is not true or false"
        ),
        (
            "{kafka: 'a:1', topic_prefix: p, alerts: {quota_margin: 12}}",
            "1:56: alerts.quota_margin: \"12\" is not a share from 0% to 90%"
        ),
        (
            "{kafka: 'a:1', topic_prefix: p, alerts: {repeat: 5s}}",
            "1:50: alerts.repeat: \"5s\" is not a length of time from 1m"
        ),
        (
            "{kafka: 'a:1', topic_prefix: p, alerts: {webhok: x}}",
            "1:42: unknown key webhok; did you mean webhook?"
        ),
        (
            "{kafka: 'a:1', topic_prefix: p, alerts: {webhook: 'slack:hunter2'}}",
            "1:51: alerts.webhook is no http or https address; write https://HOST/PATH, or env:NAME"
        ),
        (
            "{kafka: 'a:1', topic_prefix: p, alerts: {secret: hunter2}}",
            "1:50: alerts.secret: signs what goes to a webhook; add alerts.webhook, or remove it"
        ),
        (
            "{kafka: {bootstrap: 'a:1', set: {acks: 1}}, topic_prefix: p}",
            "1:40: acks is sluice's own to set"
        ),
        ("[]", "1:1: a mapping (key: value) is needed here, not a list"),
    ])
    func badFiles(text: String, expected: String) {
        let message = message { try resolve(text) }
        #expect(message.hasPrefix("etc/sluice.yaml:\(expected)"), "\(message)")
        #expect(!message.contains("hunter2"))
    }

    @Test func allErrorsAtOnceInTheOrderOfTheFile() {
        let message = message {
            try resolve(
                """
                listen: nowhere
                topic_prefix: UPPER
                sink: x
                pools: {a: x}
                kafka: {set: {acks: 1}}
                """,
                environment: ["SLUICE_DRAIN": "never", "SLUICE_POOLS": "a,b"]
            )
        }
        #expect(
            message.split(separator: "\n").map { $0.prefix(24) }
                == [
                    "7 errors:", "  etc/sluice.yaml:1:9: li", "  etc/sluice.yaml:2:15: t",
                    "  etc/sluice.yaml:3:1: un", "  etc/sluice.yaml:4:12: p", "  SLUICE_POOLS: \"a,b\" is ",
                    "  etc/sluice.yaml:5:21: a", "  SLUICE_DRAIN: drain: \"n",
                ].map { $0.prefix(24) },
            "\(message)"
        )
    }

    @Test(arguments: ["token", "alerts-webhook", "alerts-secret"])
    func secretsOnACommandLineAreRefused(option: String) {
        let message = message {
            try resolve("{kafka: 'a:1', topic_prefix: p}", flags: [option: "https://hunter2hunter2hunter2"])
        }
        #expect(
            message.contains(
                "a secret on a command line is seen by every process; write --\(option) with env:"
            )
        )
        #expect(!message.contains("hunter2"))
    }

    @Test func aBlindReaderLooksAtTheFormOnly() throws {
        let settings = try resolve(Self.whole, isBlind: true)
        #expect(settings.alerts.webhook?.revealed == "")
        #expect(settings.secrets == ["0123456789abcdef-literal"])
    }

    @Test func badFlagsAreTold() {
        #expect(message { try resolve(nil, pools: ["crm"]) }.contains("--pool needs NAME=VALUE"))
        let nothing = message { try resolve(nil) }
        #expect(nothing.contains("no Kafka to connect to; give --kafka HOST:PORT"))
        #expect(nothing.contains("no topic prefix"))
    }

    @Test(
        arguments: [
            ("127.0.0.1:8600", "127.0.0.1:8600", true), ("localhost:1", "127.0.0.1:1", true),
            ("[::1]:9", "[::1]:9", true), ("0.0.0.0:65535", "0.0.0.0:65535", false),
            ("[::]:80", "[::]:80", false),
            ("10.0.0.1:80", "10.0.0.1:80", false), (":80", nil, false), ("127.0.0.1", nil, false),
            ("1.2.3:80", nil, false), ("1.2.3.256:80", nil, false), ("1.2.3.04:80", nil, false),
            ("a.b:80", nil, false), ("::1:80", nil, false), ("127.0.0.1:65536", nil, false),
            ("127.0.0.1:80/x", nil, false), ("u@127.0.0.1:80", nil, false), ("", nil, false),
        ] as [(String, String?, Bool)]
    )
    func addressesToListenOn(text: String, shown: String?, isLoopback: Bool) {
        let address = ListenAddress(parsing: text)
        #expect(address?.description == shown)
        #expect(address?.isLoopback ?? false == isLoopback)
    }
}
