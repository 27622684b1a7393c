import Core
import JSON
import Runs
import Simulators

extension HubSpotAccount {
    static let traps = searches + properties + silence + pairs + limits + answers + access

    // MARK: Searches

    private static let searches = [
        ServiceTrap(
            "contacts are searched by a time of another name",
            "propertyName: lastmodifieddate, operator",
            without: "propertyName: hs_lastmodifieddate, operator"
        ) { try await $0.begin(only: ["contacts"]).finish() },
        ServiceTrap("a date is a number of milliseconds", "format: epoch_ms", without: "format: epoch") {
            try await $0.begin(only: ["contacts", "deals"]).finish()
        },
        ServiceTrap(
            "a search from 1970 on is answered with 500",
            #"earliest: "2006-01-01T00:00:00Z""#,
            without: #"earliest: "1970-01-01T00:00:00Z""#
        ) { try await $0.begin(only: ["notes"]).finish() },
        ServiceTrap(
            "the index sees a change minutes later",
            "hold_back: 60s\n        overlap: 60m",
            without: "hold_back: 1s\n        overlap: 1s"
        ) { teller in
            let story = try teller.begin(
                faults: ["search_lag": .init(rate: 1, seconds: 300)],
                only: ["contacts", "deals", "notes"]
            )
            try await story.sync()
            for _ in 0..<8 {
                try story.change(creates: 1, updates: 6, "contacts", "deals", "notes")
                try await story.sync(after: 70)
            }
            try await story.finish(after: 600)
        },
        ServiceTrap("and some a good while later than any overlap", swept, without: unswept) { teller in
            let story = try teller.begin(only: ["deals"])
            try await story.sync()
            try story.set("search_lag", ["rate": 1, "seconds": 40_000])
            try story.change(updates: 10, "deals")
            try await story.sync(after: 10_000)
            try await story.finish(after: 8 * 86_400)
        },
        ServiceTrap(
            "a job writes more objects than a page has in one millisecond",
            """
                    # Bulk jobs write many thousands in one millisecond.
                    ties:
                      body:
                        filterGroups:
                          - filters:
                              - {propertyName: hs_lastmodifieddate, operator: EQ, value: "{{ tie.at }}"}
                              - {propertyName: hs_object_id, operator: GT, value: "{{ tie.after | default('0', true) }}"}
                        sorts: [{propertyName: hs_object_id, direction: ASCENDING}]
                        properties: [hs_lastmodifieddate]
                        limit: 200

            """
        ) { teller in
            let story = try teller.begin(records: 460, only: ["notes"])
            try story.change(others: ["bulk": 420], "notes")
            try await story.finish(after: 3600)
        },
        ServiceTrap("no search leads beyond 10,000", ordered, without: paged) { teller in
            // Their ids are enough.
            let whole =
                "    hydrate: {post: /crm/v3/objects/notes/batch/read, body: *batch, records: results, size: 100"
                + ", missing: *missing}\n"
            let ids = "    reconcile: {<<: *reconcile, get: /crm/v3/objects/notes}\n"
            let alone = ids.replacing("<<: *reconcile, ", with: "paging: single_page, every: 24h, ")
            let story = try teller.begin(
                records: 10_600,
                only: ["notes"],
                edit: [(whole, ""), (ids, alone)]
            )
            try await story.sync()
            let count = story.simulator.truth("notes").reduce(0) { count, _ in count + 1 }
            try story.need(count > 10_000, "there are \(count)")
            try story.expect(story.simulation.seen("notes").count == count, "there are \(count)")
        },
        ServiceTrap("what changes while a search is read moves all others up", ordered, without: paged) {
            let story = try $0.begin(records: 660, only: ["notes"])
            try story.set("shifting_search", ["rate": 1])
            try await story.sync()
            try story.set("shifting_search", .null)
            try await story.finish(after: 4000)
        },
        // The engine's own (WindowReaderTests): a page without any order is none of an ordered window.
        ServiceTrap("the rows of a search come in no order", []) { teller in
            let story = try teller.begin(records: 60, only: ["deals"])
            try story.set("shuffled_page", ["next": 1])
            try story.expect("deals", .failed, in: try await story.run())
            try await story.finish(after: 60)
        },
        // So is this (KeysetMachineTests): a row outside of the window is no place to go on from.
        ServiceTrap("a search shows what lies outside of its window", []) { teller in
            let story = try teller.begin(
                records: 60,
                faults: [
                    "search_lag": .init(rate: 1, seconds: 40), "outside_window": .init(rate: 0.3, seconds: 5),
                ],
                only: ["contacts", "deals"],
                edit: [("limit: 200", "limit: 20")]
            )
            try await story.sync()
            for _ in 0..<8 {
                try story.change(updates: 12, "contacts", "deals")
                try await story.sync(after: 50)
            }
            try await story.finish(after: 600)
        },
    ]

