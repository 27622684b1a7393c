/// Some records of a body that comes in pieces, as one JSON document.
struct RecordChunk: Sendable {
    /// How large one becomes (I7): a page that one transaction takes.
    struct Limits: Sendable {
        /// A chunk is full with so many records or bytes.
        var records = 5000
        var bytes = 1 << 20
        /// One record may have so many bytes.
        var record = 64 << 20

        /// All records in one chunk, however many they are.
        static let none = Limits(records: .max, bytes: .max, record: .max)
    }

    /// An array of its records.
    var document: [UInt8]
    var count: Int
    /// Where its first record begins in the body.
    var offset: Int
    /// Whether the body ends with it; a body of one record or more never ends with an empty chunk.
    var isLast: Bool
}

/// Cuts a body that comes in pieces into chunks of whole records.
///
/// A full chunk is given once a record behind it is there: so the last one is known when it is given.
protocol RecordCutter: Sendable {
    /// Takes the body's next bytes.
    mutating func take(_ piece: [UInt8])
    /// The body has ended.
    mutating func end()
    /// The next chunk; nil where more of the body is needed, and behind the last one.
    mutating func next(_ limits: RecordChunk.Limits) throws(BodyFormat.Problem) -> RecordChunk?
}
