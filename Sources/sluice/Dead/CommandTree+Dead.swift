import CommandLine

/// Dead letters: the records that could not be published.
extension CommandTree {
    static let dead = Command(
        "dead",
        summary: "Look at the records that could not be published.",
        discussion: [
            "A record that makes no event, or not the entity that it should, does not hold up the others of its page: it stands "
                + "in the topic PREFIX.sluice.dead with its bytes, the reason, and where it was, written in the page's "
                + "transaction. A run goes past so many of a stream as dead_letters allows (100), then the stream stops."
        ],
        subcommands: [deadList, deadShow]
    )

    private static let deadPlace = "--kafka localhost:9092 --topic-prefix retail"

    static let letterChoice =
        accountChoice + [
            Option("stream", short: "s", value: "NAME", help: "Only letters of this stream."),
            Option(
                "reason",
                short: "r",
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
}
