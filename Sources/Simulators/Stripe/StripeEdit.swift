/// What has become of an object since it was created.
struct StripeEdit: Sendable {
    /// Members in place of those with which it was created, as JSON.
    var members: [String: String] = [:]
    /// The lines of an invoice or a checkout session, where they have changed.
    var lines: [StripeLine]?
    /// The items of a subscription, where they have changed.
    var items: [StripeItem]?
    var isDeleted = false
}

/// A line of an invoice or a checkout session.
struct StripeLine: Hashable, Sendable {
    /// Which it is: its id follows from it.
    var number: Int
    var amount: Int
    var quantity: Int
}

/// An item of a subscription.
struct StripeItem: Hashable, Sendable {
    /// Which it is: its id and its price follow from it.
    var number: Int
    var quantity: Int
}

/// With what an object was created after the beginning.
struct StripeBirth: Sendable {
    /// The second.
    var created: Int
    var customer = 0
    /// The object of another collection that it belongs to: the product of a price, the charge of a refund, the
    /// payment intent of a charge, the price of a subscription, the subscription of an invoice, the invoice of what
    /// pays or credits it.
    var parent: Int?
    /// Of a refund, a payout or a movement of the balance.
    var amount = 0
    /// The movement of the balance that came with it.
    var transaction: Int?
    /// What a movement of the balance came with.
    var source: StripeObject?
}

/// Names an object of an account.
struct StripeObject: Hashable, Sendable {
    var collection: StripeCollection
    var index: Int
}
