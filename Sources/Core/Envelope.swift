/// How an event stands in a record of Kafka or a line of a file.
///
/// The key, and the transaction's label among the headers, are the same in each; a key that is deleted ends with a null value.
package enum Envelope: String, CaseIterable, Sendable {
    /// CloudEvents 1.0 in binary mode: the record is the value, and what is told of it stands in headers.
    case binary
    /// CloudEvents 1.0 in structured mode: one JSON object with the record as its `data`; a delete is one without `data`, and
    /// a null value behind it.
    case structured
    /// The record alone.
    case plain
}
