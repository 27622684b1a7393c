import CommandLine

/// Erasing a person's records.
extension CommandTree {
    static let erase = Command(
        "erase",
        summary: "Erase a person's records: find their keys, and leave nothing of them.",
        discussion: [
            "On request a person's records have to go, from everywhere: the topics of the stream and of its entities, what is "
                + "remembered of the key, its children in other streams, and its dead letters. Erase them at the service first: "
                + "what is still there may be read and published again."
        ],
        subcommands: [eraseFind, eraseKey]
    )

    private static let erasePlace = "--kafka localhost:9092 --topic-prefix retail"

    private static let eraseFind = Command(
        "find",
        summary: "Print where records hold a value: an e-mail address, a name, a number.",
        discussion: [
            "All topics of the streams and of their entities are read, the dead letters and the log of runs; of each key its newest state "
                + "counts. A record holds a value where a text of it equals that, or a number is written so; e-mail addresses "
                + "in whatever case. A key that is the value is found as well.",
            "With --output json each place is a line that sluice erase key --keys takes: look at them first, and leave out those that "
                + "are about somebody else as well.",
        ],
        options: kafkaOptions + accountChoice + [
            Option("stream", short: "s", value: "NAME", help: "Only records of this stream."), textOrJSON,
        ],
        arguments: [
            Argument("value", help: "What records may hold: any of these.", isRepeated: true)
        ],
        examples: [
            Example("Where a person is", "sluice erase find ann@example.org \(erasePlace)"),
            Example(
                "Erase all of it, once the lines were looked at",
                "sluice erase find ann@example.org -o json \(erasePlace) > keys.jsonl; "
                    + "sluice erase key --keys keys.jsonl --reason \"request 4711\" \(erasePlace)"
            ),
        ]
    )

    private static let eraseOptions =
        fileOptions.filter { $0.name != "set" } + [
            Option(
                "extractor",
                short: "e",
                value: "NAME",
                help:
                    "The service whose keys they are: an extractor's name, its folder (with a slash: ./shop) or its file.",
                heading: "Account",
                completion: extractorNames
            ),
            Option("account", short: "a", value: "NAME", help: "The account's name.", heading: "Account"),
            Option("stream", short: "s", value: "NAME", help: "The stream whose keys they are."),
            Option(
                "keys",
                value: "FILE",
                help:
                    "The keys as lines of JSON, each with account, stream and key, as sluice erase find -o json prints them; - is the "
                    + "standard input.",
                completion: .files
            ),
            Option(
                "reason",
                short: "r",
                value: "TEXT",
                help: "Why, for the audit, and without the key; at most 500 characters.",
                isRequired: true
            ),
        ]

    private static let eraseKey = Command(
        "key",
        summary: "Leave nothing of the records of some keys.",
        discussion: [
            "Each key gets a delete in the stream's topic and in each entity's, in one transaction with what is remembered of it: its "
                + "version stays, so that a replica that lags brings no older state back, and its content does not. The same is done "
                + "for children that are remembered as the key's, and dead letters go with it. The audit says who, why and how many, "
                + "and names the key by a hash alone.",
            "Who reads compacted topics sees nothing of it from then on. The bytes are gone once Kafka compacts.",
            "With a daemon that has a schedule of the account, the daemon does it, once no run reads the account. Else this process "
                + "does. --dry-run looks, and erases nothing.",
        ],
        options: eraseOptions + kafkaOptions
            + publishingOptions.filter { ["cache-folder", "topic-template", "envelope"].contains($0.name) }
            + [textOrJSON],
        flags: [
            Flag("dry-run", short: "n", help: "Print what is there of the keys, and erase nothing."),
            Flag(
                "forget",
                help:
                    "Forget the keys themselves as well, where a key is personal: a replica that lags may bring an older state back."
            ),
            Flag("yes", short: "y", help: "Do not ask on a terminal."),
            Flag("wait", help: "Wait for a session of the account that lives elsewhere to end."),
            Flag("take-over", help: "Fence a session of the account that lives on another host."),
        ],
        arguments: [
            Argument(
                "key",
                help: "Keys as the service names the records; one of several parts as a JSON array.",
                isRequired: false,
                isRepeated: true
            )
        ],
        examples: [
            Example(
                "What is there of a customer",
                "sluice erase key --extractor stripe --account acme --stream customers cus_1 --reason \"request 4711\" --dry-run \(erasePlace)"
            ),
            Example(
                "Erase it",
                "sluice erase key --config acme.yaml --stream customers cus_1 --reason \"request 4711\" \(erasePlace)"
            ),
        ]
    )
}
