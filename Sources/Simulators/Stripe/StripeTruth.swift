/// What a stream holds at one moment: the objects of a collection, or the lines of all invoices.
struct StripeTruth: StreamTruth {
    let stream: String
    private let collection: StripeCollection?
    private let areLines: Bool
    private let view: StripeView

    init(_ stream: String, _ view: StripeView) {
        self.stream = stream
        areLines = stream == StripeSimulator.lineStream
        collection = areLines ? .invoices : StripeCollection(rawValue: stream)
        self.view = view
    }

    /// The path of the list.
    var path: String { areLines ? "/v1/invoices/{id}/lines" : collection?.path ?? "" }

    /// The places at which there may be records: one for each object, or invoice, that ever was.
    var places: Int { collection.map { view.count($0) } ?? 0 }

    /// The number of records.
    var count: Int { (0..<places).reduce(0) { $0 + number($1) } }

    private func number(_ place: Int) -> Int {
        guard let collection, !view.edit(collection, place).isDeleted else { return 0 }
        return areLines ? view.lines(ofInvoice: place).count : 1
    }

    /// The records at a place, oldest first.
    func records(_ place: Int) -> [(key: String, record: [UInt8])] {
        guard let collection, !view.edit(collection, place).isDeleted else { return [] }
        guard areLines else {
            return [(key: view.world.id(collection, place), record: view.object(collection, place))]
        }
        return view.lines(ofInvoice: place).map { line in
            (key: view.world.lineID(ofInvoice: place, line), record: view.line(line, ofInvoice: place))
        }
    }

    /// The same without their bytes.
    func keys(_ place: Int) -> [(key: String, record: [UInt8])] {
        guard let collection, !areLines else { return records(place).map { (key: $0.key, record: []) } }
        let isDeleted = view.edit(collection, place).isDeleted
        return isDeleted ? [] : [(key: view.world.id(collection, place), record: [])]
    }
}
