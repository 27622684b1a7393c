import CommandLine
import Core

/// Everything that can be typed: parsing, help, completions and the manual page come from here.
enum CommandTree {
    static var interface: Interface {
        Interface(
            root: Command(
                "sluice",
                summary: "Read SaaS APIs into Kafka, exactly once.",
                discussion: [
                    "sluice reads CRM, support and payment REST APIs and publishes their records as events; the events "
                        + "of a page and the bookmark that covers them commit in one Kafka transaction."
                ],
                subcommands: [
                    sync, serve, doctor, config, trigger, pause, resume, skipNext, cancel, runs, logs, audit,
                    backfill,
                    backfills,
                    schedule,
                    state, account, catalog, schemas, privacy, dead,
                    extractor,
                    simulate, demo,
                ]
            ),
            version: VersionText.text,
            exitCodes: [
                (0, "success"),
                (1, "the run failed"),
                (2, "bad usage, bad configuration or refused state"),
                (3, "something outside: broker or API unreachable, credentials refused, a full disk"),
                (4, "the account is already running elsewhere"),
                (5, "partial: some streams failed or were unavailable, the others went through"),
                (130, "128 + the signal that ended it; with 13, the reader of --to stdout had enough"),
            ],
            variables: variables,
            files: files
        )
    }

    private static let accountOptions = [
        Option(
            "config",
            value: "FILE",
            help: "The account's file, in place of a schedule; a flag beats it.",
            heading: "Account",
            completion: .files
        ),
        Option(
            "extractor",
            short: "e",
            value: "NAME",
            help: "The service to read: an extractor's name, its folder (with a slash: ./shop) or its file.",
            heading: "Account",
            completion: extractorNames
        ),
        Option(
            "account",
            short: "a",
            value: "NAME",
            help: "The account's name, a-z, 0-9 and -.",
            heading: "Account"
        ),
        accountSetting, extractorsFolder,
    ]

    /// What a shell offers for an extractor.
    static let extractorNames = Completion.names("extractor list --output names")

    static let accountSetting = Option(
        "set",
        value: "NAME=VALUE",
        help: "A setting of the account; a secret as env:NAME, file:PATH or exec:COMMAND.",
        heading: "Account",
        isRepeated: true
    )

    /// What a command prints that is read by people, or else by programs.
    static let textOrJSON = Option(
        "output",
        short: "o",
        value: "FORM",
        help: "What is printed.",
        choices: ["text", "json"],
        fallback: "text"
    )

    static let extractorsFolder = Option(
        "extractors",
        value: "DIR",
        help: "The folders where extractors are looked for, and nowhere else, joined by colons.",
        heading: "Account",
        environment: "SLUICE_EXTRACTORS",
        completion: .folders
    )

    static let connectionOptions = [
        Option(
            "ca-file",
            value: "FILE",
            help:
                "PEM file of the authorities that the API's certificate is checked by, in place of the system's.",
            heading: "Connection",
            completion: .files
        ),
        Option(
            "client-certificate",
            value: "FILE",
            help: "PEM file with the certificate that is shown to the API.",
            heading: "Connection",
            completion: .files
        ),
        Option(
            "client-key",
            value: "FILE",
            help: "PEM file with its key, where the certificate's file does not hold it.",
            heading: "Connection",
            completion: .files
        ),
        Option(
            "client-key-passphrase",
            value: "REFERENCE",
            help: "The key's passphrase, as env:NAME, file:PATH or exec:COMMAND.",
            heading: "Connection"
        ),
        Option(
            "proxy",
            value: "ADDRESS",
            help: "The proxy to the API, or none; otherwise https_proxy, all_proxy and no_proxy say. "
                + "With a password as env:, file: or exec:.",
            heading: "Connection"
        ),
    ]

    static let stateKey = Option(
        "state-key",
        value: "REFERENCE",
        help: "The key that seals a credential which the API replaces at each use, as env:NAME, file:PATH or "
            + "exec:COMMAND; twice while it is changed, the new one first. Without it, SLUICE_STATE_KEY.",
        heading: "Connection",
        isRepeated: true
    )

    private static let destinationOptions = [
        Option(
            "to",
            value: "DIR",
            help:
                "A folder for the events, a file of JSON lines a stream, or stdout for their lines; in Kafka's place.",
            heading: "Destination",
            completion: .folders
        ),
        Option(
            "state",
            value: "FILE",
            help: "With --to stdout: where to go on the next time; without it every run begins anew.",
            heading: "Destination",
            completion: .files
        ),
    ]

    static let cacheFolder = Option(
        "cache-folder",
        value: "DIR",
        help:
            "Where copies of what is remembered of records are kept; without it, in the user's cache folder.",
        heading: "Kafka",
        environment: "SLUICE_CACHE_FOLDER",
        completion: .folders
    )

