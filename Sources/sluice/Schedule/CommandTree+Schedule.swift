import CommandLine

/// The commands about when something runs.
extension CommandTree {
    static let schedule = Command(
        "schedule",
        summary: "Show and check when schedules run.",
        discussion: [
            "A schedule is a file (schedules/crm.yaml), or an expression in quotes: \"30 2 * * mon-fri\", with the seconds "
                + "first where it has six fields, \"@every 90m\", or @daily. H stands for a number that is chosen by the "
                + "schedule's name, and stays. Nothing is started and nobody is asked: only the machine's time zones are read."
        ],
        subcommands: [next, lint, describe]
    )

    private static let expressionOptions = [
        Option(
            "time-zone",
            short: "z",
            value: "ZONE",
            help: "The zone of an expression, by its name in the time zone database; without it, UTC.",
            heading: "Expression"
        ),
        Option(
            "name",
            value: "NAME",
            help: "What H in an expression is chosen by.",
            heading: "Expression",
            fallback: "example"
        ),
        Option(
            "dst",
            value: "RULE",
            help: "What a fixed time does where the clocks jump.",
            heading: "Expression",
            choices: ["cron", "skip", "both"],
            fallback: "cron"
        ),
        Option("from", value: "TIME", help: "The time to look from; without it, now."),
        textOrJSON,
    ]

    private static let argument = Argument(
        "schedule",
        help: "A schedule's file, or an expression in quotes.",
        completion: .files
    )

    private static let next = Command(
        "next",
        summary: "Print the next times at which a schedule runs.",
        discussion: [
            "Each with the time in the schedule's zone and in UTC, and with what the clocks, a calendar or the jitter do to it:"
                + " a tick that a calendar defers is told with the time of the run that makes up for it."
        ],
        options: [Option("count", short: "n", value: "N", help: "How many, at most 1000.", fallback: "10")]
            + expressionOptions,
        arguments: [argument],
        examples: [
            Example("The next ten", "sluice schedule next schedules/stripe.yaml"),
            Example(
                "A night on which the clocks go forward",
                "sluice schedule next \"30 2 * * *\" --time-zone Europe/Berlin --from 2026-03-28 --count 3"
            ),
        ]
    )

    private static let lint = Command(
        "lint",
        summary: "Say what is wrong with schedules, and what may surprise.",
        discussion: [
            "All keys of a file are looked at, the extractor, its settings and its streams among them; what an env:, file: or "
                + "exec: names is not read. Every error is told with its place. Warnings name traps: a time that the clocks skip or repeat, a step that is "
                + "not even, days that short months do not have, and many schedules that start in one minute. Ends with 0, or "
                + "with 2 where there is an error, or a warning with --strict."
        ],
        options: expressionOptions + [extractorsFolder],
        flags: [Flag("strict", help: "Take warnings for errors.")],
        arguments: [
            Argument(
                "schedule",
                help: "Schedules' files, or expressions in quotes.",
                isRepeated: true,
                completion: .files
            )
        ],
        examples: [
            Example("All of a folder", "sluice schedule lint --strict schedules/*.yaml"),
            Example("An expression", "sluice schedule lint \"*/7 * 13 * fri\""),
        ]
    )

    private static let describe = Command(
        "describe",
        summary: "Say in words when a schedule runs, and what becomes of ticks that cannot.",
        options: expressionOptions,
        arguments: [argument],
        examples: [
            Example("A schedule", "sluice schedule describe schedules/stripe.yaml"),
            Example(
                "An expression",
                "sluice schedule describe \"*/15 8-18 * * mon-fri\" --time-zone Europe/Berlin"
            ),
        ]
    )
}
