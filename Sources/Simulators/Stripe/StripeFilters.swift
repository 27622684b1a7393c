import Web

/// The filters of a collection's list.
struct StripeFilters {
    private let view: StripeView
    private let collection: StripeCollection
    private let query: WebQuery

    init(_ view: StripeView, _ collection: StripeCollection, _ query: WebQuery) {
        self.view = view
        self.collection = collection
        self.query = query
    }

    private var world: StripeWorld { view.world }

    /// What the list shows, newest first.
    ///
    /// - Throws: if a parameter is unknown or has no meaning.
    func elements() throws(StripeError) -> StripeElements {
        for item in query.items {
            let root = String(item.root)
            let isKnown =
                StripePaging.parameters.contains(root) || root == "created"
                || collection.filters.contains(root)
            guard isKnown else {
                guard collection.unsupportedFilters.contains(root) else { throw .unknownParameter(item.name) }
                throw StripeError(
                    status: 400,
                    message: "The simulator does not filter \(collection.rawValue) by \(root).",
                    parameter: item.name
                )
            }
            guard item.name == root || ["created", "expand", "ids"].contains(root) else {
                throw .unknownParameter(item.name)
            }
        }
        let indices = try createdRange()
        let predicates = try predicates()
        let view = view
        let collection = collection
        let newest = view.count(collection) - 1
        return StripeElements(
            ranks: indices.isEmpty
                ? 0..<0 : newest - (indices.upperBound - 1)..<newest - indices.lowerBound + 1,
            matches: { rank in
                let index = newest - rank
                return !view.edit(collection, index).isDeleted && predicates.allSatisfy { $0(index) }
            },
            // A cursor that was deleted since leads nowhere.
            rank: { id in view.living(collection, id: id).map { newest - $0 } },
            write: { rank, writer in view.write(collection, newest - rank, to: &writer) },
            object: collection.object,
            url: collection.path
        )
    }

    private func createdRange() throws(StripeError) -> Range<Int> {
        let range = try StripeCreatedRange(query)
        let count = view.count(collection)
        let low = range.first == .min ? 0 : min(count, world.count(collection, createdBefore: range.first))
        let high =
            range.last == .max ? count : min(count, world.count(collection, createdBefore: range.last + 1))
        return low..<max(low, high)
    }

    private func predicates() throws(StripeError) -> [(Int) -> Bool] {
        var predicates: [(Int) -> Bool] = []
        for name in collection.filters {
            if name == "ids" {
                let ids = query.list(name)
                if ids.isEmpty { continue }
                let indices = Set(ids.compactMap { view.index(collection, id: $0) })
                predicates.append { indices.contains($0) }
            } else if let value = query.last(name) {
                predicates.append(try predicate(name, value))
            }
        }
        if collection == .subscriptions, query.last("status") == nil {
            let view = view
            predicates.append { view.status(.subscriptions, $0) != "canceled" }
        }
        return predicates
    }

