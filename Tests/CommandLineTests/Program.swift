import CommandLine

/// The declaration that the suites read: one of each kind of thing.
enum Program {
    static let interface = Interface(
        root: root,
        version: "sluice 0.1.0\nlibrary 1",
        exitCodes: [(0, "Done."), (2, "Bad usage.")]
    )

    private static let root = Command(
        "sluice",
        summary: "Copy SaaS data into Kafka, exactly once.",
        discussion: ["Progress and records commit together."],
        flags: [Flag("verbose", short: "v", help: "Say more.", heading: "Output", isRepeated: true)],
        subcommands: [sync, state]
    )

    private static let sync = Command(
        "sync",
        summary: "Read an account's streams and publish what is new.",
        options: [
            Option(
                "extractor",
                short: "e",
                value: "NAME",
                help: "The service.",
                isRequired: true,
                environment: "SLUICE_EXTRACTOR"
            ),
            Option("stream", short: "s", value: "NAME", help: "Only this stream.", isRepeated: true),
            Option(
                "output",
                value: "FORMAT",
                help: "How to report.",
                heading: "Output",
                choices: ["text", "json"],
                fallback: "text",
                environment: "SLUICE_OUTPUT"
            ),
            Option("ca-file", value: "FILE", help: "Trusted certificates.", completion: .files),
            Option("extractors", value: "DIR", help: "Where definitions are.", completion: .folders),
            Option("limit", value: "N", help: "Stop after so many records."),
        ],
        flags: [
            Flag("resync", short: "r", help: "Read everything again: it's slow."),
            Flag("quiet", short: "q", help: "Say less."),
        ],
        examples: [
            Example("All streams", "sluice sync --extractor stripe"),
            Example("One stream", "sluice sync -e stripe -s charges"),
        ]
    )

    private static let state = Command(
        "state",
        summary: "Look at bookmarks.",
        subcommands: [
            Command(
                "show",
                summary: "Print an account's bookmarks.",
                arguments: [
                    Argument("account", help: "The account."),
                    Argument("streams", help: "Only these.", isRequired: false, isRepeated: true),
                ]
            )
        ]
    )
}
