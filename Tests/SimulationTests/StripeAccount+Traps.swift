import JSON
import Runs
import Simulators

extension StripeAccount {
    static let traps = events + lists + silence + balance + access

    // MARK: Events

    private static let events = [
        overlapped("an event is listed minutes late", "late_events"),
        overlapped("an event bears an earlier time than it happened at", "unordered_events"),
        ServiceTrap("a look comes from a replica that lags", held, without: unheld) { teller in
            let story = try teller.begin(only: ["customers", "products"])
            try await story.sync()
            try story.set("lagging_reads", ["rate": 1, "seconds": 55])
            for _ in 0..<4 {
                try story.change(updates: 4, "customers", "products")
                try await story.sync(after: 3)
            }
            try story.set("lagging_reads", .null)
            try await story.finish(after: 70)
        },
        ServiceTrap("a second look does, which shows what was before", held, without: unheld) { teller in
            let story = try teller.begin(
                faults: ["old_snapshots": .init(rate: 1)],
                only: ["customers", "products"]
            )
            try await story.sync(after: 700)
            try story.change(creates: 2, updates: 12, deletes: 2, "customers", "products")
            try await story.sync()
            try story.set("lagging_reads", ["rate": 1, "seconds": 59])
            try await story.sync(after: 40)
            try story.set("lagging_reads", .null)
            try await story.finish(after: 700)
        },
        ServiceTrap("events are gone after 30 days", "retention: 30d", without: "retention: 3000d") {
            let story = try $0.begin(only: ["customers"])
            try await story.sync(after: 90)
            try story.change(creates: 2, updates: 4, deletes: 2, "customers")
            try await story.finish(after: 35 * 86_400)
        },
        ServiceTrap(
            "a deleted customer is still answered for",
            "      gone_when: \"{{ record.deleted }}\"\n"
        ) { teller in
            let story = try teller.begin(only: ["customers"])
            try await story.sync()
            try story.change(deletes: 3, "customers")
            try await story.finish(after: 90)
        },
        ServiceTrap("a canceled subscription is told as deleted", "        - customer.subscription.deleted\n")
        {
            let story = try $0.begin(only: ["subscriptions"])
            try await story.sync()
            try story.change(deletes: 3, "subscriptions")
            try await story.finish(after: 90)
        },
        // The engine's own (LookRuleTests): of events of one second, or in an older shape, none is the last word.
        ServiceTrap("events of one second stand in no order, and in an older shape", []) { teller in
            let story = try teller.begin(
                records: 1,
                faults: [
                    "shuffled_ties": .init(rate: 1), "unordered_events": .init(rate: 1, seconds: 1),
                    "lagging_reads": .init(rate: 1, seconds: 3),
                ],
                only: ["customers"]
            )
            try await story.sync()
            for shape in 0..<2 {
                try story.set("old_snapshots", ["rate": .number("\(shape)")])
                for _ in 0..<30 {
                    for _ in 0..<2 {
                        try story.change(updates: 1, "customers")
                        story.simulation.advance(.seconds(1))
                    }
                    for wait in [0, 1, 1] { try await story.sync(after: wait) }
                }
            }
            try story.set("lagging_reads", .null)
            try await story.finish(after: 70)
        },
        // So is this (TrapTests, which see that nothing is told): what was never published is not deleted.
        ServiceTrap("what is told of is gone before anybody looks", []) { teller in
            let story = try teller.begin(
                faults: ["short_lived": .init(rate: 1)],
                only: ["customers", "products"]
            )
            try await story.sync()
            try story.change(creates: 5, "customers", "products")
            for wait in [0, 70, 700] { try await story.finish(after: wait) }
        },
    ]

    private static let held = "    hold_back: 60s\n    visible_within: 30s\n"
    private static let unheld = "    hold_back: 1s\n    visible_within: 1s\n"

    private static func overlapped(_ name: String, _ fault: String) -> ServiceTrap {
        ServiceTrap(
            name,
            held + "    overlap: 10m\n",
            without: unheld + "    overlap: 1s\n"
        ) { teller in
            let story = try teller.begin(
                faults: [fault: .init(rate: 1, seconds: 500)],
                only: ["customers", "products"]
            )
            try await story.sync()
            for _ in 0..<8 {
                try story.change(updates: 2, "customers", "products")
                try await story.sync(after: 100)
            }
            for _ in 0..<5 { try await story.sync(after: 100) }
            try await story.finish()
        }
    }

