import Web

/// The paths under `/v1`: what the account answers when nothing goes wrong.
struct StripeAPI {
    /// The account as this request sees it.
    let view: StripeView
    let events: StripeEventList

    private var world: StripeWorld { view.world }

    /// The body of the answer; `isRepeated` repeats the page before, where there is one.
    ///
    /// - Throws: if the request is refused.
    func answer(
        _ request: WebRequest,
        _ route: StripeRoute,
        isRepeated: Bool = false
    ) throws(StripeError) -> [UInt8] {
        let key = try StripeKey(of: request)
        let isStrange = key.isLive != world.isLive
        if let version = request.headers["Stripe-Version"], !Self.isVersion(version) {
            throw StripeError(status: 400, message: "Invalid Stripe API version: \(version)")
        }
        let parts = route.parts
        guard request.method == "GET", parts.first == "v1", parts.count >= 2 else {
            throw .unrecognized(request.method, request.path)
        }
        if parts[1] == "account" || parts[1] == "accounts", parts.count <= 3 { return account() }
        if parts[1] == "subscription_items", parts.count == 2 {
            try key.check("subscriptions", object: "subscription")
            if isStrange { return try strange(.subscriptions, request, route) }
            return try items(request, isRepeated)
        }
        if parts[1] == "events", parts.count <= 3 {
            try key.check("events", object: "event")
            if isStrange { return try strange(nil, request, route) }
            guard parts.count == 2 else {
                try checkExpansions(request)
                return try events.event(parts[2])
            }
            return try StripePaging(request.query).page(
                of: try events.elements(request.query),
                isRepeated: isRepeated
            )
        }
        guard let collection = StripeCollection(rawValue: parts[1]) else {
            throw .unrecognized(request.method, request.path)
        }
        try key.check(collection.rawValue, object: collection.object)
        if isStrange { return try strange(collection, request, route) }
        if parts.count == 2 {
            let elements = try StripeFilters(view, collection, request.query).elements()
            return try StripePaging(request.query).page(of: elements, isRepeated: isRepeated)
        }
        guard parts.count == 3 || parts.count == 4 && parts[3] == Self.part(of: collection) else {
            throw .unrecognized(request.method, request.path)
        }
        guard let index = view.index(collection, id: parts[2]) else {
            throw .missing(collection.object, parts[2], parameter: "id")
        }
        if view.edit(collection, index).isDeleted {
            guard collection == .customers else {
                throw .missing(collection.object, parts[2], parameter: "id")
            }
            try checkExpansions(request)
            return deleted(collection, parts[2])
        }
        if parts.count == 4 {
            return try collection == .invoices
                ? lines(index, request, isRepeated) : sessionLines(index, request, isRepeated)
        }
        try checkExpansions(request)
        return view.object(collection, index)
    }

    /// The list that an object has below it; nil where it has none.
    private static func part(of collection: StripeCollection) -> String? {
        switch collection {
        case .invoices: "lines"
        case .checkoutSessions: "line_items"
        default: nil
        }
    }

    /// What a key of the other mode is answered: that there is nothing, or that there is in the mode that is not its own.
    ///
    /// Of the events where there is no collection.
    private func strange(
        _ collection: StripeCollection?,
        _ request: WebRequest,
        _ route: StripeRoute
    ) throws(StripeError) -> [UInt8] {
        let object = collection?.object ?? "event"
        func missing(_ id: String, _ parameter: String) -> StripeError {
            let isThere = collection.map { view.living($0, id: id) != nil } ?? events.has(id)
            return .missing(object, id, parameter: parameter, isIn: isThere ? world.isLive : nil)
        }
        if route.parts.count > 2 { throw missing(route.parts[2], "id") }
        if route.parts[1] == "subscription_items", let id = request.query.last("subscription") {
            throw missing(id, "subscription")
        }
        for name in ["starting_after", "ending_before"] {
            if let id = request.query.last(name) { throw missing(id, name) }
        }
        let nothing = StripeElements(
            ranks: 0..<0,
            rank: { _ in nil },
            write: { _, _ in },
            object: object,
            url: collection?.path ?? "/v1/events"
        )
        return try StripePaging(request.query).page(of: nothing)
    }

