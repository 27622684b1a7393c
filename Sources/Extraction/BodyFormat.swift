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

    /// The body as one JSON document.
    func document(_ body: consuming [UInt8]) throws(Problem) -> [UInt8] {
        switch self {
        case .json: return body
        case .jsonLines: return Self.joined(body)
        case .csv:
            var table = CSVTable(body)
            return try table.document()
        }
    }

    /// Lines between brackets; whether each is a document is for the scanner to say.
    private static func joined(_ body: [UInt8]) -> [UInt8] {
        var document: [UInt8] = [UInt8(ascii: "[")]
        document.reserveCapacity(body.count + 2)
        for line in body.split(separator: UInt8(ascii: "\n"))
        where line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) {
            if document.count > 1 { document.append(UInt8(ascii: ",")) }
            document += line
        }
        document.append(UInt8(ascii: "]"))
        return document
    }
}
