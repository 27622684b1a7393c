import Core

/// The keys of streams and feeds.
extension Vocabulary {
    /// What `defaults` may hold for all streams.
    static let defaults = FieldGroup(
        "defaults",
        [
            .init(
                "query",
                .map(.template),
                "Parameters of the first request; a value of null leaves its one out."
            ),
            .init("records", .path, "Where a page has its array of records; . where the page itself is it."),
            .init(
                "key",
                .either([.path, .list(.path)]),
                "What names a record, once and for all: one field, or a list of them."
            ),
            .init(
                "version",
                .group("version"),
                "The field that tells the older of two; else the content decides."
            ),
            .init(
                "paging",
                .either([.word(["single_page"]), .group("paging")]),
                "How one page leads to the next."
            ),
            .init("limit", .text, "The named rate that its requests count against, beside default."),
            .init(
                "since",
                .either([.text, .group("since")]),
                "The parameter that --since goes into: its name alone means seconds since 1970."
            ),
            .init(
                "follow",
                .either([.word(["none"]), .group("follow")]),
                "The feed that tells of its changes."
            ),
            .init("lost", .group("answer"), "The answer to a page token that the API no longer knows."),
            .init(
                "progress",
                .either([.word(["full"]), .group("progress")]),
                "How it gets on from run to run; without it a list is read once."
            ),
            .init("deleted_when", .template, "A condition over record: one for which it holds is a delete."),
            .init(
                "merged",
                .either([.path, .group("merged")]),
                "The keys that a record has swallowed: each is deleted."
            ),
            .init("resweep", .group("reread"), "A deeper reading every so often, of a stream with a window."),
            .init("absence", .group("absence"), "How much may be missing at once and be taken for deleted."),
            .init(
                "on_drift",
                .word(DriftResponse.allCases.map(\.rawValue)),
                "What becomes of records that are not as the schema says; without it, warn."
            ),
        ]
    )

    static let stream = FieldGroup(
        "stream",
        [
            .init("get", .template, "The path behind base_url; it begins with a slash."),
            .init("post", .template, "The same, asked by POST with the body."),
            .init(
                "body",
                .body,
                "What is posted, as JSON; a text that is one template keeps its value's kind."
            ),
            .init(
                "format",
                .word(BodyFormat.allCases.map(\.rawValue)),
                "How its answers are written; of all but json the answer is the list of records."
            ),
            .init(
                "one_per",
                .group("one_per"),
                "A family: a stream of its own for each object that the account has."
            ),
            .init("for_each", .text, "The parent stream: this one has a list for each of its records."),
            .init(
                "replaces",
                .word(["children"]),
                "A parent's list is all that it has: what is absent is deleted."
            ),
            .init(
                "adds",
                .map(.template),
                "Of a child stream: members that its records begin with, such as the parent's key."
            ),
            .init("batch", .group("batch"), "The children of many parents in one request."),
            .init("deletes", .group("deletes"), "A second list, whose records are deletes."),
            .init(
                "reconcile",
                .group("reconcile"),
                "A list of all that is there: what is absent is deleted."
            ),
            .init("hydrate", .group("hydrate"), "A second request for the records of a page, by their keys."),
            .init("discover", .map(.group("discover")), "Lists that are read before it, by name."),
            .init("entity", .map(.group("entity")), "The entities that its records become, by name."),
            .init(
                "pii",
                .map(.word(PersonalKind.allCases.map(\.rawValue))),
                "The fields that say something of a person, by their paths, and what."
            ),
        ] + defaults.fields
    )

    static let version = FieldGroup(
        "version",
        [
            .init("field", .path, isRequired: true, "The field of the record."),
            .init(
                "format",
                .word(VersionFormat.allCases.map(\.rawValue)),
                isRequired: true,
                "How it is written."
            ),
        ]
    )

    static let timeFormats = FieldForm.word(TimeFormat.allCases.map(\.rawValue))

    static let since = FieldGroup(
        "since",
        [
            .init("param", .text, isRequired: true, "The parameter's name."),
            .init("format", timeFormats, isRequired: true, "How the time is written."),
        ]
    )

    // MARK: Paging

    static let paging = FieldGroup(
        "paging",
        isChoice: true,
        [
            .init("last_record", .group("paging.last_record"), "The next page starts after the last record."),
            .init("next_link", .group("paging.next_link"), "The page holds the next page's address."),
            .init(
                "link_header",
                .group("paging.link_header"),
                "The Link header holds the next page's address."
            ),
            .init("cursor", .group("paging.cursor"), "The page holds a token for the next one."),
            .init("offset", .group("paging.offset"), "The next page begins behind so many records."),
            .init("page", .group("paging.page"), "The pages are numbered."),
        ]
    )

