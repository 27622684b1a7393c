import CommandLine

/// The commands for the authors of extractors.
extension CommandTree {
    static let extractor = Command(
        "extractor",
        summary: "Check, try, test and list the definitions of services.",
        discussion: [
            "An extractor is named by its name, by its folder (with a slash: ./shop) or by its file (shop/extractor.yaml)."
        ],
        subcommands: [check, read, test, record, list, entities, schema]
    )

    private static let check = Command(
        "check",
        summary: "Say all that is wrong with definitions, and what may surprise.",
        discussion: [
            "Every error is told with file, line and column; of a sound definition warnings name the traps that it has. "
                + "Ends with 0, or with 2 where there is an error, or a warning with --strict. Asks no API for anything.",
            "In an extractor's folder schemas/STREAM.json and fixtures/STREAM.json are looked at as well: which stream lacks "
                + "one, and which is of no stream.",
        ],
        options: [extractorsFolder, textOrJSON],
        flags: [Flag("strict", help: "Take warnings for errors.")],
        arguments: [
            Argument(
                "extractor",
                help: "An extractor's name, its folder or its file.",
                isRepeated: true,
                completion: extractorNames
            )
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
                + "output; with jsonl the requests go to the standard error. Secrets are never shown.",
            "Where the extractor has schemas/STREAM.json, the fields that are not as it says follow, and those that it does not "
                + "name; they fail nothing.",
        ],
        options: accountOptions + connectionOptions + [
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
            Argument(
                "extractor",
                help: "An extractor's name, its folder or its file.",
                completion: extractorNames
            ),
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

    /// Whose settings are used.
    private static let accountOptions = [
        Option(
            "config",
            value: "FILE",
            help: "The account's file; a flag beats it.",
            heading: "Account",
            completion: .files
        ),
        accountSetting, extractorsFolder,
    ]

    private static let test = Command(
        "test",
        summary: "Replay what was recorded of an extractor's streams, and say what differs.",
        discussion: [
            "Each fixtures/STREAM.json has what an API answered to some runs, and the events that must come of it. The runs are "
                + "made again as sync makes them, without a network, and every request, every event and the schema of every "
                + "record is compared. Ends with 0, or with 1 where something differs.",
            "All streams are tested, or those that are named; one that is named and has no fixture fails.",
        ],
        options: [extractorsFolder, textOrJSON],
        arguments: [
            Argument(
                "extractor",
                help: "An extractor's name, its folder or its file.",
                completion: extractorNames
            ),
            Argument("stream", help: "Some of its streams.", isRequired: false, isRepeated: true),
        ],
        examples: [
            Example("All streams of one that ships", "sluice extractor test stripe"),
            Example("One stream of one's own", "sluice extractor test ./shop orders"),
            Example("For a program", "sluice extractor test ./shop --output json"),
        ]
    )

    private static let record = Command(
        "record",
        summary: "Record what an API answers to a run of a stream, to be replayed by test.",
        discussion: [
            "Runs the stream as sync would, into nothing, and writes fixtures/STREAM.json into the extractor's folder: every "
                + "request and its answer, and the events that came of them. Secrets, tokens and the headers that prove who asks "
                + "are left out. Records are kept as they came and may hold personal data: look through the file before you "
                + "share it.",
            "With --again the recorded runs are replayed first and one more is recorded behind them, so that what changed and "
                + "was deleted meanwhile is in the fixture as well. It reads on from where the first one ended: of an account "
                + "with many records, choose the stream's settings or --since so that few are left.",
        ],
        options: accountOptions + connectionOptions + [
            Option(
                "limit",
                short: "n",
                value: "N",
                help:
                    "End the run behind so many records: 5 of the first run; one that is added goes to its end."
            ),
            Option(
                "page-size",
                value: "N",
                help: "Ask for so many records a page, so that a few are several pages; the fixture keeps it."
            ),
            Option("since", value: "TIME", help: "Read nothing older, where the stream can."),
        ],
        flags: [
            Flag("again", help: "Add a run to the fixture that is there."),
            Flag("force", help: "Replace the fixture that is there."),
        ],
        arguments: [
            Argument(
                "extractor",
                help: "An extractor's name, its folder or its file.",
                completion: extractorNames
            ),
            Argument("stream", help: "One of its streams."),
        ],
        examples: [
            Example(
                "A first fixture, of two pages and more",
                "sluice extractor record ./shop orders --config shop.yaml --page-size 2 --limit 5"
            ),
            Example(
                "What changed since, behind it",
                "sluice extractor record ./shop orders --config shop.yaml --again"
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
                help: "What is printed; with names only those, one a line.",
                choices: ["text", "json", "names"],
                fallback: "text"
            ),
        ],
        examples: [Example("Those of a folder", "sluice extractor list --extractors ./extractors")]
    )

    private static let entities = Command(
        "entities",
        summary: "Print what becomes of records as entities, field by field.",
        discussion: [
            "A page of Markdown: a section for each entity, a column for each stream that becomes one."
        ],
        options: [extractorsFolder],
        arguments: [
            Argument(
                "extractor",
                help: "An extractor's name, its folder or its file; without one, all that can be found.",
                isRequired: false,
                isRepeated: true,
                completion: extractorNames
            )
        ],
        examples: [
            Example("Of those that ship", "sluice extractor entities stripe zendesk hubspot > entities.md")
        ]
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
