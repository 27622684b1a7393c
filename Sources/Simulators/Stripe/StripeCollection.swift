/// A collection of the simulated Stripe account.
enum StripeCollection: String, CaseIterable, Sendable {
    case customers, products, prices, charges, refunds, subscriptions, invoices
    case paymentIntents = "payment_intents"
    case disputes
    case balanceTransactions = "balance_transactions"
    case payouts
    case invoiceItems = "invoiceitems"
    case invoicePayments = "invoice_payments"
    case plans, coupons
    case promotionCodes = "promotion_codes"
    case creditNotes = "credit_notes"
    case checkoutSessions = "checkout_sessions"
    case setupIntents = "setup_intents"
    case transfers
    case taxRates = "tax_rates"
    case applicationFees = "application_fees"

    /// The `object` of its members.
    var object: String { self == .checkoutSessions ? "checkout.session" : String(rawValue.dropLast()) }

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
        case .paymentIntents: 7
        case .disputes: 8
        case .balanceTransactions: 9
        case .payouts: 10
        case .invoiceItems: 11
        case .invoicePayments: 12
        case .plans: 13
        case .coupons: 14
        case .promotionCodes: 15
        case .creditNotes: 16
        case .checkoutSessions: 17
        case .setupIntents: 18
        case .transfers: 19
        case .taxRates: 20
        case .applicationFees: 21
        }
    }

    /// The path of its list.
    var path: String { self == .checkoutSessions ? "/v1/checkout/sessions" : "/v1/\(rawValue)" }

    var idPrefix: String {
        switch self {
        case .customers: "cus_"
        case .products: "prod_"
        case .prices: "price_"
        case .charges: "ch_"
        case .refunds: "re_"
        case .subscriptions: "sub_"
        case .invoices: "in_"
        case .paymentIntents: "pi_"
        case .disputes: "du_"
        case .balanceTransactions: "txn_"
        case .payouts: "po_"
        case .invoiceItems: "ii_"
        case .invoicePayments: "inpay_"
        case .plans: "plan_"
        // The account's own name for it, where it gave none.
        case .coupons: ""
        case .promotionCodes: "promo_"
        case .creditNotes: "cn_"
        case .checkoutSessions: "cs_test_"
        case .setupIntents: "seti_"
        case .transfers: "tr_"
        case .taxRates: "txr_"
        case .applicationFees: "fee_"
        }
    }

    /// Older kinds of object have the shorter ids.
    var hasShortID: Bool {
        switch self {
        case .customers, .products, .plans, .coupons: true
        default: false
        }
    }

    /// Seconds after the same index of the first collection, so that what refers to another came after it.
    var delay: Int {
        switch self {
        case .customers, .products, .coupons, .taxRates, .payouts: 0
        case .prices, .plans, .promotionCodes, .paymentIntents, .setupIntents: 1
        case .subscriptions, .charges, .checkoutSessions: 2
        case .invoices, .refunds: 3
        case .disputes, .balanceTransactions, .invoiceItems, .invoicePayments, .creditNotes, .transfers,
            .applicationFees:
            4
        }
    }
}

// MARK: - Changes

extension StripeCollection {
    /// What the types of its events begin with.
    var eventPrefix: String {
        switch self {
        case .subscriptions: "customer.subscription"
        case .disputes: "charge.dispute"
        default: object
        }
    }

    /// Whether an event of the type `….deleted` can come.
    var hasDeletes: Bool {
        switch self {
        case .customers, .products, .prices, .subscriptions, .invoices, .plans, .coupons, .invoiceItems: true
        default: false
        }
    }

    /// Whether an event of the type `….updated` can come of whatever changes.
    var tellsOfAnyChange: Bool {
        switch self {
        case .balanceTransactions, .invoicePayments, .checkoutSessions, .paymentIntents, .setupIntents,
            .invoiceItems, .applicationFees:
            false
        default: true
        }
    }

    /// Whether an event tells of a new object.
    var tellsOfNew: Bool {
        switch self {
        case .balanceTransactions, .invoicePayments, .checkoutSessions: false
        default: true
        }
    }
}