    /// Notes as they are searched: each request begins at the last one's time.
    private static let ordered = searchedNotes + "    progress: *progress\n"
    /// The same, page by page.
    private static let paged =
        searchedNotes + """
                paging: {cursor: {field: paging.next.after, param: after}}
                progress:
                  window: {format: epoch_ms, hold_back: 60s, overlap: 60m, earliest: "2006-01-01T00:00:00Z"}

            """
    private static let searchedNotes = """
            post: /crm/v3/objects/notes/search
            body: *body
            limit: search
            version: *version

        """

    private static let swept = "resweep: {every: 7d"
    private static let unswept = "resweep: {every: 3000d"

    // MARK: Properties

    private static let properties = [
        ServiceTrap(
            "properties that nobody names are absent",
            #"    properties: "{{ discovered.properties + discovered.sensitive + discovered.highly_sensitive }}"\#n"#
        ) { try await $0.begin(only: ["deals"]).finish() },
        ServiceTrap(
            "the list of properties leaves out sensitive ones",
            "        query: {dataSensitivity: sensitive}\n"
        ) { try await sensitive($0) },
        ServiceTrap(
            "and highly sensitive ones as well",
            ", query: {dataSensitivity: highly_sensitive}"
        ) { try await sensitive($0) },
        ServiceTrap(
            "not every account wants them read",
            #"        when: "{{ config.sensitive_properties }}"\#n"#
        ) { try await $0.begin(only: ["contacts"]).finish() },
        // The engine's own: what the API gives is published as it is.
        ServiceTrap("a property that was cleared is empty, one never set is null, and all are text", []) {
            let story = try $0.begin(only: ["contacts"])
            try await story.sync()
            try story.change(updates: 60, "contacts")
            try await story.finish(after: 60)
            let records = story.simulation.seen("contacts").values
            for text in [#":"","#, ":null,", #":"true""#, #""annual_income":""#] {
                try story.need(records.contains { $0.contains(text) }, "nothing has \(text)")
            }
        },
        ServiceTrap("an error about one object says nothing of it", ", missing: *missing") { teller in
            let story = try teller.begin(only: ["deals"])
            try story.set("partial_batch", ["next": 1])
            try await story.sync()
            try story.need(story.answers("207") > 0, "all were there")
            try await story.finish(after: 7200)
        },
        // So is this: an object that does not exist any more is left to what tells deletes.
        ServiceTrap("an object is gone before it is read whole", []) { teller in
            let story = try teller.begin(
                faults: ["search_lag": .init(rate: 1, seconds: 300)],
                only: ["deals"]
            )
            try await story.sync()
            try story.change(updates: 20, "deals")
            try await story.sync(after: 310)
            try story.change(deletes: 5, "deals")
            try await story.sync(after: 5)
            try story.need(story.answers("207") > 0, "all were there")
            try await story.finish(after: 7200)
        },
    ]

    private static func sensitive(_ teller: Teller) async throws {
        let settings = settings.merging(["sensitive_properties": .bool(true)]) { $1 }
        try await teller.begin(settings: settings, only: ["contacts"]).finish()
    }

    // MARK: What no search tells

