import CommandLine

/// What becomes of personal fields.
extension CommandTree {
    static let privacy = Command(
        "privacy",
        summary: "Look at what becomes of personal fields before they are published.",
        discussion: [
            "Extractors mark the fields that say something of a person, and what (pii in extractor.yaml). A policy, one file, "
                + "says what becomes of them: pass, drop, mask, or hash with a key, so that joins still work. sync, serve and dead "
                + "replay take it by --privacy, SLUICE_PRIVACY or privacy in their files, and read it anew for each run."
        ],
        subcommands: [privacyShow, privacyCheck]
    )

    /// The policy that is looked at, not what is published by it.
    static let policyToSee = Option(
        "privacy",
        value: "FILE",
        help: "What becomes of personal fields; without it they pass.",
        environment: "SLUICE_PRIVACY",
        completion: .files
    )

    private static let options = [
        policyToSee,
        Option(
            "extractor",
            short: "e",
            value: "NAME",
            help: "Only of this extractor: its name, its folder (with a slash: ./shop) or its file.",
            completion: extractorNames
        ),
        Option(
            "account",
            short: "a",
            value: "NAME",
            help: "As it is for this account; without it, for those that the policy does not name."
        ),
        extractorsFolder, textOrJSON,
    ]

    private static let privacyShow = Command(
        "show",
        summary: "Print every personal field, and what becomes of it.",
        discussion: [
            "Those that extractors mark, and those that the policy names beside them. Nothing that the policy refers to is read, "
                + "and nobody is asked."
        ],
        options: options,
        examples: [
            Example("What the policy comes to", "sluice privacy show --privacy privacy.yaml"),
            Example(
                "What is published of Stripe as it is, for a script",
                "sluice privacy show --privacy privacy.yaml -e stripe -o json | jq -r '.[] | select(.action == \"pass\").path'"
            ),
        ]
    )

    private static let privacyCheck = Command(
        "check",
        summary: "Look for what is wrong with a policy, its key included.",
        discussion: [
            "All that is wrong is told with line and column, and the exit code is 2: unknown extractors, streams, kinds and words, "
                + "fields that must be published as they are, a key that cannot be read or is too short. Of a field that no schema "
                + "knows it warns: a misspelt one protects nothing."
        ],
        options: options,
        examples: [Example("Before it holds", "sluice privacy check --privacy privacy.yaml")]
    )
}