    /// One object takes no parameter but `expand`.
    private func checkExpansions(_ request: WebRequest) throws(StripeError) {
        for item in request.query.items where item.root != "expand" { throw .unknownParameter(item.name) }
    }

    /// Of the deleted only customers can still be read.
    private func deleted(_ collection: StripeCollection, _ id: String) -> [UInt8] {
        var writer = ObjectWriter(capacity: 128)
        writer.object { writer in
            writer.text("id", id)
            writer.text("object", collection.object)
            writer.bool("deleted", true)
        }
        return writer.bytes
    }

    /// Whether the request is for a list that a cursor walks: such can be repeated.
    static func hasCursor(_ request: WebRequest) -> Bool { request.query.last("starting_after") != nil }

    private func items(_ request: WebRequest, _ isRepeated: Bool) throws(StripeError) -> [UInt8] {
        try checkNames(request, "subscription")
        guard let id = request.query.last("subscription") else {
            throw StripeError(
                status: 400,
                code: "parameter_missing",
                message: "Missing required param: subscription.",
                parameter: "subscription"
            )
        }
        guard let index = view.index(.subscriptions, id: id) else {
            throw .missing("subscription", id, parameter: "subscription")
        }
        let world = world
        let elements = StripeElements(
            view.items(ofSubscription: index),
            id: { world.itemID(ofSubscription: index, item: $0.number) },
            write: { item, writer in world.writeItem(ofSubscription: index, item, to: &writer) },
            object: "subscription_item",
            url: "/v1/subscription_items"
        )
        return try StripePaging(request.query).page(of: elements, isRepeated: isRepeated)
    }

    private func lines(
        _ index: Int,
        _ request: WebRequest,
        _ isRepeated: Bool
    ) throws(StripeError) -> [UInt8] {
        try checkNames(request)
        let world = world
        let elements = StripeElements(
            view.lines(ofInvoice: index),
            id: { world.lineID(ofInvoice: index, $0) },
            write: { line, writer in world.writeLine(ofInvoice: index, line, to: &writer) },
            object: "invoice line item",
            url: world.linesURL(index)
        )
        return try StripePaging(request.query).page(of: elements, isRepeated: isRepeated)
    }

    private func sessionLines(
        _ index: Int,
        _ request: WebRequest,
        _ isRepeated: Bool
    ) throws(StripeError) -> [UInt8] {
        try checkNames(request)
        let world = world
        guard world.hasLines(session: index) else {
            throw StripeError(
                status: 404,
                message:
                    "Could not find line items for this Checkout Session. They may be missing for old testmode "
                    + "Checkout Sessions."
            )
        }
        let elements = StripeElements(
            view.lines(ofSession: index),
            id: { world.lineID(ofSession: index, $0) },
            write: { line, writer in world.writeLine(ofSession: index, line, to: &writer) },
            object: "item",
            url: world.sessionLinesURL(index)
        )
        return try StripePaging(request.query).page(of: elements, isRepeated: isRepeated)
    }

    private func checkNames(_ request: WebRequest, _ others: String...) throws(StripeError) {
        for item in request.query.items {
            guard StripePaging.parameters.contains(String(item.root)) || others.contains(item.name) else {
                throw .unknownParameter(item.name)
            }
        }
    }

    private func account() -> [UInt8] {
        var writer = ObjectWriter(capacity: 512)
        writer.object { writer in
            writer.text("id", "acct_simulated")
            writer.text("object", "account")
            writer.text("country", "US")
            writer.text("default_currency", "usd")
            writer.raw("settings", #"{"dashboard":{"display_name":"Simulated","timezone":"Etc/UTC"}}"#)
            writer.text("type", "standard")
        }
        return writer.bytes
    }

    /// `YYYY-MM-DD`, with or without a name after a point.
    private static func isVersion(_ text: String) -> Bool {
        let date = Array(text.utf8.prefix(10))
        guard date.count == 10, text.utf8.count == 10 || text.utf8.dropFirst(10).first == UInt8(ascii: ".")
        else {
            return false
        }
        return date.enumerated().allSatisfy { place, byte in
            place == 4 || place == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
        }
    }
}