    private func predicate(_ name: String, _ value: String) throws(StripeError) -> (Int) -> Bool {
        let view = view
        let world = world
        let collection = collection
        switch (name, collection) {
        case ("email", _):
            return { index in
                let edited = view.edit(.customers, index).members["email"]
                return edited.map { $0 == "\"\(value)\"" } ?? (world.email(ofCustomer: index) == value)
            }
        case ("type", .balanceTransactions):
            return { world.type(ofTransaction: $0) == value }
        case ("currency", .balanceTransactions):
            return { world.currency(ofTransaction: $0) == value.lowercased() }
        case ("product", .plans):
            let product = try reference(name, value, .products)
            return { world.product(ofPlan: $0) == product }
        case ("customer", .promotionCodes):
            let customer = try reference(name, value, .customers)
            return { world.isPersonal(code: $0) && world.customer(collection, $0) == customer }
        case ("active", _):
            let isActive = try bool(name, value)
            return { world.isActive(collection, $0, view.edit(collection, $0)) == isActive }
        case ("currency", _):
            return { world.currency(ofPrice: $0) == value.lowercased() }
        case ("type", _):
            try check(name, value, ["one_time", "recurring"])
            return { world.isRecurring(price: $0) == (value == "recurring") }
        case ("product", _):
            let product = try reference(name, value, .products)
            return { world.product(ofPrice: $0) == product }
        case ("customer", _):
            let customer = try reference(name, value, .customers)
            return { world.customer(collection, $0) == customer }
        case ("payment_intent", .checkoutSessions):
            let intent = try reference(name, value, .paymentIntents)
            return { world.intent(ofSession: $0) == intent }
        case ("payment_intent", _):
            let intent = try reference(name, value, .paymentIntents)
            return { world.intent(ofCharge: world.charge(collection, $0)) == intent }
        case ("charge", _):
            let charge = try reference(name, value, .charges)
            return { world.charge(collection, $0) == charge }
        case ("invoice", _):
            let invoice = try reference(name, value, .invoices)
            return { index in
                let isOn = collection != .invoiceItems || world.isAttached(invoiceItem: index)
                return isOn && world.invoice(collection, index) == invoice
            }
        case ("pending", _):
            let isPending = try bool(name, value)
            return { world.isAttached(invoiceItem: $0) != isPending }
        case ("inclusive", _):
            let isInclusive = try bool(name, value)
            return { world.isInclusive(taxRate: $0) == isInclusive }
        case ("code", _):
            return { world.code($0) == value }
        case ("coupon", _):
            let coupon = try reference(name, value, .coupons)
            return { world.coupon(ofCode: $0) == coupon }
        case ("source", _):
            return { index in
                world.source(ofTransaction: index).map { world.id($0.collection, $0.index) } == value
            }
        case ("status", .payouts), ("status", .invoicePayments), ("status", .checkoutSessions):
            return { view.status(collection, $0) == value }
        case ("subscription", _):
            let subscription = try reference(name, value, .subscriptions)
            return { world.subscription(ofInvoice: $0) == subscription }
        case ("price", _):
            let price = try reference(name, value, .prices)
            return { index in
                view.items(ofSubscription: index).contains {
                    world.price(ofSubscription: index, item: $0.number) == price
                }
            }
        case ("collection_method", _):
            try check(name, value, ["charge_automatically", "send_invoice"])
            return { _ in value == "charge_automatically" }
        case ("status", .invoices):
            try check(name, value, ["draft", "open", "paid", "uncollectible", "void"])
            return { view.status(.invoices, $0) == value }
        default:
            return try subscriptionStatus(value)
        }
    }

    private func subscriptionStatus(_ value: String) throws(StripeError) -> (Int) -> Bool {
        let view = view
        try check(
            "status",
            value,
            [
                "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due",
                "paused",
                "trialing", "unpaid",
            ]
        )
        switch value {
        case "all": return { _ in true }
        case "ended":
            return { ["canceled", "incomplete_expired"].contains(view.status(.subscriptions, $0)) }
        default: return { view.status(.subscriptions, $0) == value }
        }
    }

    private func bool(_ name: String, _ value: String) throws(StripeError) -> Bool {
        guard value == "true" || value == "false" else {
            throw StripeError(status: 400, message: "Invalid boolean: \(value)", parameter: name)
        }
        return value == "true"
    }

    private func reference(
        _ name: String,
        _ value: String,
        _ collection: StripeCollection
    ) throws(StripeError) -> Int {
        guard let index = view.index(collection, id: value) else {
            throw .missing(collection.object, value, parameter: name)
        }
        return index
    }

    private func check(_ name: String, _ value: String, _ known: [String]) throws(StripeError) {
        guard known.contains(value) else {
            throw StripeError(
                status: 400,
                message: "Invalid \(name): must be one of \(known.joined(separator: ", "))",
                parameter: name
            )
        }
    }
}
