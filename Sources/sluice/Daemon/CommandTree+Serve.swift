import CommandLine

/// The daemon, and what is asked of it.
extension CommandTree {
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
        options: [
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
            cacheFolder,
            Option(
                "log-format",
                value: "FORM",
                help: "How log lines look.",
                choices: ["text", "json"],
                fallback: "text"
            ),
            Option(
                "log-level",
                value: "LEVEL",
                help: "The least level that is logged.",
                choices: ["debug", "info", "warning", "error"],
                fallback: "info"
            ),
        ],
        examples: [
            Example(
                "The schedules of this folder",
                "sluice serve --schedules schedules --kafka localhost:9092 --topic-prefix retail"
            ),
            Example("With settings from a file", "sluice serve --config /etc/sluice/sluice.yaml"),
        ]
    )
}