    private static let silence = [
        ServiceTrap(
            "what is archived is found in the bin alone",
            "      every: 1h\n",
            without: "      every: 3000d\n"
        ) { teller in
            let story = try teller.begin(only: ["deals", "line_items", "notes"])
            try await story.sync()
            try story.change(deletes: 6, "deals", "line_items", "notes")
            try await story.finish(after: 7200)
        },
        ServiceTrap("what comes out of the bin bears its old time", filled) { try await restored($0) },
        ServiceTrap(
            "and one older than it was archived at",
            "      every: 1h\n",
            without: "      at: {field: archivedAt, format: rfc3339}\n      every: 1h\n"
        ) { try await restored($0) },
        ServiceTrap("the index never has some objects", filled) { teller in
            let story = try teller.begin(only: ["deals", "notes"])
            try await story.sync()
            try story.set("search_lag", ["rate": 1, "seconds": 40_000_000])
            try story.change(creates: 12, "deals", "notes")
            try await story.finish(after: 25 * 3600)
        },
        ServiceTrap("what is calculated changes no time", swept, without: unswept) { teller in
            let story = try teller.begin(only: ["contacts", "deals"])
            try await story.sync()
            try story.change(others: ["recalculations": 8], "contacts", "deals")
            try await story.finish(after: 8 * 86_400)
        },
        ServiceTrap("nor does a count of associations", swept, without: unswept) { teller in
            let story = try teller.begin(only: ["companies"])
            try await story.sync()
            try story.change(others: ["relinks": 8], "contacts")
            try await story.finish(after: 8 * 86_400)
        },
        merge("contacts", "one is merged into another and is no more"),
        merge("deals", "two are merged into a third and are no more"),
        ServiceTrap(
            "a person is erased without a trace",
            "paging: {cursor: {field: paging.next.after, param: after}}\n      every: 24h",
            without: "paging: {cursor: {field: paging.next.after, param: after}}\n      every: 3000d"
        ) { teller in
            let story = try teller.begin(only: ["contacts"])
            try await story.sync()
            try story.change(others: ["purges": 3], "contacts")
            try await story.finish(after: 25 * 3600)
        },
        ServiceTrap(
            "who has left is in no list of owners",
            #"query: {archived: "true", limit: 500}"#,
            without: #"query: {archived: "false", limit: 500}"#
        ) { try await $0.begin(only: ["owners", "archived_owners"]).finish() },
    ]

    private static func restored(_ teller: Teller) async throws {
        let story = try teller.begin(only: ["deals"])
        try await story.sync()
        try story.change(deletes: 4, "deals")
        try await story.finish(after: 7200)
        try story.change(others: ["restores": 3], "deals")
        try await story.finish(after: 25 * 3600)
    }

    private static let filled = "      fills: gaps\n"

    private static func merge(_ stream: String, _ name: String) -> ServiceTrap {
        ServiceTrap(name, #"    merged: {field: properties.hs_merged_object_ids, separator: ";"}\#n"#) {
            let story = try $0.begin(only: [stream])
            try await story.sync()
            try story.change(merges: 3, stream)
            try await story.finish(after: 90)
        }
    }

    // MARK: Pairs

