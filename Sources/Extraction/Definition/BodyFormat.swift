import JSON

/// How the records of an answer are written; what is no JSON document is made one, an array of its records.
package enum BodyFormat: String, CaseIterable, Sendable {
    case json
    /// One JSON document a line.
    case jsonLines = "json_lines"
    /// RFC 4180, its first line the names: every cell is a text, one of nothing at all null.
    case csv

    /// Where a body is not in its format.
    struct Problem: Error {
        var offset: Int
        var message: String
    }

    /// What the request says that it takes; nil for what every request takes.
    var accept: String? {
        switch self {
        case .json: nil
        case .jsonLines: "application/x-ndjson"
        case .csv: "text/csv"
        }
    }

    /// Whether a body is read record by record while it comes; one that means something as a whole only is not.
    var isCut: Bool { self != .json }

    /// What cuts a body into records while it comes; nil for one that means something as a whole only.
    var cutter: (any RecordCutter)? {
        switch self {
        case .json: nil
        case .jsonLines: LineCutter()
        case .csv: CSVTable()
        }
    }

    /// The body as one JSON document.
    func document(_ body: consuming [UInt8]) throws(Problem) -> [UInt8] {
        guard var cutter else { return body }
        cutter.take(body)
        cutter.end()
        guard let chunk = try cutter.next(.none) else {
            preconditionFailure("a body that has ended has a last chunk")
        }
        return chunk.document
    }
}