    /// One of several that stand below an object goes, and the object's change is all that tells of it.
    private static func removed(
        _ name: String,
        _ request: String,
        from stream: String,
        of parents: String,
        new: Int = 0
    ) -> ServiceTrap {
        ServiceTrap(name, request + "    replaces: children\n", without: request) { teller in
            let story = try teller.begin(only: [stream])
            if new > 0 { try story.change(creates: new, parents) }
            try await story.sync()
            let before = Set(story.simulation.seen(stream).keys)
            for _ in 0..<6 {
                try story.change(updates: 8, parents)
                story.simulation.advance(.seconds(10))
            }
            let after = Set(story.simulator.truth(stream).map { $0.key })
            try story.need(!before.isSubset(of: after), "nothing was removed")
            try await story.finish(after: 90)
        }
    }

    // MARK: Lists

    private static let lists = [
        ServiceTrap(
            "the record that a page starts after is deleted",
            "  lost: {status: [400, 404], code: resource_missing}\n"
        ) { teller in
            let story = try teller.begin(records: 210, only: ["customers"])
            try story.set("vanishing_cursor", ["next": 1])
            try await story.finish()
        },
        ServiceTrap("canceled subscriptions are in no list", "    query: {status: all}\n") { teller in
            try await teller.begin(records: 60, only: ["subscriptions"]).finish()
        },
        removed(
            "an invoice's line is removed",
            "    get: /v1/invoices/{{ parent.id }}/lines\n",
            from: "invoice_line_items",
            of: "invoices",
            new: 6
        ),
        removed(
            "a subscription's item is removed",
            "    query: {subscription: \"{{ parent.id }}\"}\n",
            from: "subscription_items",
            of: "subscriptions"
        ),
        ServiceTrap(
            "a line of an open checkout is removed, of which nothing tells before it ends",
            "    get: /v1/checkout/sessions/{{ parent.id }}/line_items\n    replaces: children\n",
            without: "    get: /v1/checkout/sessions/{{ parent.id }}/line_items\n"
        ) { teller in
            let story = try teller.begin(only: ["checkout_session_line_items"])
            try story.change(creates: 40, "checkout_sessions")
            try await story.sync()
            let before = Set(story.simulation.seen("checkout_session_line_items").keys)
            try story.change(updates: 80, "checkout_sessions")
            let after = Set(story.simulator.truth("checkout_session_line_items").map { $0.key })
            try story.need(!before.isSubset(of: after), "no line was removed")
            try await story.finish(after: 25 * 3_600)
        },
        ServiceTrap(
            "a checkout is new, and its lines are told once it ends",
            "      updates: *session_changes\n",
            without: "      updates: [checkout.session.async_payment_failed]\n"
        ) { teller in
            let story = try teller.begin(only: ["checkout_session_line_items"])
            try await story.sync()
            try story.change(creates: 6, "checkout_sessions")
            try await story.sync(after: 700)
            try await story.finish(after: 25 * 3_600)
        },
        ServiceTrap(
            "the lines of old checkouts are lost",
            "for this Checkout Session\n      action: unavailable\n      gone: true\n",
            without: "for this Checkout Session\n      action: unavailable\n      gone: false\n"
        ) { teller in
            let faults = ["lost_line_items": FaultPlan.Fault(rate: 0.5)]
            try await teller.begin(faults: faults, only: ["checkout_session_line_items"]).finish()
        },
        // The engine's own (TrapTests): what is added while a list is read is told by the feed.
        ServiceTrap("a list grows at its head while it is read", []) { teller in
            let story = try teller.begin(records: 210, only: ["customers", "coupons"])
            try story.set("shifting_lists", ["rate": 1])
            try await story.sync()
            try story.set("shifting_lists", .null)
            try await story.finish(after: 90)
        },
    ]

    // MARK: What no event tells

