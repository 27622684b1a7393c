import CommandLine

/// The commands for the authors of extractors.
extension CommandTree {
    static let extractor = Command(
        "extractor",
        summary: "Check, try and list the definitions of services.",
        discussion: [
            "An extractor is named by its name, by its folder (with a slash: ./shop) or by its file (shop/extractor.yaml)."
        ],
        subcommands: [check, read, list, schema]
    )

    private static let check = Command(
        "check",
        summary: "Say all that is wrong with definitions, and what may surprise.",
        discussion: [
            "Every error is told with file, line and column; of a sound definition warnings name the traps that it has. "
                + "Ends with 0, or with 2 where there is an error, or a warning with --strict. Asks no API for anything."
        ],
        options: [
            extractorsFolder,
            Option(
                "output",
                short: "o",
                value: "FORM",
                help: "What is printed.",
                choices: ["text", "json"],
                fallback: "text"
            ),
        ],
        flags: [Flag("strict", help: "Take warnings for errors.")],
        arguments: [
            Argument("extractor", help: "An extractor's name, its folder or its file.", isRepeated: true)
        ],
        examples: [
            Example("One of one's own", "sluice extractor check ./shop"),
            Example("One that ships", "sluice extractor check stripe"),
            Example("All of a repository, in its tests", "sluice extractor check --strict extractors/*/"),
        ]
    )

    private static let read = Command(
        "read",
        summary: "Read the first records of a stream and show them, with the requests that it took.",
        discussion: [
            "Reads as sync does, from the stream's beginning, and publishes and keeps nothing. Records go to the standard "
                + "output; with jsonl the requests go to the standard error. Secrets are never shown."
        ],
        options: [
            Option(
                "config",
                value: "FILE",
                help: "The account's file; a flag beats it.",
                heading: "Account",
                completion: .files
            ),
            Option(
                "set",
                value: "NAME=VALUE",
                help: "A setting of the account; a secret as env:NAME, file:PATH or exec:COMMAND.",
                heading: "Account",
                isRepeated: true
            ),
            extractorsFolder,
        ] + connectionOptions + [
            Option("limit", short: "n", value: "N", help: "Show so many records.", fallback: "10"),
            Option(
                "output",
                short: "o",
                value: "FORM",
                help: "How they are shown.",
                choices: ["table", "json", "jsonl"],
                fallback: "table"
            ),
        ],
        arguments: [
            Argument("extractor", help: "An extractor's name, its folder or its file."),
            Argument("stream", help: "One of its streams."),
        ],
        examples: [
            Example("A look", "sluice extractor read stripe customers --set api_key=env:STRIPE_KEY"),
            Example(
                "One of one's own, with the settings from a file",
                "sluice extractor read ./shop orders --config shop.yaml --limit 3 --output json"
            ),
            Example(
                "For another program",
                "sluice extractor read stripe charges --config acme.yaml --limit 500 --output jsonl | jq .amount"
            ),
        ]
    )

    private static let list = Command(
        "list",
        summary: "List the extractors that can be found, with their streams.",
        options: [
            extractorsFolder,
            Option(
                "output",
                short: "o",
                value: "FORM",
                help: "What is printed.",
                choices: ["text", "json"],
                fallback: "text"
            ),
        ],
        examples: [Example("Those of a folder", "sluice extractor list --extractors ./extractors")]
    )

    private static let schema = Command(
        "schema",
        summary: "Print the JSON Schema of extractor.yaml, for editors.",
        discussion: [
            "An editor with the YAML language server reads it where the first line of a definition says "
                + "# yaml-language-server: $schema=extractor.schema.json"
        ],
        examples: [Example("Beside a definition", "sluice extractor schema > shop/extractor.schema.json")]
    )
}
