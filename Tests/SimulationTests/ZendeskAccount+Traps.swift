import JSON
import Runs
import Simulators

extension ZendeskAccount {
    static let traps = exports + deletes + requests + limits + access

    // MARK: Exports

    private static let exports = [
        ServiceTrap("tickets of AI agents are in no export that is not asked for them", scope) { teller in
            let story = try teller.begin(faults: ["ai_agent_tickets": .init(rate: 0.5)], only: ["tickets"])
            try await story.finish()
        },
        ServiceTrap(
            "nor are their events",
            "{support_type_scope: all, include: comment_events, per_page: 1000}",
            without: "{include: comment_events, per_page: 1000}"
        ) { teller in
            let story = try teller.begin(
                faults: ["ai_agent_tickets": .init(rate: 0.5)],
                only: ["ticket_events"]
            )
            try await story.finish()
        },
        ServiceTrap("events have no comments that nobody asks for", "include: comment_events, ") { teller in
            try await teller.begin(only: ["ticket_events"]).finish()
        },
        ServiceTrap("metrics stand in a list without archived tickets", "      include: metric_sets\n") {
            try await $0.begin(only: ["tickets"]).finish()
        },
        ServiceTrap(
            "what becomes visible late lies behind the cursor",
            "reread: &reread {every: 1h",
            without: "reread: &reread {every: 3000d"
        ) { teller in
            let story = try teller.begin(
                faults: ["late_visible": .init(rate: 0.5, seconds: 120)],
                only: ["tickets", "users", "organizations", "ticket_events"]
            )
            try await story.sync()
            for _ in 0..<8 {
                try story.change(updates: 6, "tickets", "users", "organizations")
                try await story.sync(after: 80)
            }
            try await story.finish(after: 4000)
        },
        // What counts is when the first page was read, not when the last was.
        ServiceTrap("and so it does while the first reading takes long", []) { teller in
            let story = try teller.begin(
                faults: ["late_visible": .init(rate: 0.5, seconds: 120)],
                only: ["users"],
                edit: [("per_page: 1000", "per_page: 10")]
            )
            for _ in 0..<12 {
                try story.change(updates: 6, "users")
                // What is not late shows after a minute.
                story.simulation.advance(.seconds(70))
                try await story.simulation.sync(limit: 5)
                story.simulation.advance(.seconds(130))
            }
            try await story.sync(after: 60)
            try await story.finish(after: 4000)
        },
        ServiceTrap(
            "a start time that is too recent is refused",
            #"caught_up: &caught_up {status: [400, 422], message: "Too recent start_time"}"#,
            without: "caught_up: &caught_up {status: 418}"
        ) { teller in
            let story = try teller.begin(
                faults: ["old_too_recent": .init(rate: 1)],
                only: ["organizations", "ticket_events"]
            )
            try await story.sync()
            for _ in 0..<3 {
                try story.change(updates: 3, "organizations", "tickets")
                try await story.sync(after: 65)
            }
            try await story.finish(after: 400)
        },
        // The engine's own: what comes behind a cursor has changed, whatever its fields say, its version included.
        ServiceTrap("the system changes tickets without a later updated_at", []) { teller in
            let story = try teller.begin(
                faults: ["reemitted": .init(rate: 1)],
                only: ["tickets"],
                edit: [
                    (
                        "version: {field: generated_timestamp, format: epoch}",
                        "version: {field: updated_at, format: rfc3339}"
                    )
                ]
            )
            for _ in 0..<3 { try await story.sync(after: 4000) }
            try story.change(updates: 10, "users")
            try await story.finish(after: 70)
        },
        ServiceTrap(
            "a cursor is not known for good",
            "lost: {status: [400, 404]}",
            without: "lost: {status: 418}"
        ) { teller in
            let story = try teller.begin(only: ["tickets", "users"])
            try await story.sync()
            try story.change(creates: 2, updates: 5, deletes: 1, "tickets", "users")
            try story.set("invalid_cursor", ["next": 2])
            try await story.finish(after: 70)
        },
        ServiceTrap(
            "a full page of one second looks like the end of the export of metric events",
            "end: {repeats: true, page_size: 10}",
            without: "end: {repeats: true}"
        ) { teller in
            let story = try teller.begin(
                records: 60,
                faults: ["tie_block": .init(rate: 0.5), "stuck_ties": .init(rate: 1)],
                only: ["ticket_metric_events"],
                edit: [("per_page: 1000", "per_page: 10"), ("page_size: [100, 1000]", "page_size: 10")]
            )
            let outcome = try await story.run()
            try story.expect("ticket_metric_events", .failed, in: outcome)
        },
        // The engine's own: a token that comes again is no end, and not asked for for ever.
        ServiceTrap("an export by time does not get beyond a second that fills its page", []) { teller in
            let story = try teller.begin(
                records: 60,
                faults: ["tie_block": .init(rate: 0.5), "stuck_ties": .init(rate: 1)],
                only: ["organizations"],
                edit: [("per_page: 1000", "per_page: 10")]
            )
            let outcome = try await story.run()
            try story.expect("organizations", .failed, in: outcome)
        },
        // So is this (TokenReaderTests): no end is refused for a page of another length than was asked for.
        ServiceTrap("a page of one second is longer than it should be", []) { teller in
            let story = try teller.begin(
                records: 60,
                faults: ["tie_block": .init(rate: 0.5)],
                only: ["users", "organizations", "ticket_metric_events"],
                edit: [("per_page: 1000", "per_page: 10"), ("page_size: [100, 1000]", "page_size: 10")]
            )
            try await story.finish()
        },
        ServiceTrap("a cursor comes again", []) { teller in
            let story = try teller.begin(
                only: ["users", "groups"],
                edit: [("per_page: 1000", "per_page: 10")]
            )
            try story.set("repeated_cursor", ["rate": 1])
            try story.expect("users", .failed, in: try await story.run())
            try story.set("repeated_cursor", .null)
            try await story.finish(after: 60)
        },
        ServiceTrap("an account without anything has no cursor", []) { teller in
            let story = try teller.begin(records: 0)
            try await story.finish()
            try await story.sync(after: 60)
            try story.change(creates: 9, "tickets", "users", "organizations")
            try await story.finish(after: 4000)
        },
        ServiceTrap("the last minute is withheld", []) { teller in
            let story = try teller.begin(only: ["tickets", "users", "organizations", "ticket_events"])
            try await story.sync()
            for seconds in [1, 30, 58, 59, 60, 61, 62] {
                try story.change(updates: 4, "tickets", "users", "organizations")
                try await story.sync(after: seconds)
            }
            try await story.finish(after: 61)
        },
    ]

