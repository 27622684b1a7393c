/// What to take out of a page while it is scanned.
package struct ScanPlan: Hashable, Sendable {
    /// The names that lead from the page to its array of records; none where the page is that array.
    package var records: [String]
    /// Paths of names inside a record.
    package var recordFields: [[String]]
    /// Paths of names in the page, outside of its records.
    package var pageFields: [[String]]

    /// A plan whose paths go through objects only; the empty path is the record, or the page, as a whole.
    package init(records: [String], recordFields: [[String]], pageFields: [[String]]) {
        self.records = records
        self.recordFields = recordFields
        self.pageFields = pageFields
    }
}