    static let lastRecord = FieldGroup(
        "paging.last_record",
        [
            .init("param", .text, isRequired: true, "The parameter that the last record's field goes into."),
            .init("field", .path, "That field of a record; without it the key."),
            .init("more", .path, "A boolean of the page that says whether there is a next one."),
        ]
    )

    static let nextLink = FieldGroup(
        "paging.next_link",
        [.init("field", .path, isRequired: true, "The field of the page; absent, null or empty at the end.")]
    )

    static let linkHeader = FieldGroup(
        "paging.link_header",
        [.init("rel", .text, "The link's relation; next without it.")]
    )

    static let cursor = FieldGroup(
        "paging.cursor",
        [
            .init(
                "field",
                .path,
                isRequired: true,
                "The field of the page; absent, null or empty at the end."
            ),
            .init("param", .text, isRequired: true, "The parameter that the token goes into."),
            .init("more", .path, "A boolean of the page that says whether there is a next one."),
        ]
    )

    private static let counted: [FieldGroup.Field] = [
        .init("param", .text, isRequired: true, "The parameter of the place."),
        .init("more", .path, "A boolean of the page that is false on the last one."),
        .init(
            "total",
            .path,
            "A number of the page: of all records, or of all pages where these are numbered."
        ),
    ]

    static let offset = FieldGroup("paging.offset", counted)

    static let page = FieldGroup(
        "paging.page",
        counted + [.init("first", .word(["0", "1"]), "The number of the first page; 1 without it.")]
    )

    static let streamGroups = [
        version, since, paging, lastRecord, nextLink, linkHeader, cursor, offset, page, follow,
    ]

    // MARK: Feeds

    static let feed = FieldGroup(
        "feed",
        [
            .init("get", .template, isRequired: true, "The path behind base_url; it begins with a slash."),
            .init("query", .map(.template), "Parameters of the first request."),
            .init(
                "records",
                .path,
                isRequired: true,
                "Where a page has its array of entries; . where the page is it."
            ),
            .init(
                "paging",
                .either([.word(["single_page"]), .group("paging")]),
                isRequired: true,
                "How one page leads to the next."
            ),
            .init("id", .path, isRequired: true, "What names an entry."),
            .init("time", .group("time"), isRequired: true, "When it happened."),
            .init("type", .path, isRequired: true, "What happened: the texts that streams name in follow."),
            .init("object", .path, isRequired: true, "The key of the record that it happened to."),
            .init("snapshot", .path, "The record as it was then, where the entry has it."),
            .init("window", .group("feed.window"), isRequired: true, "The parameters of a window of time."),
            .init("newest_first", .bool, "Whether the newest entry comes first."),
            .init("hold_back", .duration, isRequired: true, "The bookmark stays so far behind now."),
            .init("visible_within", .duration, isRequired: true, "How late an entry may come into the list."),
            .init("overlap", .duration, isRequired: true, "So much before the bookmark is read again."),
            .init("retention", .duration, isRequired: true, "How long the API keeps its entries."),
            .init("expired", .group("answer"), "The answer to a place that the API no longer has."),
            .init("limit", .text, "The named rate that its requests count against, beside default."),
        ]
    )

    static let time = FieldGroup(
        "time",
        [
            .init("field", .path, isRequired: true, "The field."),
            .init("format", timeFormats, isRequired: true, "How it is written."),
        ]
    )

    static let feedWindow = FieldGroup(
        "feed.window",
        [
            .init("from", .text, isRequired: true, "The parameter of its start, which belongs to it."),
            .init("to", .text, isRequired: true, "The parameter of its end, which does not."),
        ]
    )

    static let follow = FieldGroup(
        "follow",
        [
            .init("feed", .text, "The feed's name; may stand in defaults."),
            .init("get", .template, "The path of one object, with {{ object.id }}."),
            .init("query", .map(.template), "Parameters of the request for one object."),
            .init("creates", .list(.text), "The types that tell of a new object."),
            .init(
                "updates",
                .list(.text),
                "The types that tell of a change; invoice.* is all that begin so."
            ),
            .init("deletes", .list(.text), "The types that tell of a delete."),
            .init(
                "gone_when",
                .template,
                "A condition over record: such an answer means that the object is gone."
            ),
            .init(
                "relist",
                .duration,
                "The list is read again at least so often, for what the feed does not tell."
            ),
        ]
    )

    static let feedGroups = [feed, time, feedWindow]
}