    private static let scope = [
        (text: "      support_type_scope: all\n      # The list", without: "      # The list")
    ]

    // MARK: Deletes

    private static let deletes = [
        deleted(["tickets", "ticket_comments"], #"    deleted_when: "{{ record.status == 'deleted' }}"\#n"#),
        deleted(["users"], #"    deleted_when: "{{ record.active == false }}"\#n"#),
        deleted(["organizations"], #"    deleted_when: "{{ record.deleted_at }}"\#n"#),
        deleted(["brands"], #"    deleted_when: "{{ record.is_deleted }}"\#n"#),
        ServiceTrap(
            "a deleted group is still listed",
            "exclude_deleted: \"false\"}\n    records: groups\n    deleted_when: \"{{ record.deleted }}\"\n",
            without: "exclude_deleted: \"false\"}\n    records: groups\n"
        ) { try await $0.begin(only: ["groups"]).finish() },
        ServiceTrap(
            "a metric event is taken back",
            "        reread: *reread\n    deleted_when: \"{{ record.deleted }}\"\n  users:",
            without: "        reread: *reread\n  users:"
        ) { try await $0.begin(records: 200, only: ["ticket_metric_events"]).finish() },
        late(
            "tickets",
            "limit: deleted_tickets\n      every: 24h",
            "limit: deleted_tickets\n      every: 3000d"
        ),
        late(
            "users",
            "at: {field: updated_at, format: rfc3339}\n      every: 24h",
            "at: {field: updated_at, format: rfc3339}\n      every: 3000d"
        ),
        late(
            "organizations",
            "records: organizations, paging: *cursor, every: 7d}",
            "records: organizations, paging: *cursor, every: 3000d}",
            days: 8
        ),
        late(
            "custom_object_records",
            "      paging: *cursor\n      every: 7d",
            "      paging: *cursor\n      every: 3000d",
            read: ["custom_objects"],
            days: 8
        ),
        late(
            "tickets",
            #"{"page[size]": 100, support_type_scope: all}"#,
            #"{"page[size]": 100}"#,
            automated: 1
        ),
        ServiceTrap(
            "a ticket goes between its page and its children",
            "- {status: 404, action: unavailable}",
            without: "- {status: 404, action: fail_stream}"
        ) { teller in
            let story = try teller.begin(
                records: 120,
                only: ["tickets", "ticket_comments"],
                changesPerMinute: 400
            )
            // Which requests lie before and behind a change is the tasks' own affair.
            for _ in 0..<200 {
                _ = try await story.simulation.sync()
                if story.answers("404") > 0 { break }
            }
            try story.need(story.answers("404") > 0, "no ticket went")
            let failures = story.simulation.told.filter { $0.key.contains("ticket_comments") }
            try story.expect(failures.isEmpty, "\(failures)")
        },
    ]

    private static func deleted(_ streams: [String], _ text: String) -> ServiceTrap {
        ServiceTrap("what is deleted is still there: \(streams[0])", text) { teller in
            // Enough of the beginning for some to have been deleted, before anything is.
            let story = try teller.begin(records: 60, only: streams)
            try await story.sync()
            if ["tickets", "users", "organizations"].contains(streams[0]) {
                try story.change(deletes: 3, streams[0])
            }
            try await story.finish(after: 70)
        }
    }

    /// A delete that no reading of the export meets.
    private static func late(
        _ stream: String,
        _ text: String,
        _ other: String,
        automated: Double = 0,
        read streams: [String]? = nil,
        days: Int = 1
    ) -> ServiceTrap {
        ServiceTrap("a delete shows days late: \(stream), \(other)", text, without: other) { teller in
            let story = try teller.begin(
                faults: ["ai_agent_tickets": .init(rate: automated)],
                only: streams ?? (stream == "tickets" ? ["tickets", "ticket_comments"] : [stream])
            )
            try await story.sync()
            try story.set("late_visible", ["rate": 1, "seconds": 900_000])
            try story.change(deletes: 4, stream)
            try story.set("late_visible", ["rate": 0])
            for _ in 0..<3 {
                try story.change(creates: 1, stream)
                try await story.sync(after: 7200)
            }
            try await story.finish(after: (24 * days + 1) * 3600)
        }
    }

    // MARK: Requests

    private static let retried = "- {status: [409, 429, 5xx], action: retry}"

    private static let requests =
        ["rate_limit", "bare_rate_limit", "server_error", "conflict", "maintenance"].map { fault in
            ServiceTrap(
                "an answer that says nothing of the stream: \(fault)",
                retried,
                without: "- {status: [409, 429, 5xx], action: fail_stream}"
            ) { try await struck(fault, $0) }
        }
        + ["reset", "silence", "cut_body", "slow"].map { fault in
            ServiceTrap("a connection that fails: \(fault)", []) { try await struck(fault, $0) }
        } + [
            ServiceTrap(
                "a page that is too big takes too long",
                ", shrink: {param: per_page, min: 100}"
            ) { teller in
                let story = try teller.begin(
                    records: 300,
                    only: ["tickets", "users", "organizations", "ticket_events"]
                )
                try story.set("gateway_timeout", ["rate": 1])
                try await story.finish()
            },
            ServiceTrap(
                "a page for people says nothing of what may be read",
                "    - {status: [403, 404], body: html, action: fail_stream}\n"
            ) { teller in
                let story = try teller.begin(only: ["groups", "macros"])
                try story.set("html_page", ["next": 1])
                let outcome = try await story.run()
                try story.expect(
                    outcome.streams.filter { $0.outcome.status == .failed }.count == 1,
                    outcome.json.compactText
                )
                try await story.finish()
            },
            ServiceTrap(
                "offsets end at 10,000",
                [
                    (#"&pages {"page[size]": 100}"#, "&pages {per_page: 100}"),
                    (
                        "defaults:\n  key: id\n  paging: {cursor: {field: meta.after_cursor, "
                            + #"param: "page[after]", more: meta.has_more}}"#,
                        "defaults:\n  key: id\n  paging: {next_link: {field: next_page}}"
                    ),
                ]
            ) { teller in
                let story = try teller.begin(records: 16_000, only: ["organization_memberships"])
                try await story.finish()
            },
            ServiceTrap("a list grows while it is read", []) { teller in
                let story = try teller.begin(
                    records: 250,
                    only: ["organization_memberships", "satisfaction_ratings"]
                )
                try story.set("shifting_lists", ["rate": 1])
                try await story.sync()
                try story.set("shifting_lists", .null)
                try await story.finish(after: 4000)
            },
        ]

    /// Two requests are struck, and nobody notices.
    private static func struck(_ fault: String, _ teller: Teller) async throws {
        let story = try teller.begin(only: ["tickets", "groups"])
        try story.set(fault, ["next": 2])
        try await story.finish()
    }

    // MARK: Limits

    private static let limits = [
        ServiceTrap("all exports share ten requests a minute", "    limit: incremental\n") { teller in
            let story = try teller.begin()
            for _ in 0..<3 { try await story.sync() }
            try story.expect(story.answers("429") == 0, "\(story.simulator.requests)")
        },
        ServiceTrap(
            "a header tells how many exports there are",
            "header: zendesk-ratelimit-incremental-exports",
            without: "header: x-none"
        ) { teller in
            let story = try teller.begin(
                settings: ["access_token": "zd_simulated", "exports_per_minute": .number("1000")]
            )
            for _ in 0..<3 { try await story.sync() }
            try story.expect(story.answers("429") == 0, "\(story.simulator.requests)")
        },
        ServiceTrap(
            "two families of headers tell how many requests there are",
            [
                ("limit: ratelimit-limit, remaining: ratelimit-remaining", "limit: x-a, remaining: x-b"),
                ("limit: X-Rate-Limit, remaining: X-Rate-Limit-Remaining", "limit: x-c, remaining: x-d"),
            ]
        ) { teller in
            let story = try teller.begin(
                records: 900,
                settings: [
                    "access_token": "zd_simulated", "requests_per_minute": .number("60000"), "share": "100%",
                ],
                only: ["tickets", "ticket_comments"]
            )
            try await story.sync()
            try story.expect(story.answers("429") == 0, "\(story.simulator.requests)")
        },
    ]

    // MARK: Access

    static let refreshed: [String: JSONValue] = [
        "client_id": "simulated", "client_secret": "secret_simulated", "refresh_token": "refresh_simulated",
    ]
    static let granted: [String: JSONValue] = ["client_id": "simulated", "client_secret": "secret_simulated"]

    private static let access = [
        ServiceTrap("a refresh token is good once", "rotates: true", without: "rotates: false") { teller in
            let story = try teller.begin(settings: refreshed, only: ["groups", "users"])
            for _ in 0..<4 { try await story.sync(after: 3 * 86_400) }
            try await story.finish()
        },
        ended("a token is ended in the middle of a run", granted),
        ended("and so is one of a pair", refreshed),
        ServiceTrap(
            "a plan has no side conversations",
            "    - {status: 404, code: InvalidEndpoint, action: unavailable, gone: false}\n"
        ) { teller in
            let story = try teller.begin(only: ["tickets", "ticket_comments", "side_conversations"])
            try await story.finish()
            // It had them before: what was read stays.
            try story.set("no_side_conversations", ["rate": 1])
            try story.change(updates: 20, "tickets")
            let count = story.simulation.seen("side_conversations").count
            let outcome = try await story.run(after: 70)
            try story.expect("side_conversations", .unavailable, in: outcome)
            try story.expect("ticket_comments", .success, in: outcome)
            try story.expect(story.simulation.seen("side_conversations").count == count, "some were deleted")
            try story.set("no_side_conversations", .null)
            try await story.finish(after: 70)
        },
        ServiceTrap(
            "these credentials may not read all of it",
            "- {status: 403, action: unavailable, of: parent}",
            without: "- {status: 403, action: fail_stream}"
        ) { teller in
            let story = try teller.begin(only: ["tickets", "groups", "side_conversations"])
            for stream in ["groups", "side_conversations"] {
                try story.set("forbidden_\(stream)", ["rate": 1])
            }
            let outcome = try await story.run()
            try story.expect("groups", .unavailable, in: outcome)
            try story.expect("side_conversations", .unavailable, in: outcome)
            try story.expect("tickets", .success, in: outcome)
        },
        ServiceTrap(
            "some tickets are not for these credentials",
            "- {status: 403, action: unavailable, of: parent}",
            without: "- {status: 403, action: unavailable}"
        ) { teller in
            let story = try teller.begin(only: ["tickets", "ticket_comments", "ticket_audits"])
            try await story.sync()
            let count = story.simulation.seen("ticket_comments").count
            try story.set("restricted_tickets", ["rate": .number("0.4")])
            var refused = 0
            for _ in 0..<4 {
                try story.change(updates: 12, "tickets")
                let outcome = try await story.sync(after: 70)
                refused += outcome.streams.reduce(0) { $0 + $1.outcome.refusedParents }
            }
            try story.expect(refused > 0, "none was counted")
            try story.need(story.answers("403") > 0, "no ticket was restricted")
            try story.expect(story.simulation.seen("ticket_comments").count >= count, "some were deleted")
            try story.set("restricted_tickets", .null)
            // What was passed is asked for again where the last stretch is read once more.
            try await story.finish(after: 4000)
        },
        // The engine's own: what is refused for all is not passed.
        ServiceTrap("none of them is any more", []) { teller in
            let story = try teller.begin(only: ["tickets", "ticket_comments"])
            try await story.sync()
            let count = story.simulation.seen("ticket_comments").count
            try story.set("forbidden_ticket_comments", ["rate": 1])
            for _ in 0..<2 {
                try story.change(updates: 8, "tickets")
                let outcome = try await story.run(after: 70)
                try story.expect("ticket_comments", .unavailable, in: outcome)
                try story.expect("tickets", .success, in: outcome)
                try story.expect(outcome.exitCode == 5, "\(outcome.exitCode)")
            }
            try story.expect(story.simulation.seen("ticket_comments").count == count, "some were deleted")
            try story.set("forbidden_ticket_comments", .null)
            try await story.finish(after: 70)
        },
    ]

    private static func ended(_ name: String, _ settings: [String: JSONValue]) -> ServiceTrap {
        ServiceTrap(
            name,
            "  rules:\n",
            without: "  rules:\n    - {status: 401, action: refused_credentials}\n"
        ) { teller in
            let story = try teller.begin(settings: settings, only: ["tickets", "groups", "users"])
            try await story.sync()
            try story.set("expired_token", ["next": 1])
            try await story.finish(after: 60)
        }
    }
}
