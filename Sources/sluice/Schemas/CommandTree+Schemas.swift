import CommandLine

extension CommandTree {
    static let schemas = Command(
        "schemas",
        summary: "Compare what was read with what is declared.",
        subcommands: [schemasShow, schemasDiff]
    )

    private static let schemasShow = Command(
        "show",
        summary: "Print the schema of a stream's records, or of an entity's events.",
        discussion: [
            "The one of a stream is what its records are compared with. Of an entity, which is the same whatever service it "
                + "comes from, write entity and its name.",
            "With a policy for personal fields it is what is published, and what a registry gets: a number that is masked or "
                + "hashed may be null or a text, and no field is required that is dropped.",
        ],
        options: [policyToSee, extractorsFolder],
        arguments: [
            Argument(
                "extractor",
                help: "An extractor's name, its folder or its file; or entity.",
                completion: extractorNames
            ),
            Argument("stream", help: "One of its streams; of entity, its name."),
        ],
        examples: [
            Example("The charges of Stripe", "sluice schemas show stripe charges"),
            Example("What they become", "sluice schemas show entity Payment"),
            Example("What is published of them", "sluice schemas show stripe charges --privacy privacy.yaml"),
        ]
    )

    private static let schemasDiff = Command(
        "diff",
        summary: "Print how the records that were read differ from their schemas.",
        discussion: [
            "What is printed is what the runs of an account have met since the schema is what it is. It is read off the "
                + "state that Kafka keeps, and no API is asked."
        ],
        options: kafkaOptions + accountChoice + [
            Option("stream", short: "s", value: "NAME", help: "Only this stream."),
            extractorsFolder, textOrJSON,
        ],
        examples: [
            Example("All accounts", "sluice schemas diff --kafka localhost:9092 --topic-prefix retail")
        ]
    )
}
