/// The headers of an event, the same in every destination: CloudEvents in binary mode, and the transaction's label.
///
/// They stand in this order; a null value has no `contentType`. Other envelopes have no more than
/// `contentType` where the value is an event, `plainSource`, and the label.
package enum EventHeader {
    @inlinable package static var specVersion: StaticString { "ce_specversion" }
    @inlinable package static var source: StaticString { "ce_source" }
    @inlinable package static var id: StaticString { "ce_id" }
    @inlinable package static var type: StaticString { "ce_type" }
    @inlinable package static var time: StaticString { "ce_time" }
    @inlinable package static var contentType: StaticString { "content-type" }
    @inlinable package static var transaction: StaticString { "sluice_txn" }

    /// `source` where no other header is of CloudEvents: whose events a topic holds must show in every envelope (I2).
    @inlinable package static var plainSource: StaticString { "sluice_source" }

    /// The value of `specVersion`.
    @inlinable package static var specVersionValue: StaticString { "1.0" }
    /// The value of `contentType`.
    @inlinable package static var contentTypeValue: StaticString { "application/json" }
    /// The value of `contentType` in structured mode.
    @inlinable package static var structuredTypeValue: StaticString {
        "application/cloudevents+json; charset=UTF-8"
    }

    /// The value of `transaction`, `<run>/<n>/<count>`: with the count of its events a torn one shows.
    package static func transactionValue(run: String, number: Int, count: Int) -> String {
        "\(transactionPrefix(run: run, number: number))\(count)"
    }

    /// What the label of a run's transaction begins with, whatever its count.
    package static func transactionPrefix(run: String, number: Int) -> String { "\(run)/\(number)/" }
}
