/// Checks a page, removes its insignificant white space and takes out what a plan asks for, in one pass.
///
/// Strict: RFC 8259 and UTF-8, to the last byte. A name that the plan uses may stand only once in its
/// object, as there is no telling which one the sender means; other duplicates pass through as sent, and so
/// do escapes of lone surrogates.
package struct PageScanner: Sendable {
    private let plan: CompiledPlan
    private let maximumDepth: Int

    /// A scanner for pages of one kind; at most `maximumDepth` arrays and objects may stand within each other.
    package init(plan: ScanPlan, maximumDepth: Int = 512) {
        self.plan = CompiledPlan(plan)
        self.maximumDepth = maximumDepth
    }

    /// Scans a page in its own memory: nothing is copied where the caller gives its only reference away.
    package func scan(_ bytes: consuming [UInt8]) throws(JSONError) -> ScannedPage {
        guard bytes.count <= Int(Int32.max) else {
            throw JSONError(
                .tooLarge,
                at: Int(Int32.max),
                "the page has \(bytes.count) bytes; ask for smaller pages"
            )
        }
        let found: PageScan.Findings
        do {
            found = try PageScan.run(over: &bytes, plan: plan, maximumDepth: maximumDepth)
        } catch {
            throw error.described(by: plan)
        }
        bytes.removeLast(bytes.count - found.byteCount)
        return ScannedPage(
            bytes: bytes,
            records: found.records,
            fields: found.fields,
            pageFields: found.pageFields,
            fieldsPerRecord: plan.recordFieldCount
        )
    }
}