    private static let topicTemplate = Option(
        "topic-template",
        value: "TEMPLATE",
        help:
            "How topics are named. Where <extractor> or <account> is left out, the account becomes the first part "
            + "of every key. Without it, <prefix>.<extractor>.<account>.<stream>.",
        heading: "Kafka"
    )

    private static let envelope = Option(
        "envelope",
        value: "FORM",
        help:
            "How an event stands in its record: the record as the value and CloudEvents in the headers, a CloudEvent in one "
            + "JSON object, or the record alone. Without it, binary.",
        heading: "Where to",
        choices: Envelope.allCases.map(\.rawValue)
    )

    private static let entities = Option(
        "entities",
        value: "WHERE",
        help:
            "Whether records go out as entities, which all services share, beside the streams' own topics or instead of them.",
        heading: "Kafka",
        choices: EntityMode.allCases.map(\.rawValue)
    )

    static let privacyPolicy = Option(
        "privacy",
        value: "FILE",
        help:
            "What becomes of personal fields before anything is published, in one file (docs/privacy.md); without it they "
            + "pass.",
        heading: "Where to",
        environment: "SLUICE_PRIVACY",
        completion: .files
    )

    private static let deadLetters = Option(
        "dead-letters",
        value: "N",
        help:
            "How many records of a stream the run goes past that cannot be published, each of which is kept as a dead letter; "
            + "0 stops the stream at the first. Without it, 100. Not with --to stdout, which has no place for them.",
        heading: "Where to"
    )

    static let kafkaOptions = [
        Option(
            "kafka",
            value: "HOST:PORT",
            help: "Kafka's bootstrap servers, separated by commas.",
            heading: "Kafka",
            environment: "SLUICE_KAFKA"
        ),
        Option(
            "topic-prefix",
            value: "NAME",
            help: "The first part of every topic's name.",
            heading: "Kafka",
            environment: "SLUICE_TOPIC_PREFIX"
        ),
        Option(
            "kafka-set",
            value: "KEY=VALUE",
            help: "A setting of the Kafka client (librdkafka's names); a secret as env:, file: or exec:.",
            heading: "Kafka",
            isRepeated: true
        ),
        Option(
            "lock-folder",
            value: "DIR",
            help: "Where this host's account locks are.",
            heading: "Kafka",
            environment: "SLUICE_LOCK_FOLDER",
            completion: .folders
        ),
    ]

    /// The account by its file, where something else names it.
    static let fileOptions = accountOptions.filter { !["extractor", "account"].contains($0.name) }

    /// How records are published to Kafka.
    static let publishingOptions =
        [cacheFolder, topicTemplate, entities, envelope, privacyPolicy] + registryOptions

    /// How to the API and from there into topics or files.
    private static let pathOptions =
        connectionOptions + [stateKey] + kafkaOptions + publishingOptions
        + [deadLetters]
        + destinationOptions

    static let logLevel = Option(
        "log-level",
        value: "LEVEL",
        help: "The least level that is logged.",
        choices: ["debug", "info", "warning", "error"],
        fallback: "info"
    )

    private static let output = Option(
        "output",
        short: "o",
        value: "FORM",
        help: "What is printed at the end.",
        choices: ["text", "json"],
        fallback: "text"
    )

    private static let sync = Command(
        "sync",
        summary: "Read the chosen streams of one account once.",
        discussion: [
            "Goes on where the bookmarks stand: a list to its end, and then the feed of changes and deletes behind it, "
                + "up to now. What nothing tells of changes is read again with --resync.",
            "The account and where its events go stand in a schedule, or are said by flags, which beat it. It runs at once, "
                + "whatever the schedule says of when.",
        ],
        options: accountOptions + [
            Option(
                "stream",
                short: "s",
                value: "NAME",
                help: "Only this stream.",
                heading: "What to read",
                isRepeated: true
            ),
            Option(
                "limit",
                value: "N",
                help: "Stop each stream after N records; the next run goes on there.",
                heading: "What to read"
            ),
            Option(
                "since",
                value: "TIME",
                help:
                    "Read nothing older: a date, a time with its zone, or seconds since 1970. Only for streams that were "
                    + "never read; the next runs keep it.",
                heading: "What to read"
            ),
        ] + pathOptions + [
            output,
            Option(
                "log-format",
                value: "FORM",
                help: "How log lines look; with json progress and errors are such lines as well.",
                choices: ["text", "json"],
                fallback: "text"
            ),
            logLevel,
        ],
        flags: [
            Flag(
                "resync",
                help:
                    "Read the chosen streams anew, and publish what differs from what was published before.",
                heading: "What to read"
            ),
            Flag(
                "accept",
                help:
                    "Accept topics or files that lost records or were made anew, and the deletes of many at once.",
                heading: "What to read"
            ),
            Flag(
                "wait",
                help: "Wait for a session of the account that lives elsewhere to end.",
                heading: "What to read"
            ),
            Flag(
                "take-over",
                help: "Fence a session of the account that lives on another host.",
                heading: "What to read"
            ),
            Flag("quiet", short: "q", help: "No progress."),
        ],
        arguments: [
            Argument(
                "schedule",
                help: "A file with the account and where its events go.",
                isRequired: false,
                completion: .files
            )
        ],
        examples: [
            Example("What a schedule says", "sluice sync schedules/stripe.yaml"),
            Example(
                "A whole account",
                "sluice sync --extractor stripe --account acme --set api_key=env:STRIPE_KEY --kafka localhost:9092 --topic-prefix retail"
            ),
            Example(
                "Two streams, with the settings from a file",
                "sluice sync --config acme.yaml --stream customers --stream charges --kafka localhost:9092 --topic-prefix retail"
            ),
            Example(
                "Into files, from this year on",
                "sluice sync --config acme.yaml --stream charges --since 2026-01-01 --to events"
            ),
            Example(
                "Lines for another program",
                "sluice sync --config acme.yaml --to stdout --state acme.state | jq .key"
            ),
        ]
    )