    private static let pairs = [
        ServiceTrap(
            "who has no associations is an error of a 207",
            """
                  none:
                    records: errors
                    parent: context.fromObjectId
                    when: "{{ record.subCategory == 'crm.associations.NO_ASSOCIATIONS_FOUND' }}"

            """
        ) { teller in
            let story = try teller.begin(only: ["note_deals"])
            try await story.finish()
            try story.need(story.answers("207") > 0, "all notes have a deal")
            // Each would take a request of its own.
            let alone = story.simulator.requests["/objects/notes/{id}/associations/deals"]
            try story.expect(alone == nil, "\(story.simulator.requests)")
        },
        ServiceTrap("an answer has 500 pairs of one object", "      more: paging.next.after\n") {
            try await $0.begin(records: crowd, only: ["deal_line_items"]).finish()
        },
        ServiceTrap(
            "and so has a list of one object's",
            """
                query: {limit: 500}
                paging: {cursor: {field: paging.next.after, param: after}}
                replaces: children
            """,
            without: """
                    query: {limit: 500}
                    paging: single_page
                    replaces: children
                """
        ) { try await $0.begin(records: crowd, only: ["deal_line_items"]).finish() },
        ServiceTrap(
            "another association changes the time of neither end",
            every("24h"),
            without: every("3000d")
        ) { teller in
            let story = try teller.begin(only: ["contact_companies", "note_deals"])
            try await story.sync()
            try story.change(others: ["relinks": 8], "contacts", "notes")
            try await story.finish(after: 25 * 3600)
        },
        ServiceTrap(
            "an association that was ended is in no answer",
            [("    replaces: children\n", ""), (every("24h"), every(nil))]
        ) { teller in
            let story = try teller.begin(only: ["contact_companies"])
            try await story.sync()
            try story.change(others: ["relinks": 12], "contacts")
            // Else a day may pass.
            try story.change(others: ["bulk": 100], "contacts")
            try await story.finish(after: 90)
        },
        ServiceTrap(
            "an answer names one end of a pair",
            #"fromObjectType: notes, fromObjectId: "{{ parent.id }}", toObjectType: deals"#,
            without: #"fromObjectType: notes, fromObjectId: "?", toObjectType: deals"#
        ) { try await $0.begin(only: ["note_deals"]).finish() },
        ServiceTrap(
            "the id of one end is no key",
            "key: [fromObjectId, toObjectId]",
            without: "key: [toObjectId]"
        ) { try await $0.begin(records: 40, only: ["note_deals"]).finish() },
    ]

    /// So many that a deal has more than 500 lines.
    private static let crowd = 1100

    private static func every(_ interval: String?) -> String {
        "NO_ASSOCIATIONS_FOUND' }}\"\n" + (interval.map { "      every: \($0)\n" } ?? "")
    }

    // MARK: Limits

    private static let limits = [
        ServiceTrap("all searches share five a second, of which no header tells", "    limit: search\n") {
            let story = try $0.begin(settings: hurried)
            for _ in 0..<2 { try await story.sync(after: 600) }
            try story.expect(story.answers("429") == 0, "\(story.simulator.requests)")
        },
        ServiceTrap(
            "headers tell how many requests there are in ten seconds",
            "limit: X-HubSpot-RateLimit-Max\n      remaining: X-HubSpot-RateLimit-Remaining",
            without: "limit: x-none\n      remaining: x-nothing"
        ) { try await busy($0) },
        ServiceTrap(
            "and that it is ten seconds",
            "      interval_milliseconds: X-HubSpot-RateLimit-Interval-Milliseconds\n"
        ) { try await busy($0) },
        ServiceTrap(
            "headers tell how many there are in a day",
            [daily]
        ) { teller in
            let settings = settings.merging(["requests_per_day": .number("5")]) { $1 }
            try await teller.begin(settings: settings, only: ["contacts", "deals", "notes"]).finish()
        },
        ServiceTrap(
            "the day's requests are used up",
            [daily, ("    - {status: 429, code: DAILY, action: quota_spent}\n", "")]
        ) { teller in
            let story = try teller.begin(only: ["contacts", "deals"])
            try story.set("daily_limit", ["next": 1])
            let outcome = try await story.run()
            try story.expect(
                outcome.error?.codeText == "extraction.quota_spent" && story.answers("429") == 1,
                "\(outcome.json.compactText) \(story.simulator.requests)"
            )
            try await story.finish(after: 86_400)
        },
    ]

    private static let daily = (
        text:
            "  headers: {limit: X-HubSpot-RateLimit-Daily, remaining: X-HubSpot-RateLimit-Daily-Remaining}\n",
        without: ""
    )

    /// Settings of one who knows no limit.
    private static let hurried = settings.merging(["requests_per_second": .number("1000")]) { $1 }

