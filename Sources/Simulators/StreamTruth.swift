/// What a stream of a simulated account holds at one moment: what must arrive.
protocol StreamTruth {
    var stream: String { get }
    /// The path that lists it.
    var path: String { get }
    /// The places at which there may be records; those of what was deleted since count too.
    var places: Int { get }
    /// The number of records.
    var count: Int { get }
    /// The records at a place, oldest first.
    func records(_ place: Int) -> [(key: String, record: [UInt8])]
    /// The same without their bytes.
    func keys(_ place: Int) -> [(key: String, record: [UInt8])]
}

extension StreamTruth {
    var count: Int { (0..<places).reduce(0) { $0 + keys($1).count } }

    func keys(_ place: Int) -> [(key: String, record: [UInt8])] {
        records(place).map { (key: $0.key, record: []) }
    }
}
