import Core
import Simulators

/// A service that the demonstration has an account of: what stands in for it, and when what of it is read.
struct DemoService: Sendable {
    /// A schedule of the account.
    struct Schedule: Sendable {
        var id: String
        var when: String
        /// Nil for those that no other schedule of the account reads.
        var streams: [String]?
    }

    let extractor: String
    /// Objects in each of its lists, at most.
    let mostRecords: Int
    let faults: [String: FaultPlan.Fault]
    /// What its account's file says beside what the stand-in says.
    var settings: [(name: String, value: String)] = []
    /// The streams that are changed; nil for all.
    var changing: [String]?
    let schedules: [Schedule]
    let make: @Sendable (SimulatorConfiguration, @escaping WallClock) throws -> any Simulator

    static let all = [stripe, zendesk, hubspot]

    static let stripe = DemoService(
        extractor: "stripe",
        mostRecords: .max,
        // Of what no event tells a week's run would tell: longer than anybody looks on.
        faults: ["silent_changes": .init()],
        schedules: [
            Schedule(
                id: "payments",
                when: "@every 5s",
                streams: [
                    "payment_intents", "charges", "refunds", "disputes", "balance_transactions", "payouts",
                    "checkout_sessions", "checkout_session_line_items", "setup_intents", "transfers",
                    "application_fees",
                ]
            ),
            Schedule(id: "billing", when: "@every 5s"),
        ],
        make: { try StripeSimulator($0, wall: $1) }
    )

    static let zendesk = DemoService(
        extractor: "zendesk",
        mostRecords: 200,
        faults: ["no_limits": .init(rate: 1)],
        settings: [("requests_per_minute", "100000"), ("exports_per_minute", "100000")],
        changing: ["tickets", "users", "organizations"],
        schedules: [
            Schedule(
                id: "support",
                when: "*/10 * * * * *",
                streams: ["tickets", "users", "organizations"]
            )
        ],
        make: { try ZendeskSimulator($0, wall: $1) }
    )

    static let hubspot = DemoService(
        extractor: "hubspot",
        mostRecords: 200,
        faults: ["no_limits": .init(rate: 1)],
        settings: [("requests_per_second", "1000"), ("searches_per_second", "1000")],
        changing: ["contacts", "companies", "deals", "commerce_payments"],
        schedules: [
            Schedule(
                id: "crm",
                when: "@every 15s",
                streams: ["contacts", "companies", "deals", "commerce_payments"]
            )
        ],
        make: { try HubSpotSimulator($0, wall: $1) }
    )
}
