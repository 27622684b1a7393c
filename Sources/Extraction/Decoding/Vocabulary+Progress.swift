/// The keys of how a stream gets on, and of what stands beside its own list.
extension Vocabulary {
    static let progress = FieldGroup(
        "progress",
        isChoice: true,
        [
            .init("full", .group("progress.full"), "The whole list, at most every so often."),
            .init("token", .group("progress.token"), "By a token that the API gave in the run before."),
            .init("window", .group("progress.window"), "By windows of time, the oldest first."),
        ]
    )

    static let full = FieldGroup(
        "progress.full",
        [.init("every", .duration, isRequired: true, "The list is read at most so often.")]
    )

    static let token = FieldGroup(
        "progress.token",
        [
            .init("field", .path, isRequired: true, "Where the page has the token, which is kept."),
            .init(
                "param",
                .text,
                isRequired: true,
                "The parameter that it goes into, in the place of the start's."
            ),
            .init(
                "end",
                .group("progress.token.end"),
                isRequired: true,
                "What says that there is no more for now."
            ),
            .init(
                "start",
                .group("progress.token.start"),
                isRequired: true,
                "The first request, without a token."
            ),
            .init("caught_up", .group("answer"), "The answer that means that there is nothing new yet."),
            .init("back", .duration, "A lost token is gone on from the newest version read less this."),
            .init(
                "reread",
                .group("reread"),
                "A reading beside the token's, for records that become visible late."
            ),
        ]
    )

    static let tokenEnd = FieldGroup(
        "progress.token.end",
        [
            .init("field", .path, "A field of the page that then has the value of is."),
            .init("is", .scalar, "That value."),
            .init("more", .path, "A boolean of the page that is then false."),
            .init("repeats", .bool, "True: the token is then the one that was asked with."),
            .init(
                "page_size",
                .either([.count, .list(.count)]),
                "A page of so many records whose token repeats is no end; a list where there are several sizes."
            ),
        ]
    )

    static let tokenStart = FieldGroup(
        "progress.token.start",
        [
            .init("param", .text, isRequired: true, "The parameter of a time."),
            .init("format", timeFormats, isRequired: true, "How the time is written."),
            .init("earliest", .instant, isRequired: true, "Where a new stream begins."),
            .init("lag", .duration, "How far before now the time has to be."),
        ]
    )

    static let reread = FieldGroup(
        "reread",
        [
            .init("every", .duration, isRequired: true, "At most so often."),
            .init("back", .duration, isRequired: true, "So far back."),
        ]
    )

    static let window = FieldGroup(
        "progress.window",
        [
            .init(
                "format",
                timeFormats,
                isRequired: true,
                "How window.from, window.to and tie.at are written."
            ),
            .init("hold_back", .duration, isRequired: true, "The bookmark stays so far behind now."),
            .init("overlap", .duration, isRequired: true, "So much before the bookmark is read again."),
            .init("earliest", .instant, isRequired: true, "Where a new stream begins."),
            .init("step", .duration, "A window is at most so long."),
            .init(
                "order",
                .word(["ascending"]),
                "The oldest first: every next request begins at the last record's time."
            ),
            .init("more", .path, "With order: a boolean of the page that is false on the last one."),
            .init("total", .path, "With order: a number of the page, of all records from its beginning on."),
            .init(
                "cap",
                .count,
                "Without order: more records than a window's list gives; it is halved then."
            ),
            .init(
                "ties",
                .group("progress.window.ties"),
                "How the records of one time are asked for, by key."
            ),
        ]
    )

    private static let request: [FieldGroup.Field] = [
        .init("get", .template, "The path behind base_url; it begins with a slash."),
        .init("post", .template, "The same, asked by POST with the body."),
        .init("query", .map(.template), "Parameters of the request."),
        .init("body", .body, "What is posted, as JSON; a text that is one template keeps its value's kind."),
    ]

    static let ties = FieldGroup("progress.window.ties", request)

    static let progressGroups = [progress, full, token, tokenEnd, tokenStart, window, ties, reread]

    // MARK: Beside the list

