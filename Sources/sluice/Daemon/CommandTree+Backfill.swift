import CommandLine

/// What reads a stretch of time again.
extension CommandTree {
    private static let place = "--kafka localhost:9092 --topic-prefix retail"
    private static let range = "--from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z"

    static let backfill = Command(
        "backfill",
        summary: "Ask the daemon to read a stretch of time of a schedule again.",
        discussion: [
            "The stretch is read chunk by chunk beside the schedule's own runs, which go first. What differs from what "
                + "was published goes out, and what is not remembered any more under the id that it had. No bookmark moves: "
                + "what lies above one is left to the schedule.",
            "It outlives the daemon. One that was cancelled or has failed goes on where it was with --resume. Streams that "
                + "their API does not give by time are refused: sluice sync --resync reads all of such a one again.",
        ],
        options: [
            Option("from", value: "TIME", help: "The first moment."),
            Option("to", value: "TIME", help: "The moment behind the last one."),
            Option(
                "stream",
                short: "s",
                value: "NAME",
                help: "Only this stream; without it, all of the schedule's that can be read by time.",
                isRepeated: true
            ),
            Option("chunk", value: "DURATION", help: "How much of it one run reads.", fallback: "1d"),
            Option("resume", value: "ID", help: "Go on with this backfill, in place of beginning one."),
        ] + kafkaOptions + [textOrJSON],
        flags: [
            Flag("dry-run", help: "Only say what would be read."),
            Flag("wait", short: "w", help: "Wait for its end, and end with 0 where it is done."),
            Flag("yes", short: "y", help: "Do not ask whether to begin."),
        ],
        arguments: [
            Argument(
                "schedule",
                help: "The schedule: its file's name without the ending.",
                isRequired: false
            )
        ],
        examples: [
            Example("What it would read", "sluice backfill stripe \(range) --dry-run \(place)"),
            Example("A month, and wait for it", "sluice backfill stripe \(range) --yes --wait \(place)"),
            Example(
                "Go on with one",
                "sluice backfill --resume backfill-20261126T082740Z-c7eaa29a --yes \(place)"
            ),
        ]
    )

    static let backfills = Command(
        "backfills",
        summary: "Print the backfills of the daemon, with how many of their chunks are done.",
        discussion: ["Read from Kafka, whether a daemon runs or not."],
        options: [
            Option("since", value: "TIME", help: "From when; without it, the last 30 days.")
        ] + kafkaOptions + [textOrJSON],
        arguments: [Argument("schedule", help: "Only this schedule's.", isRequired: false)],
        examples: [Example("How far they are", "sluice backfills \(place)")]
    )
}
