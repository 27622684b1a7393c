/// The account as a request sees it: at one second, which may lie a little back.
struct StripeView: Sendable {
    let world: StripeWorld
    /// What was done later is not seen.
    let time: Int
    private let revisions: [StripeObject: [StripeRevision]]
    private let counts: [Int]

    init(world: StripeWorld, revisions: [StripeObject: [StripeRevision]], time: Int) {
        self.world = world
        self.revisions = revisions
        self.time = time
        counts = StripeCollection.allCases.map { world.count($0, createdBefore: time + 1) }
    }

    /// How many objects there ever were, deleted ones included.
    func count(_ collection: StripeCollection) -> Int { counts[collection.ordinal] }

    /// What has become of an object.
    func edit(_ collection: StripeCollection, _ index: Int) -> StripeEdit {
        // Most accounts never change, and a list of a million should not hash each of its objects.
        guard !revisions.isEmpty,
            let revisions = revisions[StripeObject(collection: collection, index: index)]
        else { return StripeEdit() }
        return revisions.last { $0.time <= time }?.edit ?? StripeEdit()
    }

    /// The index of the object with that id, be it deleted or not; nil if there never was one.
    func index(_ collection: StripeCollection, id: String) -> Int? {
        world.index(collection, id: id).flatMap { $0 < count(collection) ? $0 : nil }
    }

    /// The index of the object with that id, unless it is deleted.
    func living(_ collection: StripeCollection, id: String) -> Int? {
        index(collection, id: id).flatMap { edit(collection, $0).isDeleted ? nil : $0 }
    }

    func write(_ collection: StripeCollection, _ index: Int, to writer: inout ObjectWriter) {
        world.write(collection, index, state(collection, index), to: &writer)
    }

    func object(_ collection: StripeCollection, _ index: Int) -> [UInt8] {
        world.object(collection, index, state(collection, index))
    }

    /// What an object is at this second, by what was done to it and by the time alone.
    private func state(_ collection: StripeCollection, _ index: Int) -> StripeEdit {
        var edit = edit(collection, index)
        if collection == .balanceTransactions, world.availableOn(index) <= time {
            edit.members["status"] = #""available""#
        }
        return edit
    }

    func lines(ofInvoice index: Int) -> [StripeLine] {
        edit(.invoices, index).lines ?? world.lines(ofInvoice: index)
    }

    func lines(ofSession index: Int) -> [StripeLine] {
        edit(.checkoutSessions, index).lines ?? world.lines(ofSession: index)
    }

    func status(_ collection: StripeCollection, _ index: Int) -> String {
        world.status(collection, index, edit(collection, index))
    }

    func items(ofSubscription index: Int) -> [StripeItem] {
        world.items(ofSubscription: index, edit(.subscriptions, index))
    }

    /// An item of a subscription on its own.
    func item(_ item: StripeItem, ofSubscription index: Int) -> [UInt8] {
        var writer = ObjectWriter(capacity: 1024)
        world.writeItem(ofSubscription: index, item, to: &writer)
        return writer.bytes
    }

    /// A line of a checkout session on its own.
    func line(_ line: StripeLine, ofSession index: Int) -> [UInt8] {
        var writer = ObjectWriter(capacity: 1024)
        world.writeLine(ofSession: index, line, to: &writer)
        return writer.bytes
    }

    /// A line on its own.
    func line(_ line: StripeLine, ofInvoice index: Int) -> [UInt8] {
        var writer = ObjectWriter(capacity: 1024)
        world.writeLine(ofInvoice: index, line, to: &writer)
        return writer.bytes
    }
}

/// What an object became in one second.
struct StripeRevision: Sendable {
    var time: Int
    var edit: StripeEdit
}

extension StripeWorld {
    /// The status of an object that has one.
    func status(_ collection: StripeCollection, _ index: Int, _ edit: StripeEdit) -> String {
        if let status = edit.members["status"] { return String(status.dropFirst().dropLast()) }
        return switch collection {
        case .charges: status(ofCharge: index)
        case .subscriptions: status(ofSubscription: index)
        case .invoices: status(ofInvoice: index)
        case .paymentIntents: status(ofIntent: index)
        case .disputes: status(ofDispute: index)
        case .payouts: status(ofPayout: index)
        case .invoicePayments: status(ofInvoicePayment: index)
        case .creditNotes: status(ofCreditNote: index)
        case .checkoutSessions: status(ofSession: index)
        case .setupIntents: status(ofSetup: index)
        case .customers, .products, .prices, .refunds, .balanceTransactions, .invoiceItems, .plans, .coupons,
            .promotionCodes, .transfers, .taxRates, .applicationFees:
            "succeeded"
        }
    }

    /// Whether a checkout session that was completed still waits for its money.
    func isUnpaid(session index: Int, _ edit: StripeEdit) -> Bool {
        edit.members["payment_status"].map { $0 == #""unpaid""# }
            ?? (paymentStatus(ofSession: index) == "unpaid")
    }

    /// Whether an object that can be switched off is active.
    func isActive(_ collection: StripeCollection, _ index: Int, _ edit: StripeEdit) -> Bool {
        edit.members["active"].map { $0 == "true" } ?? isActive(collection, index)
    }
}
