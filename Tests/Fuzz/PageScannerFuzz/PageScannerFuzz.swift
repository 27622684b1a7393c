import JSON

/// The scanner of the fuzz target: fields at two depths, and of the page.
private let scanner = PageScanner(
    plan: ScanPlan(
        records: ["data"],
        recordFields: [["id"], ["o", "id"], ["o"], ["id"]],
        pageFields: [["next"], ["o", "a"]]
    )
)

/// libFuzzer's entry: the scanner agrees with the tree parser, and its slices are whole values.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzPageScanner(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let text = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let tree = Result { () throws(JSONError) in try JSONValue.parse(text, maximumDepth: 512) }
    do {
        check(try scanner.scan(text), against: tree)
    } catch {
        check(error, against: tree, count: count)
    }
    return 0
}

/// A page was accepted: it is valid but for names that the plan does not use, and reads the same.
private func check(_ page: ScannedPage, against tree: Result<JSONValue, JSONError>) {
    switch tree {
    case .failure(let error):
        precondition(error.code == .duplicateName, "\(error)")
    case .success(let tree):
        precondition(read(page.bytes) == tree, "compacting changed the page")
        let records = tree["data"]?.elements ?? []
        precondition(page.records.count == records.count && page.fields.count == records.count * 4)
        for (index, record) in records.enumerated() {
            check(page.records[index], of: page, is: record)
            check(page.field(0, ofRecord: index), of: page, is: record["id"])
            check(page.field(1, ofRecord: index), of: page, is: record["o"]?["id"])
            check(page.field(2, ofRecord: index), of: page, is: record["o"])
            check(page.field(3, ofRecord: index), of: page, is: record["id"])
        }
        check(page.pageFields[0], of: page, is: tree["next"])
        check(page.pageFields[1], of: page, is: tree["o"]?["a"])
    }
}

private func check(_ slice: ByteSlice, of page: ScannedPage, is value: JSONValue?) {
    precondition(slice.isAbsent == (value == nil), "a field was missed or made up")
    guard let value else { return }
    precondition(read(Array(page.bytes[slice.range])) == value, "a slice is not its value")
}

private func read(_ text: [UInt8]) -> JSONValue? {
    try? JSONValue.parse(text, maximumDepth: 512)
}

/// A page was refused: the parser refuses it at the same byte, or it is no page of this plan.
private func check(_ error: JSONError, against tree: Result<JSONValue, JSONError>, count: Int) {
    precondition(error.offset >= 0 && error.offset <= count)
    switch tree {
    case .success:
        precondition(error.code == .noRecords || error.code == .badRecord, "\(error)")
    case .failure(let other):
        let isOfThePlan = [.noRecords, .badRecord, .duplicateName].contains(error.code)
        let isTheSame = error.code == other.code && error.offset == other.offset
        precondition(isTheSame || isOfThePlan || other.code == .duplicateName, "\(error), \(other)")
    }
}
