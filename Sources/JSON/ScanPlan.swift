/// What to take out of a page while it is scanned.
package struct ScanPlan: Hashable, Sendable {
    /// Where a page's records are.
    package enum Records: Hashable, Sendable {
        /// In an array, to which these names lead from the page; none where the page is that array.
        case list(at: [String])
        /// The page is one record, as in the answer to a request for a single object.
        case whole
    }

    package var records: Records
    /// Paths of names inside a record.
    package var recordFields: [[String]]
    /// Paths of names in the page, outside of its records.
    package var pageFields: [[String]]

    /// A plan whose paths go through objects only; the empty path is the record, or the page, as a whole.
    package init(records: Records, recordFields: [[String]], pageFields: [[String]] = []) {
        precondition(records != .whole || pageFields.isEmpty, "a page that is one record has no other fields")
        self.records = records
        self.recordFields = recordFields
        self.pageFields = pageFields
    }

    /// A plan for pages with their records in an array.
    package init(records: [String], recordFields: [[String]], pageFields: [[String]]) {
        self.init(records: .list(at: records), recordFields: recordFields, pageFields: pageFields)
    }
}
