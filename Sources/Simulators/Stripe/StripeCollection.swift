/// A collection of the simulated Stripe account.
enum StripeCollection: String, CaseIterable, Sendable {
    case customers, products, prices, charges, refunds, subscriptions, invoices

    /// The `object` of its members.
    var object: String { String(rawValue.dropLast()) }

    /// Its place among the collections.
    var ordinal: Int {
        switch self {
        case .customers: 0
        case .products: 1
        case .prices: 2
        case .charges: 3
        case .refunds: 4
        case .subscriptions: 5
        case .invoices: 6
        }
    }

    /// The path of its list.
    var path: String { "/v1/\(rawValue)" }

    var idPrefix: String {
        switch self {
        case .customers: "cus_"
        case .products: "prod_"
        case .prices: "price_"
        case .charges: "ch_"
        case .refunds: "re_"
        case .subscriptions: "sub_"
        case .invoices: "in_"
        }
    }

    /// Older kinds of object have the shorter ids.
    var hasShortID: Bool { self == .customers || self == .products }

    /// Seconds after the same index of the first collection, so that what refers to another came after it.
    var delay: Int {
        switch self {
        case .customers, .products: 0
        case .prices: 1
        case .subscriptions, .charges: 2
        case .invoices, .refunds: 3
        }
    }

    /// The parameters of the list that this simulator filters by, beside `created` and those of paging.
    var filters: [String] {
        switch self {
        case .customers: ["email"]
        case .products: ["active", "ids"]
        case .prices: ["active", "product", "type", "currency"]
        case .charges: ["customer", "payment_intent"]
        case .refunds: ["charge", "payment_intent"]
        case .subscriptions: ["customer", "status", "price", "collection_method"]
        case .invoices: ["customer", "status", "subscription", "collection_method"]
        }
    }

    /// The vendor's other parameters: known, but none of these objects can match them.
    var unsupportedFilters: [String] {
        switch self {
        case .customers: ["test_clock"]
        case .products: ["shippable", "type", "url"]
        case .prices: ["lookup_keys", "recurring"]
        case .charges: ["transfer_group"]
        case .refunds: []
        case .subscriptions:
            [
                "automatic_tax", "current_period_end", "current_period_start", "customer_account", "plan",
                "test_clock",
            ]
        case .invoices: ["customer_account", "due_date"]
        }
    }
}
