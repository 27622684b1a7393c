/// What a stream holds at one moment: the objects of a collection, or the parts of them that are a stream of their own.
struct StripeTruth: StreamTruth {
    /// Which parts of its objects.
    private enum Part: String {
        case lines = "invoice_line_items"
        case items = "subscription_items"
        case sessionLines = "checkout_session_line_items"
    }

    let stream: String
    private let collection: StripeCollection?
    private let part: Part?
    private let view: StripeView

    init(_ stream: String, _ view: StripeView) {
        self.stream = stream
        part = Part(rawValue: stream)
        collection =
            switch part {
            case .lines: .invoices
            case .items: .subscriptions
            case .sessionLines: .checkoutSessions
            case nil: StripeCollection(rawValue: stream)
            }
        self.view = view
    }

    /// The path of the list.
    var path: String {
        switch part {
        case .lines: "/v1/invoices/{id}/lines"
        case .items: "/v1/subscription_items"
        case .sessionLines: "/v1/checkout/sessions/{id}/line_items"
        case nil: collection?.path ?? ""
        }
    }

    /// The places at which there may be records: one for each object, or whole of parts, that ever was.
    var places: Int { collection.map { view.count($0) } ?? 0 }

    /// The number of records.
    var count: Int { (0..<places).reduce(0) { $0 + number($1) } }

    private func number(_ place: Int) -> Int {
        guard let collection, !view.edit(collection, place).isDeleted else { return 0 }
        return switch part {
        case .lines: view.lines(ofInvoice: place).count
        case .items: view.items(ofSubscription: place).count
        case .sessionLines:
            view.world.hasLines(session: place) ? view.lines(ofSession: place).count : 0
        case nil: 1
        }
    }

    func records(_ place: Int) -> [(key: String, record: [UInt8])] { rows(place, withRecords: true) }

    func keys(_ place: Int) -> [(key: String, record: [UInt8])] { rows(place, withRecords: false) }

    private func rows(_ place: Int, withRecords: Bool) -> [(key: String, record: [UInt8])] {
        guard let collection, !view.edit(collection, place).isDeleted else { return [] }
        func row(_ key: String, _ record: () -> [UInt8]) -> (key: String, record: [UInt8]) {
            (key, withRecords ? record() : [])
        }
        let world = view.world
        switch part {
        case nil: return [row(world.id(collection, place)) { view.object(collection, place) }]
        case .lines:
            return view.lines(ofInvoice: place).map { line in
                row(world.lineID(ofInvoice: place, line)) { view.line(line, ofInvoice: place) }
            }
        case .sessionLines:
            guard world.hasLines(session: place) else { return [] }
            return view.lines(ofSession: place).map { line in
                row(world.lineID(ofSession: place, line)) { view.line(line, ofSession: place) }
            }
        case .items:
            return view.items(ofSubscription: place).map { item in
                row(world.itemID(ofSubscription: place, item: item.number)) {
                    view.item(item, ofSubscription: place)
                }
            }
        }
    }
}
