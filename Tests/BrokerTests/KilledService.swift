import JSON
import Testing

/// What a test of kills has to know of a service.
struct KilledService: Sendable, CustomTestStringConvertible {
    let name: String
    /// What goes wrong in the simulator, and that nothing is counted there.
    let faults: String
    /// As fast as the machine is.
    let settings: [String]
    let streams: [String]
    /// What of the definition is otherwise: what is read every so often goes by this machine's clock, which does not
    /// jump with the account's, and so is read in every run.
    var edits: [(text: String, by: String)] = []
    /// The streams that are changed; nil for all that can be.
    var changed: [String]?
    /// How many merges a round may have.
    var merges = 0
    /// After so many seconds at least a run sees a change.
    let soonest: Int
    /// After so many everything is seen that was late.
    let settling: Int
    /// What a reader must have of a stream, by key.
    var truth: @Sendable (SyncFixture, String) async throws -> [String: String] = { fixture, stream in
        try await fixture.truth(stream)
    }

    var testDescription: String { name }

    static let all = [stripe, zendesk, hubSpot]

    /// Lists that are read once and followed by a feed.
    static let stripe = KilledService(
        name: "stripe",
        faults:
            "late_events=0.5:20,unordered_events=0.2:2,shuffled_ties=1,old_snapshots=0.5,short_lived=0.05,"
            + "lagging_reads=0.3:20",
        settings: ["requests_per_second=1000"],
        streams: [
            "customers", "products", "prices", "charges", "refunds", "subscriptions", "invoices",
            "invoice_line_items",
        ],
        changed: ["customers", "products", "prices", "charges", "refunds", "subscriptions", "invoices"],
        // A run looks again after the time in which an entry may be listed late: here it never has to wait for that.
        soonest: 35,
        settling: 700
    )

    /// Exports by cursor and by time, children of changed parents, and lists that are read whole.
    static let zendesk = KilledService(
        name: "zendesk",
        faults:
            "late_visible=0.2:120,reemitted=0.2,ai_agent_tickets=0.2,tie_block=0.4,short_lived=0.05,no_limits=1",
        settings: ["requests_per_minute=1000000", "exports_per_minute=1000000", "share=100%"],
        streams: [
            "tickets", "ticket_comments", "users", "organizations", "ticket_events", "groups",
            "group_memberships",
        ],
        edits: [
            ("reread: &reread {every: 1h, back: 15m}", "reread: &reread {every: 0s, back: 30d}"),
            ("every: 24h", "every: 0s"),
            ("{full: {every: 1h}}", "full"),
        ],
        changed: ["tickets", "users", "organizations", "groups", "group_memberships"],
        merges: 3,
        soonest: 65,
        settling: 700
    ) { fixture, stream in
        let truth = try await fixture.truth(stream)
        return stream == "tickets" ? try await measured(truth, fixture) : truth
    }

    /// Tickets with their metrics inside, as the extractor asks for them.
    private static func measured(_ tickets: [String: String], _ fixture: SyncFixture) async throws
        -> [String: String]
    {
        var measured: [String: String] = [:]
        for metrics in try await fixture.truth("ticket_metrics").values {
            guard let ticket = try JSONValue.parse(Array(metrics.utf8))["ticket_id"]?.compactText,
                let record = tickets[ticket]
            else { continue }
            measured[ticket] = record.dropLast() + #","metric_set":"# + metrics + "}"
        }
        return measured
    }

    /// Searches by windows of time, what the bin and the list of all ids tell beside them, merges, and whole lists.
    static let hubSpot = KilledService(
        name: "hubspot",
        faults: "search_lag=1:20,outside_window=0.1:2,no_limits=1",
        settings: ["requests_per_second=1000", "searches_per_second=1000"],
        // In these no property is secret.
        streams: ["deals", "tickets", "line_items", "notes", "owners"],
        edits: [
            ("resweep: {every: 7d", "resweep: {every: 0s"), ("every: 1h", "every: 0s"),
            ("every: 24h", "every: 0s"),
        ],
        changed: ["deals", "tickets", "line_items", "notes"],
        merges: 3,
        soonest: 65,
        settling: 700
    ) { fixture, stream in
        let truth = try await fixture.truth(stream)
        // Who has left stands in a list of their own.
        return stream == "owners" ? truth.filter { $0.value.contains(#""archived":false"#) } : truth
    }
}
