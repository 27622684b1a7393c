import JSON

/// Turns a table of comma-separated values into an array of objects.
struct CSVTable {
    private let body: [UInt8]
    private var position: Int
    /// The names as JSON tokens, each with its colon.
    private var names: [[UInt8]] = []
    private var json: [UInt8] = [UInt8(ascii: "[")]

    init(_ body: [UInt8]) {
        self.body = body
        // Spreadsheets put a mark of the byte order before the first name.
        position = body.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        json.reserveCapacity(body.count * 2)
    }

    /// The document; an empty body has no names, and is no table.
    mutating func document() throws(BodyFormat.Problem) -> [UInt8] {
        guard position < body.count else {
            throw BodyFormat.Problem(offset: 0, message: "the table is empty: not even the names are there")
        }
        try readNames()
        while position < body.count { try readRow() }
        json.append(UInt8(ascii: "]"))
        return json
    }

    private mutating func readNames() throws(BodyFormat.Problem) {
        var known: Set<[UInt8]> = []
        var isLast = false
        while !isLast {
            let start = position
            let cell = try readCell()
            isLast = cell.isLast
            guard !cell.text.isEmpty, known.insert(cell.text).inserted else {
                throw BodyFormat.Problem(
                    offset: start,
                    message: "column \(names.count + 1) of the table has no name, or that of another one"
                )
            }
            var name: [UInt8] = []
            JSONText.appendQuoted(cell.text, to: &name)
            name.append(UInt8(ascii: ":"))
            names.append(name)
        }
    }

    private mutating func readRow() throws(BodyFormat.Problem) {
        let start = position
        let length = json.count
        json.append(
            contentsOf: length > 1 ? [UInt8(ascii: ","), UInt8(ascii: "{")] : [UInt8(ascii: "{")]
        )
        var column = 0
        var isLast = false
        while !isLast {
            let cell = try readCell()
            isLast = cell.isLast
            // A line with nothing in it is none, unless the table has one column only.
            if isLast, column == 0, names.count > 1, !cell.isQuoted, cell.text.isEmpty {
                json.removeLast(json.count - length)
                return
            }
            guard column < names.count else {
                throw BodyFormat.Problem(
                    offset: start,
                    message: "a row has more than \(names.count) cells, and there are \(names.count) columns"
                )
            }
            if column > 0 { json.append(UInt8(ascii: ",")) }
            json += names[column]
            if cell.text.isEmpty, !cell.isQuoted {
                json += "null".utf8
            } else {
                JSONText.appendQuoted(cell.text, to: &json)
            }
            column += 1
        }
        guard column == names.count else {
            throw BodyFormat.Problem(
                offset: start,
                message: "a row has \(column) cells, and there are \(names.count) columns"
            )
        }
        json.append(UInt8(ascii: "}"))
    }

    /// The next cell, and whether it is its row's last one; the position is behind what ends it.
    private mutating func readCell() throws(BodyFormat.Problem) -> (
        text: [UInt8], isQuoted: Bool, isLast: Bool
    ) {
        guard position < body.count, body[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < body.count, body[position] != UInt8(ascii: ","), !isLineEnd { position += 1 }
            let text = Array(body[start..<position])
            return (text, false, try endCell())
        }
        let start = position
        var text: [UInt8] = []
        position += 1
        while true {
            guard let quote = body[position...].firstIndex(of: UInt8(ascii: "\"")) else {
                throw BodyFormat.Problem(offset: start, message: "a quoted cell does not end")
            }
            text += body[position..<quote]
            position = quote + 1
            guard position < body.count, body[position] == UInt8(ascii: "\"") else { break }
            text.append(UInt8(ascii: "\""))
            position += 1
        }
        return (text, true, try endCell())
    }

    private var isLineEnd: Bool {
        body[position] == UInt8(ascii: "\n")
            || (body[position] == UInt8(ascii: "\r")
                && (position + 1 == body.count || body[position + 1] == UInt8(ascii: "\n")))
    }

    private mutating func endCell() throws(BodyFormat.Problem) -> Bool {
        guard position < body.count else { return true }
        if body[position] == UInt8(ascii: ",") {
            position += 1
            return false
        }
        guard isLineEnd else {
            throw BodyFormat.Problem(
                offset: position,
                message: "something follows a quoted cell before the comma"
            )
        }
        position += body[position] == UInt8(ascii: "\r") && position + 1 < body.count ? 2 : 1
        return true
    }
}
