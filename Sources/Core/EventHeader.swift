/// The headers of an event, the same in every destination: CloudEvents in binary mode, and the transaction's label.
///
/// They stand in this order; a delete has no `contentType`.
package enum EventHeader {
    @inlinable package static var specVersion: StaticString { "ce_specversion" }
    @inlinable package static var source: StaticString { "ce_source" }
    @inlinable package static var id: StaticString { "ce_id" }
    @inlinable package static var type: StaticString { "ce_type" }
    @inlinable package static var time: StaticString { "ce_time" }
    @inlinable package static var contentType: StaticString { "content-type" }
    @inlinable package static var transaction: StaticString { "sluice_txn" }

    /// The value of `specVersion`.
    @inlinable package static var specVersionValue: StaticString { "1.0" }
    /// The value of `contentType`.
    @inlinable package static var contentTypeValue: StaticString { "application/json" }

    /// The value of `transaction`, `<run>/<n>/<count>`: with the count of its events a torn one shows.
    package static func transactionValue(run: String, number: Int, count: Int) -> String {
        "\(transactionPrefix(run: run, number: number))\(count)"
    }

    /// What the label of a run's transaction begins with, whatever its count.
    package static func transactionPrefix(run: String, number: Int) -> String { "\(run)/\(number)/" }
}
