/// The parameters of the lists, beside `created` and those of paging.
extension StripeCollection {
    /// Those that this simulator filters by.
    var filters: [String] {
        switch self {
        case .customers: ["email"]
        case .products: ["active", "ids"]
        case .prices: ["active", "product", "type", "currency"]
        case .charges: ["customer", "payment_intent"]
        case .refunds: ["charge", "payment_intent"]
        case .subscriptions: ["customer", "status", "price", "collection_method"]
        case .invoices: ["customer", "status", "subscription", "collection_method"]
        case .paymentIntents, .setupIntents: ["customer"]
        case .disputes: ["charge", "payment_intent"]
        case .balanceTransactions: ["currency", "source", "type"]
        case .payouts: ["status"]
        case .invoiceItems: ["customer", "invoice", "pending"]
        case .invoicePayments: ["invoice", "status"]
        case .plans: ["active", "product"]
        case .coupons, .transfers: []
        case .promotionCodes: ["active", "code", "coupon", "customer"]
        case .creditNotes: ["customer", "invoice"]
        case .checkoutSessions: ["customer", "payment_intent", "status"]
        case .taxRates: ["active", "inclusive"]
        case .applicationFees: ["charge"]
        }
    }

    /// The vendor's other parameters: known, but none of these objects can match them.
    var unsupportedFilters: [String] {
        switch self {
        case .customers: ["test_clock"]
        case .products: ["shippable", "type", "url"]
        case .prices: ["lookup_keys", "recurring"]
        case .charges: ["transfer_group"]
        case .refunds, .disputes, .plans, .coupons, .taxRates, .applicationFees: []
        case .subscriptions:
            [
                "automatic_tax", "current_period_end", "current_period_start", "customer_account", "plan",
                "test_clock",
            ]
        case .invoices: ["customer_account", "due_date"]
        case .paymentIntents, .invoiceItems, .promotionCodes, .creditNotes: ["customer_account"]
        case .balanceTransactions: ["payout"]
        case .payouts: ["arrival_date", "destination"]
        case .invoicePayments: ["payment"]
        case .checkoutSessions: ["customer_account", "customer_details", "payment_link", "subscription"]
        case .setupIntents: ["attach_to_self", "customer_account", "payment_method"]
        case .transfers: ["destination", "transfer_group"]
        }
    }
}
