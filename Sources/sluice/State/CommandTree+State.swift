import CommandLine

/// The state that Kafka keeps: looking at it, changing it by hand, moving it.
extension CommandTree {
    static let state = Command(
        "state",
        summary: "Look at the state that Kafka keeps, change it by hand, and move it.",
        subcommands: [show, reset, set, skip, export, importing]
    )

    static let account = Command(
        "account",
        summary: "Take an account out of the state.",
        subcommands: [
            Command(
                "remove",
                summary:
                    "Forget all that is kept of an account: bookmarks, credentials, schedules' records, versions.",
                discussion: [
                    "Its events stay in their topics. Should it be read again, that is refused until --resync, since the topics "
                        + "hold events that no bookmark stands for."
                        + " A daemon that has a schedule of it refuses: remove the schedule's file first.",
                    stepsText,
                ],
                options: [reason] + kafkaOptions + [cacheFolder, textOrJSON],
                flags: changeFlags,
                arguments: [accountArgument],
                examples: [
                    Example(
                        "A customer has left",
                        "sluice account remove stripe/acme --reason \"contract ended\" \(place)"
                    )
                ]
            )
        ]
    )

    private static let place = "--kafka localhost:9092 --topic-prefix retail"
    private static let stepsText =
        "What was and what will be is printed first. On a terminal it is asked for, unless --yes; it goes into the audit, the "
        + "topic PREFIX.sluice.runs. With a daemon that has a schedule of the account, the daemon does it, once no run reads "
        + "the streams; else this process, which then must be the account's only writer."

    private static let accountArgument = Argument("account", help: "The account, as EXTRACTOR/ACCOUNT.")
    private static let streamArgument = Argument("stream", help: "The stream, as sluice state show has it.")
    private static let reason = Option(
        "reason",
        short: "r",
        value: "TEXT",
        help: "Why, for the audit and for the run that goes on from there; at most 500 characters.",
        isRequired: true
    )

    private static let writerFlags = [
        Flag("wait", help: "Wait for a session of the account that lives elsewhere to end."),
        Flag("take-over", help: "Fence a session of the account that lives on another host."),
    ]
    private static let changeFlags =
        [
            Flag("dry-run", help: "Print what would be done, and do nothing."),
            Flag("yes", short: "y", help: "Do not ask on a terminal."),
        ] + writerFlags

    /// Which accounts of an installation.
    static let accountChoice = [
        Option(
            "extractor",
            short: "e",
            value: "NAME",
            help: "Only accounts of this extractor, named as sync is told it.",
            completion: extractorNames
        ),
        Option("account", short: "a", value: "NAME", help: "Only this account."),
    ]

    private static let show = Command(
        "show",
        summary: "Print the bookmarks of an account, or of all.",
        options: kafkaOptions + accountChoice + [textOrJSON],
        examples: [Example("All bookmarks", "sluice state show \(place)")]
    )

    private static let reset = Command(
        "reset",
        summary: "Let the next run read streams anew, from their beginning.",
        discussion: [
            "What is remembered of the records stays, so that the next run publishes what differs and deletes what is gone, as "
                + "--resync does. With --forget it goes as well: all is published again, under the ids that it had, and of "
                + "what was deleted meanwhile nothing is told. The next run says who reset it and why, and takes the definition "
                + "as it is then.",
            stepsText,
        ],
        options: [
            Option(
                "stream",
                short: "s",
                value: "NAME",
                help: "Only this stream; without it, all that were ever read.",
                isRepeated: true
            ), reason,
        ] + kafkaOptions + [cacheFolder, textOrJSON],
        flags: [Flag("forget", help: "Forget what was published, so that all is published again.")]
            + changeFlags,
        arguments: [accountArgument],
        examples: [
            Example(
                "One stream, publishing what differs",
                "sluice state reset stripe/acme --stream charges --reason \"amounts were wrong\" \(place)"
            ),
            Example(
                "What it would come to",
                "sluice state reset stripe/acme --forget --dry-run --reason \"new topics\" \(place)"
            ),
        ]
    )