    private static let silence = [
        silent("payment_intents", "amount_capturable_updated\n", "7d"),
        silent("charges", by: "disputes", "`disputed` itself no event tells.\n", "7d"),
        silent("invoiceitems", "nor that it came onto an invoice.\n", "24h"),
        silent("invoice_payments", "updates: [invoice_payment.paid]\n", "24h"),
        silent("checkout_sessions", "checkout.session.async_payment_failed\n", "24h"),
        silent("coupons", "no type is said to tell of it.\n", "24h"),
        silent("promotion_codes", "# As of coupons.\n", "24h"),
        silent("setup_intents", "setup_intent.canceled\n", "7d"),
        silent("application_fees", "updates: [application_fee.refunded]\n", "7d"),
    ]

    /// A stream's list is read again so often, as its definition says behind that line; it may be the changes of
    /// another stream that change it.
    private static func silent(
        _ stream: String,
        by other: String? = nil,
        _ line: String,
        _ interval: String
    ) -> ServiceTrap {
        ServiceTrap(
            "no event tells of every change: \(stream)",
            "\(line)      relist: \(interval)\n",
            without: line
        ) { teller in
            let story = try teller.begin(faults: ["silent_changes": .init(rate: 1)], only: [stream])
            try await story.sync(after: 700)
            for _ in 0..<2 {
                try story.change(creates: 4, updates: 16, other ?? stream)
                try await story.sync(after: 700)
            }
            try await story.finish(after: interval == "7d" ? 7 * 86_400 : 86_400)
        }
    }

    // MARK: The balance

    private static let balance = [
        ServiceTrap(
            "a movement of the balance becomes available unsaid",
            "resweep: {every: 24h",
            without: "resweep: {every: 3000d"
        ) { teller in
            let story = try teller.begin(only: ["balance_transactions"])
            try await story.sync(after: 700)
            try story.change(creates: 6, "charges", "refunds")
            for wait in [2, 700] { try await story.sync(after: wait) }
            // None waits longer than nine days here.
            try await story.finish(after: 10 * 86_400)
        },
        ServiceTrap(
            "and does so days after it happened",
            "resweep: {every: 24h, back: 40d}",
            without: "resweep: {every: 24h, back: 1h}"
        ) { teller in
            let story = try teller.begin(only: ["balance_transactions"])
            try await story.sync(after: 700)
            try story.change(creates: 6, "charges", "refunds")
            try await story.sync(after: 2)
            for _ in 0..<10 { try await story.sync(after: 86_400) }
            try await story.finish()
        },
        ServiceTrap(
            "a movement is listed a minute late",
            "        hold_back: 60s\n        overlap: 10m\n",
            without: "        hold_back: 1s\n        overlap: 1s\n"
        ) { teller in
            let story = try teller.begin(only: ["balance_transactions"])
            try await story.sync(after: 700)
            try story.set("lagging_reads", ["rate": 1, "seconds": 59])
            for _ in 0..<8 {
                try story.change(creates: 2, "charges", "refunds")
                try await story.sync(after: 30)
            }
            try story.set("lagging_reads", .null)
            try await story.finish(after: 100)
        },
    ]

    // MARK: Access

    private static let access =
        ["rate_limit", "lock_timeout", "conflict", "server_error", "bad_gateway", "empty_gateway"].map {
            fault in
            ServiceTrap(
                "an answer that says nothing of the stream: \(fault)",
                [
                    ("  retry_header: Stripe-Should-Retry\n", ""),
                    (
                        "- {status: [409, 429, 5xx], action: retry}",
                        "- {status: [409, 429, 5xx], action: fail_stream}"
                    ),
                ]
            ) { teller in
                let story = try teller.begin(only: ["customers", "balance_transactions"])
                try story.set(fault, ["next": 3])
                try await story.finish()
            }
        } + [
            // The engine's own: half a page is none.
            ServiceTrap("a list is cut off in the middle of a page", []) { teller in
                let story = try teller.begin(records: 210, only: ["customers", "balance_transactions"])
                try story.set("reset_body", ["next": 3])
                try await story.finish()
                try story.need(story.answers("reset") == 3, "no page was cut off")
            },
            .forbidden("a key may not read one list", "charges", ["charges"], beside: "balance_transactions"),
            .forbidden(
                "a key may not read what happened",
                "events",
                ["customers", "charges"],
                beside: "balance_transactions"
            ),
        ]
}
