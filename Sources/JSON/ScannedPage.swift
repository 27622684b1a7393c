/// A valid page without its insignificant white space, and where in it the planned parts are.
///
/// Order, digits and escapes are as they were sent. All slices are of `bytes`.
package struct ScannedPage: Sendable {
    /// The page.
    package var bytes: [UInt8]
    /// The records, in their order.
    package var records: [ByteSlice]
    /// The planned fields, record after record: JSON tokens (strings with their quotes), absent where a
    /// record has none.
    package var fields: [ByteSlice]
    /// The planned fields of the page itself.
    package var pageFields: [ByteSlice]
    /// How many fields were planned for a record.
    package var fieldsPerRecord: Int

    /// A page from its parts.
    package init(
        bytes: [UInt8],
        records: [ByteSlice],
        fields: [ByteSlice],
        pageFields: [ByteSlice],
        fieldsPerRecord: Int
    ) {
        self.bytes = bytes
        self.records = records
        self.fields = fields
        self.pageFields = pageFields
        self.fieldsPerRecord = fieldsPerRecord
    }

    /// The token of a planned field, by its position in the plan.
    @inlinable
    package func field(_ index: Int, ofRecord record: Int) -> ByteSlice {
        fields[record * fieldsPerRecord + index]
    }
}
