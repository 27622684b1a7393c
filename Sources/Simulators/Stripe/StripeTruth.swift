/// What a stream holds at one moment: the objects of a collection, or the parts of them that are a stream of their own.
struct StripeTruth: StreamTruth {
    /// Which parts of its objects.
    private enum Part: String {
        case lines = "invoice_line_items"
        case items = "subscription_items"
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
            case nil: StripeCollection(rawValue: stream)
            }
        self.view = view
    }

    /// The path of the list.
    var path: String {
        switch part {
        case .lines: "/v1/invoices/{id}/lines"
        case .items: "/v1/subscription_items"
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
        case .items: view.world.items(ofSubscription: place)
        case nil: 1
        }
    }

    /// The records at a place, oldest first.
    func records(_ place: Int) -> [(key: String, record: [UInt8])] {
        guard let collection, !view.edit(collection, place).isDeleted else { return [] }
        let world = view.world
        switch part {
        case nil: return [(key: world.id(collection, place), record: view.object(collection, place))]
        case .lines:
            return view.lines(ofInvoice: place).map { line in
                (key: world.lineID(ofInvoice: place, line), record: view.line(line, ofInvoice: place))
            }
        case .items:
            return (0..<world.items(ofSubscription: place)).map { item in
                (
                    key: world.itemID(ofSubscription: place, item: item),
                    record: view.item(item, ofSubscription: place)
                )
            }
        }
    }

    /// The same without their bytes.
    func keys(_ place: Int) -> [(key: String, record: [UInt8])] {
        guard let collection, part == nil else { return records(place).map { (key: $0.key, record: []) } }
        let isDeleted = view.edit(collection, place).isDeleted
        return isDeleted ? [] : [(key: view.world.id(collection, place), record: [])]
    }
}
