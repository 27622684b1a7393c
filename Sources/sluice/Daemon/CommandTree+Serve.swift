import CommandLine

/// The daemon, and what is asked of it.
extension CommandTree {
    static let config = Command(
        "config",
        summary: "Look at the settings of a daemon.",
        subcommands: [
            Command(
                "show",
                summary: "Print every setting that serve would have, and where it comes from.",
                discussion: [
                    "With the options of serve, in the same environment: a flag beats a variable, that beats the file, and "
                        + "the file beats the default. A secret is shown as the reference that names it, else as dots; that "
                        + "it can be read is looked at. Nothing is started and nobody is asked.",
                    "Where something is wrong, all of it is told, and the exit code is 2.",
                ],
                options: daemonOptions + [textOrJSON],
                examples: [
                    Example("What a file comes to", "sluice config show --config /etc/sluice/sluice.yaml"),
                    Example(
                        "What a script needs of it",
                        "sluice config show --config sluice.yaml --output json | jq -r '.settings[] | select(.name == \"listen\").value'"
                    ),
                ]
            )
        ]
    )

    static let doctor = Command(
        "doctor",
        summary: "Look at everything that a daemon needs, and say what is wrong and what helps.",
        discussion: [
            "With the options of serve, in the same environment: its settings, Kafka with the topics and the rights that it "
                + "needs there, the schema registry, this machine's clock, folders and time zones, each schedule, and each account's "
                + "credentials. "
                + "All of it is looked at, whatever is wrong before.",
            "Nothing is changed, and no topic is made. Kafka is asked to fence the transactional id PREFIX.sluice.doctor, "
                + "which nobody else uses. No API is asked without --ask.",
            "The exit code is 0 where nothing is an error, 2 where a setting is, and 3 where something outside is.",
        ],
        options: daemonOptions + [textOrJSON],
        flags: [
            Flag(
                "ask",
                help: "Read one page of a stream of each account, to see that its credentials are accepted."
            )
        ],
        examples: [
            Example("Before the first start", "sluice doctor --config /etc/sluice/sluice.yaml"),
            Example(
                "With the accounts' credentials",
                "sluice doctor --schedules schedules --kafka localhost:9092 --topic-prefix retail --ask"
            ),
            Example(
                "What is wrong, for a script",
                "sluice doctor --config sluice.yaml --output json | jq -r '.checks[] | select(.status == \"error\").remedy'"
            ),
        ]
    )

    static let serve = Command(
        "serve",
        summary: "Follow the schedules of a folder, for as long as it lives.",
        discussion: [
            "Each file of the folder is a schedule: an account, its streams, and when they are read. Changes of the folder "
                + "count at once, also at SIGHUP; a file that is wrong is named, and its schedule runs on as it was. A page, "
                + "an API and metrics are at --listen.",
            "All it must know stands in Kafka: it can end, or die, anywhere, and the next one goes on, each tick once. A "
                + "second one of the same topic prefix is refused while the first lives. SIGTERM and SIGINT let what runs "
                + "end after its page, a second one ends at once; neither loses anything.",
        ],
        options: daemonOptions + [
            Option(
                "log-format",
                value: "FORM",
                help: "How log lines look.",
                choices: ["text", "json"],
                fallback: "text"
            ),
            logLevel,
        ],
        examples: [
            Example(
                "The schedules of this folder",
                "sluice serve --schedules schedules --kafka localhost:9092 --topic-prefix retail"
            ),
            Example("With settings from a file", "sluice serve --config /etc/sluice/sluice.yaml"),
        ]
    )

    /// What a daemon can be told, by serve and by the commands that look at it beforehand.
    static let daemonOptions =
        [
            Option(
                "config",
                short: "c",
                value: "FILE",
                help: "The daemon's own settings, in place of flags, which beat it (docs/daemon.md).",
                completion: .files
            ),
            Option(
                "schedules",
                value: "DIR",
                help: "The folder of the schedules; without it, schedules.",
                environment: "SLUICE_SCHEDULES",
                completion: .folders
            ),
            Option(
                "listen",
                short: "l",
                value: "ADDRESS:PORT",
                help: "Where the page, the API and the metrics are; without it, 127.0.0.1:8600.",
                environment: "SLUICE_LISTEN"
            ),
            Option(
                "token",
                value: "REFERENCE",
                help:
                    "What the API asks for where other machines reach it, as env:NAME, file:PATH or exec:COMMAND."
            ),
            Option(
                "pool",
                value: "NAME=SLOTS",
                help: "How many runs of a pool go on at once; without it, default=16.",
                isRepeated: true
            ),
            Option(
                "drain",
                value: "LENGTH",
                help: "How long runs may take to end their page when the daemon ends; without it, 25s.",
                environment: "SLUICE_DRAIN"
            ),
            extractorsFolder, stateKey,
        ] + kafkaOptions + [
            cacheFolder, privacyPolicy,
        ] + registryOptions + [
            Option(
                "alerts-webhook",
                value: "REFERENCE",
                help: "Where alerts are posted to, as env:NAME, file:PATH or exec:COMMAND.",
                heading: "Alerts"
            ),
            Option(
                "alerts-secret",
                value: "REFERENCE",
                help: "What those posts are signed with, as env:NAME, file:PATH or exec:COMMAND.",
                heading: "Alerts"
            ),
            Option(
                "alerts-topic",
                value: "TRUE|FALSE",
                help: "Whether alerts go to a topic as well; without it, false.",
                heading: "Alerts",
                environment: "SLUICE_ALERTS_TOPIC"
            ),
            Option(
                "alerts-repeat",
                value: "LENGTH",
                help: "What is still wrong after so long is said again; without it, 4h.",
                heading: "Alerts",
                environment: "SLUICE_ALERTS_REPEAT"
            ),
            Option(
                "alerts-quota-margin",
                value: "SHARE",
                help:
                    "An account whose day's requests are spent but for its reserve and so much is told of; without"
                    + " it, 10%.",
                heading: "Alerts",
                environment: "SLUICE_ALERTS_QUOTA_MARGIN"
            ),
        ]
}
