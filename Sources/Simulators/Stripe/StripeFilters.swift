import Web

/// The filters of a collection's list.
struct StripeFilters {
    private let world: StripeWorld
    private let collection: StripeCollection
    private let query: WebQuery

    init(_ world: StripeWorld, _ collection: StripeCollection, _ query: WebQuery) {
        self.world = world
        self.collection = collection
        self.query = query
    }

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
        let world = world
        let collection = collection
        let newest = world.records - 1
        return StripeElements(
            ranks: indices.isEmpty
                ? 0..<0 : newest - (indices.upperBound - 1)..<newest - indices.lowerBound + 1,
            matches: { rank in predicates.allSatisfy { $0(newest - rank) } },
            rank: { id in world.index(collection, id: id).map { newest - $0 } },
            write: { rank, writer in world.write(collection, newest - rank, to: &writer) },
            object: collection.object,
            url: collection.path
        )
    }

    private func createdRange() throws(StripeError) -> Range<Int> {
        var (first, last) = (Int.min, Int.max)
        for item in query.items where item.root == "created" {
            guard let keys = item.keys, keys.count <= 1 else { throw .unknownParameter(item.name) }
            guard let second = Int(item.value), abs(second) < 1 << 40 else {
                throw .notAnInteger(item.value, item.name)
            }
            switch keys.first {
            case nil: (first, last) = (max(first, second), min(last, second))
            case "gt": first = max(first, second + 1)
            case "gte": first = max(first, second)
            case "lt": last = min(last, second - 1)
            case "lte": last = min(last, second)
            default: throw .unknownParameter(item.name)
            }
        }
        let low = first == .min ? 0 : world.count(collection, createdBefore: first)
        let high = last == .max ? world.records : world.count(collection, createdBefore: last + 1)
        return low..<max(low, high)
    }

    private func predicates() throws(StripeError) -> [(Int) -> Bool] {
        var predicates: [(Int) -> Bool] = []
        for name in collection.filters {
            if name == "ids" {
                let ids = query.list(name)
                if ids.isEmpty { continue }
                let indices = Set(ids.compactMap { world.index(collection, id: $0) })
                predicates.append { indices.contains($0) }
            } else if let value = query.last(name) {
                predicates.append(try predicate(name, value))
            }
        }
        if collection == .subscriptions, query.last("status") == nil {
            let world = world
            predicates.append { world.status(ofSubscription: $0) != "canceled" }
        }
        return predicates
    }

    private func predicate(_ name: String, _ value: String) throws(StripeError) -> (Int) -> Bool {
        let world = world
        let collection = collection
        switch (name, collection) {
        case ("email", _):
            return { world.email(ofCustomer: $0) == value }
        case ("active", _):
            guard value == "true" || value == "false" else {
                throw StripeError(status: 400, message: "Invalid boolean: \(value)", parameter: name)
            }
            return { world.isActive(collection, $0) == (value == "true") }
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
        case ("payment_intent", _):
            guard let charge = world.index(prefix: "pi_", .charges, id: value) else {
                throw .missing("payment_intent", value, parameter: name)
            }
            return { (collection == .charges ? $0 : world.charge(ofRefund: $0)) == charge }
        case ("charge", _):
            let charge = try reference(name, value, .charges)
            return { world.charge(ofRefund: $0) == charge }
        case ("subscription", _):
            let subscription = try reference(name, value, .subscriptions)
            return { world.subscription(ofInvoice: $0) == subscription }
        case ("price", _):
            let price = try reference(name, value, .prices)
            return { index in
                (0..<world.items(ofSubscription: index)).contains {
                    world.price(ofSubscription: index, item: $0) == price
                }
            }
        case ("collection_method", _):
            try check(name, value, ["charge_automatically", "send_invoice"])
            return { _ in value == "charge_automatically" }
        case ("status", .invoices):
            try check(name, value, ["draft", "open", "paid", "uncollectible", "void"])
            return { world.status(ofInvoice: $0) == value }
        default:
            return try subscriptionStatus(value)
        }
    }

    private func subscriptionStatus(_ value: String) throws(StripeError) -> (Int) -> Bool {
        let world = world
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
            return { ["canceled", "incomplete_expired"].contains(world.status(ofSubscription: $0)) }
        default: return { world.status(ofSubscription: $0) == value }
        }
    }

    private func reference(
        _ name: String,
        _ value: String,
        _ collection: StripeCollection
    ) throws(StripeError) -> Int {
        guard let index = world.index(collection, id: value) else {
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
