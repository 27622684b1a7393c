import CommandLine

/// What is asked of a daemon that runs, and what is told of its runs.
extension CommandTree {
    private static let scheduleArgument = Argument(
        "schedule",
        help: "The schedule: its file's name without the ending."
    )
    private static let place = "--kafka localhost:9092 --topic-prefix retail"

    static let trigger = Command(
        "trigger",
        summary: "Ask the daemon to run a schedule now.",
        discussion: [
            "The run counts as a tick of its own and moves no other. While a run of the schedule is active, the schedule's "
                + "overlap policy says what becomes of it."
        ],
        options: kafkaOptions + [textOrJSON],
        flags: [
            Flag("wait", short: "w", help: "Wait for the run's end, and end with its exit code."),
            Flag("instead-of-next", help: "Leave out the schedule's next tick."),
        ],
        arguments: [scheduleArgument],
        examples: [Example("Run it, and wait for its end", "sluice trigger stripe --wait \(place)")]
    )

    static let pause = Command(
        "pause",
        summary: "Ask the daemon not to run a schedule until it is resumed.",
        discussion: [
            "What runs goes on to its end. A pause outlives the daemon and changes of the schedule's file; the ticks in it "
                + "are recorded as paused, and are not made up for."
        ],
        options: [
            Option(
                "reason",
                short: "r",
                value: "TEXT",
                help: "Why, for whoever finds it paused.",
                isRequired: true
            ),
            Option("until", value: "TIME", help: "Resume by itself at this time."),
        ] + kafkaOptions + [textOrJSON],
        arguments: [scheduleArgument],
        examples: [
            Example("Over a migration", "sluice pause stripe --reason \"key is rotated\" \(place)"),
            Example(
                "Until a time",
                "sluice pause stripe --reason audit --until 2026-12-01T06:00:00Z \(place)"
            ),
        ]
    )

    static let resume = Command(
        "resume",
        summary: "Ask the daemon to run a paused schedule again.",
        discussion: ["It goes on with the next tick; nothing is made up for."],
        options: kafkaOptions + [textOrJSON],
        arguments: [scheduleArgument],
        examples: [Example("Go on", "sluice resume stripe \(place)")]
    )

    static let skipNext = Command(
        "skip-next",
        summary: "Ask the daemon to leave out the next tick of a schedule.",
        options: kafkaOptions + [textOrJSON],
        flags: [Flag("undo", help: "Leave out nothing that was asked to be.")],
        arguments: [scheduleArgument],
        examples: [Example("Tonight's run", "sluice skip-next nightly \(place)")]
    )

    static let cancel = Command(
        "cancel",
        summary: "Ask the daemon to end a run, or a backfill, after its page.",
        options: kafkaOptions + [textOrJSON],
        arguments: [
            Argument(
                "run",
                help: "The run's id, as sluice runs has it, or the backfill's, as sluice backfills has it."
            )
        ],
        examples: [Example("End it", "sluice cancel 20261126T082740Z-c7eaa29a \(place)")]
    )

    static let runs = Command(
        "runs",
        summary: "Print the runs of the daemon, and the ticks that did not run.",
        discussion: ["Read from Kafka, whether a daemon runs or not."],
        options: [
            Option("since", value: "TIME", help: "From when; without it, the last day."),
            Option(
                "count",
                short: "n",
                value: "N",
                help: "The last so many lines, at most 10000.",
                fallback: "50"
            ),
        ] + kafkaOptions + [textOrJSON],
        flags: [Flag("skipped", help: "Also the ticks that did not run, each with its reason.")],
        arguments: [
            Argument("schedule", help: "Only this schedule's.", isRequired: false)
        ],
        examples: [
            Example("What ran lately", "sluice runs \(place)"),
            Example("Why a schedule did not run", "sluice runs stripe --skipped \(place)"),
        ]
    )

    static let audit = Command(
        "audit",
        summary: "Print who asked for what, and why: pauses, triggers, backfills, changes of state.",
        discussion: [
            "Read from Kafka, whether a daemon runs or not. The log of runs keeps what was asked for as long as its topic keeps "
                + "its records."
        ],
        options: [
            Option("since", value: "TIME", help: "From when; without it, the last thirty days."),
            Option(
                "count",
                short: "n",
                value: "N",
                help: "The last so many entries, at most 10000.",
                fallback: "50"
            ),
        ] + kafkaOptions + [textOrJSON],
        arguments: [
            Argument(
                "subject",
                help: "Only this schedule's, or this account's (EXTRACTOR/ACCOUNT).",
                isRequired: false
            )
        ],
        examples: [
            Example("Who paused it", "sluice audit stripe \(place)"),
            Example(
                "What was done to an account's state",
                "sluice audit stripe/acme --since 2026-01-01 \(place)"
            ),
        ]
    )

    static let logs = Command(
        "logs",
        summary: "Print the end of a run's log.",
        options: kafkaOptions,
        arguments: [Argument("run", help: "The run's id, as sluice runs has it.")],
        examples: [Example("What it said", "sluice logs 20261126T082740Z-c7eaa29a \(place)")]
    )
}