    private static let set = Command(
        "set",
        summary: "Let the next run read a stream again from an earlier time on.",
        discussion: [
            "For a stream that is read by windows of time, by a token whose records have times, or along a feed behind its list. "
                + "What differs from what is remembered is published; what is not remembered any more, since its bookmark had "
                + "passed it, goes out again under the ids that it had. A feed tells only as much as its service keeps: before "
                + "that, the next run reads the list anew, and says so. A bookmark only goes back: forwards is state skip.",
            stepsText,
        ],
        options: [
            Option(
                "at",
                value: "TIME",
                help: "Where it goes on: a date, a time with its zone, or seconds since 1970.",
                isRequired: true
            ), reason,
        ] + kafkaOptions + [cacheFolder, textOrJSON],
        flags: changeFlags,
        arguments: [accountArgument, streamArgument],
        examples: [
            Example(
                "The last week again",
                "sluice state set hubspot/acme contacts --at 2026-11-19 --reason \"the API lost changes\" \(place)"
            )
        ]
    )

    private static let skip = Command(
        "skip",
        summary: "Leave something of a stream out: what no run can read.",
        discussion: [
            "--before leaves out what changed before a time (now is this one), where the stream is read along time: the overlap "
                + "before it is read all the same. --rest takes a list that is under way for read to its end, and goes on with "
                + "the feed behind it. --before-page goes on at another page than the one that cannot be read, by a token in "
                + "the form that sluice state show --output json prints.",
            "What is left out is printed, stands in the audit, and is never read unless it changes again or the stream is reset.",
            stepsText,
        ],
        options: [
            Option("before", value: "TIME", help: "Leave out what changed before this time, or now."),
            Option(
                "before-page",
                value: "TOKEN",
                help: "Leave out what lies before this page; a token as JSON."
            ),
            reason,
        ] + kafkaOptions + [cacheFolder, textOrJSON],
        flags: [Flag("rest", help: "Leave out the rest of a list that is under way.")] + changeFlags,
        arguments: [accountArgument, streamArgument],
        examples: [
            Example(
                "A window that the API cannot answer",
                "sluice state skip hubspot/acme contacts --before 2026-11-20T12:00:00Z --reason \"ticket 4711\" \(place)"
            ),
            Example(
                "A page that the API cannot answer",
                "sluice state skip shop/acme orders --before-page 18 --reason \"page 17 is broken\" \(place)"
            ),
        ]
    )

    private static let export = Command(
        "export",
        summary: "Print the state of accounts, to be taken over elsewhere.",
        discussion: [
            "A JSON document with a format number, the topic prefix, the state topic's id, the time, and of each account the "
                + "bookmarks, the lengths of its topics and the records of its schedules. What is remembered of records is in "
                + "the topic PREFIX.sluice.versions and moves with it. Sealed credentials only with --with-credentials; they "
                + "stay sealed by the key that the account has.",
            "An account that is written meanwhile is as it was at its last commit: end its runs first.",
        ],
        options: accountChoice + kafkaOptions,
        flags: [
            Flag("with-credentials", help: "Also the credentials that the state keeps, sealed as they are.")
        ],
        examples: [Example("All accounts, into a file", "sluice state export \(place) > state.json")]
    )

    private static let importing = Command(
        "import",
        summary: "Take over the state of accounts that was exported elsewhere.",
        discussion: [
            "All of the file is checked before anything is written: a newer format is refused, records here that are newer than "
                + "the file's are unless --replace, and bookmarks that stand for events which are not here. Each account is "
                + "then written in one transaction of a session of its own; one that a live session holds is refused, and so "
                + "is all of it while a daemon of the prefix runs. Records that are here already stay as they are, so that it "
                + "can be run again."
        ],
        options: accountChoice + [reason] + kafkaOptions + [cacheFolder, textOrJSON],
        flags: [
            Flag("replace", help: "Also go back behind what is newer here."),
            Flag("resync", help: "Read all streams anew, and publish all of them again."),
            Flag(
                "accept",
                help: "Go on from the bookmarks although the events that they stand for are not here."
            ),
        ] + changeFlags,
        arguments: [
            Argument("file", help: "The file; - is the standard input.", completion: .files)
        ],
        examples: [
            Example(
                "What it would come to",
                "sluice state import state.json --dry-run --reason \"new cluster\" \(place)"
            ),
            Example("Take it over", "sluice state import state.json --reason \"new cluster\" \(place)"),
        ]
    )
}