    /// More requests than there may be in ten seconds, and none too many.
    private static func busy(_ teller: Teller) async throws {
        let story = try teller.begin(
            records: 400,
            settings: hurried,
            only: ["notes"],
            edit: [("size: 100, missing", "size: 1, missing")]
        )
        try await story.sync()
        try story.expect(story.answers("429") == 0, "\(story.simulator.requests)")
    }

    // MARK: Answers

    private static let answers =
        [
            ("rate_limit", "{status: 429, code: TEN_SECONDLY_ROLLING, action: retry, wait: 10s}"),
            ("search_limit", "{status: 429, action: retry, wait: 1s}"),
            ("locked", "{status: 423, action: retry, wait: 2s}"),
            ("migration", "{status: [477, 5xx], action: retry}"),
            ("server_error", "{status: [477, 5xx], action: retry}"),
            ("bad_gateway", "{status: [477, 5xx], action: retry}"),
            ("blocked", "{status: 403, body: html, action: retry, wait: 30s}"),
        ].map { fault, rule in
            ServiceTrap(
                "an answer that says nothing of the stream: \(fault)",
                rule,
                without: rule.replacing("action: retry", with: "action: fail_stream")
                    .replacing(#/, wait: \d+s/#, with: "")
            ) { try await struck(fault, $0) }
        }
        // A search and a reading by ids change nothing, though they are posted.
        + ["reset", "silence", "cut_body", "slow"].map { fault in
            ServiceTrap("a connection that fails: \(fault)", []) { try await struck(fault, $0) }
        } + [
            // The engine's own (BadPageTests): no list is followed in a circle.
            ServiceTrap("a cursor comes again", []) { teller in
                let story = try teller.begin(
                    only: ["owners", "deals"],
                    edit: [(#"{archived: "false", limit: 500}"#, #"{archived: "false", limit: 2}"#)]
                )
                try story.set("repeated_cursor", ["rate": 1])
                try story.expect("owners", .failed, in: try await story.run())
                try story.set("repeated_cursor", .null)
                try await story.finish(after: 60)
            }
        ]

    /// Some requests are struck, and nobody notices.
    private static func struck(_ fault: String, _ teller: Teller) async throws {
        let story = try teller.begin(only: ["deals", "owners"])
        try story.set(fault, ["next": 3])
        try await story.finish()
    }

    // MARK: Access

    private static let access = [
        ServiceTrap(
            "an OAuth app's token may end at any time",
            "    - {status: 401, action: refresh}\n",
            without: "    - {status: 401, action: refused_credentials}\n"
        ) { teller in
            let story = try teller.begin(settings: oauth, only: ["contacts", "deals"])
            try await story.sync()
            try story.set("expired_token", ["next": 1])
            try await story.finish(after: 600)
        },
        .forbidden(
            "a token lacks the scope of one type of object",
            "contacts",
            ["contacts"],
            beside: "deals"
        ),
        .forbidden(
            "an association takes the scopes of both its ends",
            "companies",
            ["contact_companies"],
            beside: "deals"
        ),
        .forbidden(
            "a token may not see which objects the account has defined",
            "schemas",
            ["custom_objects"],
            beside: "deals"
        ),
        ServiceTrap(
            "an account has no such type of object",
            "    - {status: 400, message: Unable to infer object type, action: unavailable}\n"
        ) { teller in
            let story = try teller.begin(
                only: ["carts", "deals"],
                edit: [("objects/carts", "objects/tumbrels"), ("properties/carts", "properties/tumbrels")]
            )
            let outcome = try await story.run()
            try story.expect("carts", .unavailable, in: outcome)
            try story.expect("deals", .success, in: outcome)
        },
        ServiceTrap(
            "a token that was revoked is refused for good",
            "    - {status: 401, action: refresh}\n",
            without: "    - {status: 401, action: retry}\n"
        ) { teller in
            let story = try teller.begin(only: ["contacts", "deals"])
            try story.set("expired_token", ["rate": 1])
            let outcome = try await story.run()
            try story.expect(
                outcome.error?.codeText == "extraction.refused_credentials" && story.answers("401") == 1,
                "\(outcome.json.compactText) \(story.simulator.requests)"
            )
        },
    ]
}
