import CommandLine

/// Dead letters: the records that could not be published.
extension CommandTree {
    static let dead = Command(
        "dead",
        summary: "Look at the records that could not be published, and publish them after all.",
        discussion: [
            "A record that makes no event, or not the entity that it should, does not hold up the others of its page: it stands "
                + "in the topic PREFIX.sluice.dead with its bytes, the reason, and where it was, written in the page's "
                + "transaction. A run goes past so many of a stream as dead_letters allows (100), then the stream stops."
        ],
        subcommands: [deadList, deadShow, deadReplay, deadDrop]
    )

    private static let deadPlace = "--kafka localhost:9092 --topic-prefix retail"

    static let letterChoice =
        accountChoice + [
            Option("stream", short: "s", value: "NAME", help: "Only letters of this stream."),
            Option(
                "code",
                value: "CODE",
                help: "Only letters with this reason, as event.bad_entity."
            ),
            Option(
                "since",
                value: "TIME",
                help:
                    "Only letters of this time or later: a date, a time with its zone, or seconds since 1970."
            ),
        ]

    private static let deadList = Command(
        "list",
        summary: "Print the dead letters, the oldest first.",
        options: kafkaOptions + letterChoice + [textOrJSON],
        examples: [
            Example("All of them", "sluice dead list \(deadPlace)"),
            Example(
                "Of one account, for a program",
                "sluice dead list --extractor stripe --account acme --output json \(deadPlace)"
            ),
        ]
    )

    private static let deadShow = Command(
        "show",
        summary: "Print one dead letter, with the bytes of its record.",
        options: kafkaOptions + [
            Option(
                "output",
                short: "o",
                value: "FORM",
                help:
                    "What is printed: all of it in lines, as the JSON that stands in the topic, or the record's bytes alone.",
                choices: ["text", "json", "record"],
                fallback: "text"
            )
        ],
        arguments: [letterArgument],
        examples: [
            Example("One of them", "sluice dead show 3f09a1c2 \(deadPlace)"),
            Example(
                "Its record, for another program",
                "sluice dead show 3f09a1c2 -o record \(deadPlace) | jq"
            ),
        ]
    )

    static let letterArgument = Argument(
        "letter",
        help: "The letter's id, or as much of its beginning as no other has."
    )

    private static let deadReason = Option(
        "reason",
        short: "r",
        value: "TEXT",
        help: "Why, for the audit; at most 500 characters.",
        isRequired: true
    )

    private static let deadFlags = [
        Flag("all", help: "Every letter, where neither ids nor filters say which."),
        Flag("wait", help: "Wait for a session of the account that lives elsewhere to end."),
        Flag("take-over", help: "Fence a session of the account that lives on another host."),
    ]

    private static let lettersArgument = Argument(
        "letter",
        help: "Letters by their ids, or as much of their beginnings as no other has.",
        isRequired: false,
        isRepeated: true
    )

    private static let deadReplay = Command(
        "replay",
        summary: "Publish the records of dead letters, as the definition has them by now.",
        discussion: [
            "Each record is taken apart again, and goes out with all that belongs to it in the transaction that takes its letter "
                + "away. One that still cannot be published stays, with the reason. An older record never goes out over a newer "
                + "one: what is remembered of its key decides, or what stands in its topic since; then the letter is over, "
                + "without an event.",
            "With a daemon that has a schedule of the account, the daemon does it, once no run reads the streams. Else this "
                + "process does, by the account's file, as sluice sync takes it.",
        ],
        options: fileOptions + letterChoice
            + [deadReason] + connectionOptions + [stateKey] + kafkaOptions + publishingOptions + [textOrJSON],
        flags: deadFlags,
        arguments: [lettersArgument],
        examples: [
            Example(
                "One of them, at the daemon",
                "sluice dead replay 3f09a1c2 --reason \"mapping mended\" \(deadPlace)"
            ),
            Example(
                "All that the entity's mapping refused, without a daemon",
                "sluice dead replay --config acme.yaml --code event.bad_entity --reason \"mapping mended\" \(deadPlace)"
            ),
        ]
    )

    private static let deadDrop = Command(
        "drop",
        summary: "Take dead letters away without publishing their records.",
        discussion: [
            "For records that are of no use. Should such a record be read again, it is a dead letter again."
        ],
        options: kafkaOptions + letterChoice + [deadReason, cacheFolder, textOrJSON],
        flags: deadFlags,
        arguments: [lettersArgument],
        examples: [
            Example("One of them", "sluice dead drop 3f09a1c2 --reason \"a test order\" \(deadPlace)")
        ]
    )
}