    /// What asks elsewhere than the stream does, and so counts against limits of its own.
    private static let requestBeside =
        request + [.init("limit", .text, "The named rate that it counts against, beside default.")]

    private static let keyList =
        requestBeside + [
            .init("records", .path, "Where a page has its array; the stream's own without it."),
            .init(
                "paging",
                .either([.word(["single_page"]), .group("paging")]),
                isRequired: true,
                "How one page leads to the next."
            ),
            .init(
                "key",
                .either([.path, .list(.path)]),
                "The stream's key in these records; its own without it."
            ),
            .init("every", .duration, isRequired: true, "Read at most so often."),
        ]

    static let deletes = FieldGroup(
        "deletes",
        keyList + [.init("at", .group("time"), "When the delete happened: it is its version.")]
    )

    static let reconcile = FieldGroup(
        "reconcile",
        keyList + [
            .init(
                "fills",
                .word(["gaps"]),
                "What of it was never published, or as deleted only, is read by its key and published."
            )
        ]
    )

    static let merged = FieldGroup(
        "merged",
        [
            .init("field", .path, isRequired: true, "The field with the keys."),
            .init("separator", .text, "What stands between keys in a text."),
        ]
    )

    static let hydrate = FieldGroup(
        "hydrate",
        requestBeside + [
            .init("records", .path, isRequired: true, "Where the answer has its array of whole records."),
            .init("size", .count, isRequired: true, "So many keys are asked for at once."),
            .init("missing", .group("hydrate.missing"), "Where the answer names the keys that do not exist."),
        ]
    )

    static let hydrateMissing = FieldGroup(
        "hydrate.missing",
        [
            .init("records", .path, isRequired: true, "Where the answer has an array of entries about them."),
            .init("keys", .path, isRequired: true, "A key in one of them, or a list of keys."),
            .init("when", .template, "A condition over record: one for which it fails proves nothing."),
        ]
    )

    static let discover = FieldGroup(
        "discover",
        requestBeside + [
            .init("records", .path, isRequired: true, "Where a page has its array."),
            .init(
                "paging",
                .either([.word(["single_page"]), .group("paging")]),
                "How one page leads to the next."
            ),
            .init("value", .path, isRequired: true, "The field of each that discovered.NAME holds."),
            .init("when", .template, "A condition over config: where it fails, the list is not asked for."),
        ]
    )

    static let onePer = FieldGroup(
        "one_per",
        request + [
            .init("records", .path, isRequired: true, "Where a page has its array of objects."),
            .init(
                "paging",
                .either([.word(["single_page"]), .group("paging")]),
                "How one page leads to the next."
            ),
            .init("name", .path, isRequired: true, "The field of an object that its stream is named after."),
            .init("when", .template, "A condition over each: only such objects have a stream."),
        ]
    )

    static let absence = FieldGroup(
        "absence",
        [
            .init(
                "share",
                .pattern("^([1-9][0-9]?|100)%?$"),
                "At most so much of what was published, as 20%."
            ),
            .init("always", .count, "So many records whatever the share."),
        ]
    )

    static let batch = FieldGroup(
        "batch",
        requestBeside + [
            .init("size", .count, isRequired: true, "So many parents are asked for at once."),
            .init(
                "records",
                .path,
                isRequired: true,
                "Where the answer has an array of entries, one a parent."
            ),
            .init("parent", .path, isRequired: true, "The parent's key in an entry."),
            .init("children", .path, isRequired: true, "The array of its children in an entry."),
            .init("more", .path, "A field that an entry has where there are more children than in it."),
            .init("none", .group("batch.none"), "Where the answer names the parents that have no children."),
            .init("every", .duration, "The children of all parents are read again so often."),
        ]
    )

    static let batchNone = FieldGroup(
        "batch.none",
        [
            .init("records", .path, isRequired: true, "Where the answer has an array of them."),
            .init("parent", .path, isRequired: true, "A parent's key in one of them, or a list of keys."),
            .init("when", .template, "A condition over record: one for which it fails proves nothing."),
        ]
    )

    static let besideGroups = [
        onePer, deletes, reconcile, absence, merged, hydrate, hydrateMissing, discover, batch, batchNone,
    ]
}
