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
            return try items(request, isRepeated)
        }
        if parts[1] == "events", parts.count <= 3 {
            try key.check("events", object: "event")
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
        if parts.count == 2 {
            let elements = try StripeFilters(view, collection, request.query).elements()
            return try StripePaging(request.query).page(of: elements, isRepeated: isRepeated)
        }
        guard parts.count == 3 || collection == .invoices && parts.count == 4 && parts[3] == "lines" else {
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
        if parts.count == 4 { return try lines(index, request, isRepeated) }
        try checkExpansions(request)
        return view.object(collection, index)
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
        let items = view.items(ofSubscription: index)
        let elements = StripeElements(
            ranks: items.indices,
            rank: { id in
                items.firstIndex { world.itemID(ofSubscription: index, item: $0.number) == id }
            },
            write: { rank, writer in world.writeItem(ofSubscription: index, items[rank], to: &writer) },
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
        let lines = view.lines(ofInvoice: index)
        let elements = StripeElements(
            ranks: lines.indices,
            rank: { id in lines.firstIndex { world.lineID(ofInvoice: index, $0) == id } },
            write: { rank, writer in world.writeLine(ofInvoice: index, lines[rank], to: &writer) },
            object: "invoice line item",
            url: world.linesURL(index)
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
