import CommandLine

/// The catalogue of topics.
extension CommandTree {
    static let catalog = Command(
        "catalog",
        summary: "Print what each topic holds, where it comes from, whose it is and how fresh.",
        discussion: [
            "Without a topic all of them are listed, those that sluice keeps for itself at the end. With one its fields are "
                + "printed as well, with what of persons is in them and what becomes of that.",
            "What is printed stands in the topic PREFIX.sluice.catalog, which runs write to: no API is asked, and any consumer "
                + "can read the same. FRESH is the time up to which a stream was read; it is told anew once an hour at most.",
        ],
        options: kafkaOptions + accountChoice + [
            Option("stream", short: "s", value: "NAME", help: "Only topics of this stream."), textOrJSON,
        ],
        arguments: [
            Argument("topic", help: "A topic, or a part of its name that no other has.", isRequired: false)
        ],
        examples: [
            Example("All topics", "sluice catalog --kafka localhost:9092 --topic-prefix retail"),
            Example(
                "One with its fields",
                "sluice catalog retail.entity.Customer --kafka localhost:9092 --topic-prefix retail"
            ),
        ]
    )
}
