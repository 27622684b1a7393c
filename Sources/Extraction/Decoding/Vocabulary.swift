import Core

/// Every key that an `extractor.yaml` may hold.
package enum Vocabulary {
    /// The groups, the whole file's first.
    package static let groups: [FieldGroup] =
        [extractor, setting] + authenticationGroups + errorGroups + [defaults, stream] + streamGroups
        + progressGroups + besideGroups + feedGroups + entityGroups

    /// The group of a name.
    package static func group(_ name: String) -> FieldGroup {
        guard let group = groups.first(where: { $0.name == name }) else {
            preconditionFailure("no group \(name) of the vocabulary")
        }
        return group
    }

    static let extractor = FieldGroup(
        "extractor",
        [
            .init(
                "extractor",
                .pattern("^[a-z0-9-]{1,40}$"),
                isRequired: true,
                "The extractor's name, and its folder's: 1 to 40 of a-z, 0-9 and -."
            ),
            .init("description", .text, "One line on what it reads."),
            .init(
                "settings",
                .map(.group("setting")),
                "What an account sets: credentials, addresses, paces."
            ),
            .init("base_url", .template, isRequired: true, "The address that every path is put behind."),
            .init(
                "hosts",
                .list(.template),
                "Further hosts that requests may go to: host, host:port or *.suffix."
            ),
            .init(
                "auth",
                .either([.group("auth"), .list(.group("auth.way"))]),
                "How a request proves who asks, or a list of ways to choose from; without it, by nothing."
            ),
            .init("headers", .map(.template), "Headers of every request."),
            .init(
                "limits",
                .map(.either([.template, .group("limit")])),
                "Rates by name, such as 20/s, 700/min or 1000/h; default counts every request."
            ),
            .init("quota", .group("quota"), "How many requests a day has, and what is left to others."),
            .init("errors", .group("errors"), "What answers mean that are no pages."),
            .init(
                "currencies",
                .map(.word(["0", "1", "2", "3", "4"])),
                "In how many digits amounts count a currency's smallest unit, where that is not ISO 4217's."
            ),
            .init("feeds", .map(.group("feed")), "Lists of changes that streams follow."),
            .init("defaults", .group("defaults"), "What holds for every stream that does not say otherwise."),
            .init(
                "streams",
                .map(.group("stream")),
                isRequired: true,
                "The collections that are read, by name."
            ),
        ]
    )

    static let setting = FieldGroup(
        "setting",
        [
            .init("secret", .bool, "Whether the value never reaches a log, an event or an error."),
            .init("required", .bool, "Whether an account must set it."),
            .init(
                "default",
                .plainValue,
                "The value where the account sets none; its kind is the setting's."
            ),
            .init("pattern", .text, "A regular expression that the whole value must match."),
            .init("description", .text, "What it is, and where an account gets it."),
        ]
    )

    // MARK: Proof and errors

    static let authentication = FieldGroup(
        "auth",
        isChoice: true,
        [
            .init("bearer", .template, "Authorization: Bearer with this token."),
            .init("header", .group("auth.value"), "A header whose whole value is the credential."),
            .init("query", .group("auth.value"), "A parameter of the query; it is never kept or shown."),
            .init("basic", .group("auth.basic"), "Authorization: Basic with a user and a password."),
            .init("oauth", .group("auth.oauth"), "A token that is asked for by OAuth."),
            .init("session", .group("auth.session"), "A token that a login of the API's own gives."),
        ]
    )

    static let way = FieldGroup(
        "auth.way",
        [.init("when", .template, "A condition over the settings: where it is met this way is taken.")]
            + authentication.fields
    )

    static let credential = FieldGroup(
        "auth.value",
        [
            .init("name", .text, isRequired: true, "The name of the header or parameter."),
            .init("value", .template, isRequired: true, "The credential, taken from a setting."),
        ]
    )

    static let basic = FieldGroup(
        "auth.basic",
        [
            .init("user", .template, isRequired: true, "The user, or an API key."),
            .init("password", .template, "The password; empty without it."),
        ]
    )

    private static let authenticationGroups = [
        authentication, way, credential, basic, oauth, assertion, session,
    ]

    private static let paths = FieldForm.either([.path, .list(.path)])

    static let errors = FieldGroup(
        "errors",
        [
            .init(
                "message",
                paths,
                "Where an error's body has its message; of several the first that is there."
            ),
            .init("code", paths, "Where an error's body has its code; of several the first that is there."),
            .init(
                "retry_header",
                .text,
                "A header by which the API itself says true or false; it outweighs the rules."
            ),
            .init(
                "rules",
                .list(.group("error_rule")),
                "The first that matches holds; HTTP's own meaning comes after."
            ),
        ]
    )

    static let errorRule = FieldGroup(
        "error_rule",
        answer.fields + [
            .init(
                "body",
                .word(ErrorBody.Form.allCases.map(\.rawValue)),
                "The form of the body that it is about."
            ),
            .init("action", .word(ErrorAction.allCases.map(\.rawValue)), isRequired: true, "What to do."),
            .init(
                "gone",
                .bool,
                "With unavailable: whether it says of one object that it is gone, as 404 and 410 do by themselves."
            ),
            .init(
                "of",
                .word(["stream", "parent"]),
                "With unavailable: whether all of the stream is refused, or the children of the one parent asked for."
            ),
            .init("wait", .duration, "With retry: at least so long before the next try."),
            .init("shrink", .group("shrink"), "With retry: the next try asks for half as many records."),
        ]
    )

    static let answer = FieldGroup(
        "answer",
        [
            .init("status", .statuses, isRequired: true, "A status of 300 to 599, 4xx, or a list of them."),
            .init("code", .text, "The API's own code; needs errors.code."),
            .init("message", .text, "A part of the API's own message; needs errors.message."),
        ]
    )

    private static let errorGroups = [errors, errorRule, shrink, answer] + limitGroups
}