    private static let demo = Command(
        "demo",
        summary:
            "Show it all in one process: services that change, an embedded Kafka, the daemon and its page.",
        discussion: [
            "Needs nothing and leaves nothing behind. Local stand-ins for Stripe, Zendesk and HubSpot are read by schedules "
                + "of a few seconds, with --once Stripe alone; the page of the daemon is at --listen. The embedded Kafka is "
                + "librdkafka's mock cluster, in memory: it is for trying out only, and hides nothing from read_committed. "
                + "Goes on until a signal, which ends it in order with exit code 0."
        ],
        options: [
            Option(
                "listen",
                short: "l",
                value: "ADDRESS:PORT",
                help: "Where the page is; where the port is taken, the next one that is free.",
                fallback: "127.0.0.1:8600"
            ),
            Option(
                "records",
                short: "n",
                value: "N",
                help: "Objects in each list of Stripe, at most 10000; the others have at most 200.",
                fallback: "1000"
            ),
            Option("seed", value: "N", help: "The same seed gives the same objects.", fallback: "1"),
            Option(
                "changes-per-minute",
                value: "N",
                help: "Objects created, changed and deleted in a minute; not with --once.",
                fallback: "120"
            ),
            Option("seconds", value: "N", help: "End after so long; otherwise at a signal."),
            output,
        ],
        flags: [
            Flag(
                "once",
                help:
                    "Read everything once, make some changes, read those, compare the topics with the account, and end."
            ),
            Flag("quiet", short: "q", help: "No progress."),
        ],
        examples: [
            Example("Look at it, and at its page", "sluice demo"),
            Example("See that it works, in a script", "sluice demo --once --output json"),
        ]
    )

    private static let simulate = Command(
        "simulate",
        summary: "Serve a local stand-in for a service, for tests and trying out.",
        discussion: SimulateCommand.discussion,
        options: [
            Option(
                "port",
                short: "p",
                value: "PORT",
                help: "The port on 127.0.0.1; 0 takes a free one.",
                fallback: "8420"
            ),
            Option("seed", value: "N", help: "The same seed gives the same objects.", fallback: "1"),
            Option("records", short: "n", value: "N", help: "Objects in each large list.", fallback: "1000"),
            Option(
                "people",
                value: "SEED",
                help:
                    "Customers whom other services know too: one seed gives the same names and e-mail addresses in each."
            ),
            Option(
                "faults",
                value: "NAME,…",
                help:
                    "Faults to inject, as NAME, NAME=RATE or NAME=RATE:SECONDS; a wrong name lists those of the service."
            ),
            Option(
                "clock-speed",
                value: "X",
                help: "How fast the simulator's own clock runs.",
                fallback: "1"
            ),
            Option(
                "changes-per-minute",
                value: "N",
                help: "Objects created, changed and deleted by themselves in a minute of its clock.",
                fallback: "0"
            ),
            Option(
                "config-out",
                value: "FILE",
                help: "Write the file with which `sluice sync --config FILE` reads it.",
                completion: .files
            ),
        ],
        arguments: [Argument("service", help: "The service.", choices: SimulateCommand.services.map(\.name))],
        examples: [
            Example(
                "A local Stripe",
                "sluice simulate stripe --port 8420 --records 5000 --config-out stripe.yaml"
            ),
            Example("With faults", "sluice simulate stripe --faults rate_limit,cut_body=0.05"),
            Example(
                "A local Zendesk whose minutes pass in a second, and half of whose objects share one second",
                "sluice simulate zendesk --clock-speed 60 --records 3000 --faults tie_block=0.5"
            ),
            Example(
                "A busy account whose events are listed up to half a minute late",
                "sluice simulate stripe --changes-per-minute 60 --faults late_events=1:30"
            ),
            Example(
                "A HubSpot whose searches see changes up to a minute late, in time that runs fast",
                "sluice simulate hubspot --clock-speed 60 --changes-per-minute 60 --faults search_lag=1:60"
            ),
        ]
    )
}
