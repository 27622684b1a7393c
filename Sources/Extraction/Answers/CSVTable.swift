import JSON

/// Cuts a table of comma-separated values (RFC 4180), its first line the names, into arrays of objects.
struct CSVTable: RecordCutter {
    private struct Cell {
        var text: ArraySlice<UInt8>
        var isQuoted: Bool
        /// Whether it is its row's last one.
        var isLast: Bool
    }

    private var body: [UInt8] = []
    /// Of the row at hand, in `body`.
    private var position = 0
    /// How much of the body went before `body`.
    private var base = 0
    /// A row that was not whole is looked at again once so much of it is there.
    private var wanted = 0
    private var isEnded = false
    private var isGiven = false
    private var hasBegun = false
    /// The names as JSON tokens, each with its colon; nil before their line.
    private var names: [[UInt8]]?
    private var document: [UInt8] = []
    private var offset = 0
    private var count = 0

    mutating func take(_ piece: [UInt8]) {
        base += position
        if position == body.count {
            body = piece
        } else {
            body.removeFirst(position)
            body += piece
        }
        position = 0
    }

    mutating func end() { isEnded = true }

    mutating func next(_ limits: RecordChunk.Limits) throws(BodyFormat.Problem) -> RecordChunk? {
        guard isEnded || body.count - position >= max(wanted, 1) else { return nil }
        guard try begin() else { return try wait(limits) }
        while position < body.count {
            let (start, length) = (position, document.count)
            guard try readRow() else {
                position = start
                document.removeLast(document.count - length)
                return try wait(limits)
            }
            let isFull = count >= limits.records || length >= limits.bytes
            wanted = 0
            // A line without a cell is no row.
            guard document.count > length else { continue }
            if isFull {
                let row = Array(document[(length + 1)...])
                document.removeLast(document.count - length)
                let full = chunk(isLast: false)
                document = [UInt8(ascii: "[")] + row
                (offset, count) = (base + start, 1)
                return full
            }
            if count == 0 { offset = base + start }
            count += 1
        }
        guard isEnded, !isGiven else { return nil }
        isGiven = true
        return chunk(isLast: true)
    }

    /// What is there is no whole row.
    private mutating func wait(_ limits: RecordChunk.Limits) throws(BodyFormat.Problem) -> RecordChunk? {
        let size = body.count - position
        guard size <= limits.record else {
            throw problem(at: position, "a row has more than \(limits.record) bytes")
        }
        // Twice as much each time: a long row is not looked at again for every piece of it.
        wanted = size * 2
        return nil
    }

    private mutating func chunk(isLast: Bool) -> RecordChunk {
        if document.isEmpty {
            document.append(UInt8(ascii: "["))
            offset = base + position
        }
        document.append(UInt8(ascii: "]"))
        defer {
            document = []
            count = 0
        }
        return RecordChunk(document: document, count: count, offset: offset, isLast: isLast)
    }

    private func problem(at place: Int, _ message: String) -> BodyFormat.Problem {
        BodyFormat.Problem(offset: base + place, message: message)
    }

    // MARK: Rows

    /// Reads the names; false where they are not there yet.
    ///
    /// An empty body has no names, and is no table.
    private mutating func begin() throws(BodyFormat.Problem) -> Bool {
        if !hasBegun {
            guard body.count >= 3 || isEnded else { return false }
            hasBegun = true
            // Spreadsheets put a mark of the byte order before the first name.
            if body.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        }
        guard names == nil else { return true }
        guard position < body.count else {
            guard isEnded else { return false }
            throw BodyFormat.Problem(offset: 0, message: "the table is empty: not even the names are there")
        }
        let start = position
        var names: [[UInt8]] = []
        var known: Set<ArraySlice<UInt8>> = []
        var isLast = false
        while !isLast {
            let place = position
            guard let cell = try readCell() else {
                position = start
                return false
            }
            isLast = cell.isLast
            guard !cell.text.isEmpty, known.insert(cell.text).inserted else {
                throw problem(
                    at: place,
                    "column \(names.count + 1) of the table has no name, or that of another one"
                )
            }
            var name: [UInt8] = []
            JSONText.appendQuoted(cell.text, to: &name)
            name.append(UInt8(ascii: ":"))
            names.append(name)
        }
        self.names = names
        return true
    }

    /// Appends the next row to the document, nothing for a line without a cell; false where it is not whole yet.
    private mutating func readRow() throws(BodyFormat.Problem) -> Bool {
        let names = names ?? []
        let start = position
        let length = document.count
        document.append(length > 0 ? UInt8(ascii: ",") : UInt8(ascii: "["))
        document.append(UInt8(ascii: "{"))
        var column = 0
        var isLast = false
        while !isLast {
            guard let cell = try readCell() else { return false }
            isLast = cell.isLast
            // A line with nothing in it is none, unless the table has one column only.
            if isLast, column == 0, names.count > 1, !cell.isQuoted, cell.text.isEmpty {
                document.removeLast(document.count - length)
                return true
            }
            guard column < names.count else {
                throw problem(
                    at: start,
                    "a row has more than \(names.count) cells, and there are \(names.count) columns"
                )
            }
            if column > 0 { document.append(UInt8(ascii: ",")) }
            document += names[column]
            if cell.text.isEmpty, !cell.isQuoted {
                document += "null".utf8
            } else {
                JSONText.appendQuoted(cell.text, to: &document)
            }
            column += 1
        }
        guard column == names.count else {
            throw problem(
                at: start,
                "a row has \(column) cells, and there are \(names.count) columns"
            )
        }
        document.append(UInt8(ascii: "}"))
        return true
    }

    // MARK: Cells

    /// The next cell, with the position behind what ends it; nil where its end is not there yet.
    private mutating func readCell() throws(BodyFormat.Problem) -> Cell? {
        guard position < body.count, body[position] == UInt8(ascii: "\"") else { return try readPlainCell() }
        let start = position
        var text: [UInt8]?
        var from = position + 1
        while true {
            guard let quote = body[from...].firstIndex(of: UInt8(ascii: "\"")) else {
                guard isEnded else { return nil }
                throw problem(at: start, "a quoted cell does not end")
            }
            position = quote + 1
            // It may be the first of two.
            guard position < body.count || isEnded else { return nil }
            let isDoubled = position < body.count && body[position] == UInt8(ascii: "\"")
            guard isDoubled else {
                guard text != nil else {
                    let plain = body[(start + 1)..<quote]
                    return try endCell().map { Cell(text: plain, isQuoted: true, isLast: $0) }
                }
                text?.append(contentsOf: body[from..<quote])
                let whole = text ?? []
                return try endCell().map { Cell(text: whole[...], isQuoted: true, isLast: $0) }
            }
            if text == nil { text = [] }
            text?.append(contentsOf: body[from...quote])
            from = position + 1
        }
    }

    private mutating func readPlainCell() throws(BodyFormat.Problem) -> Cell? {
        let start = position
        while position < body.count {
            let byte = body[position]
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") { break }
            if byte == UInt8(ascii: "\r"), isLineEnd ?? true { break }
            position += 1
        }
        let text = body[start..<position]
        return try endCell().map { Cell(text: text, isQuoted: false, isLast: $0) }
    }

    /// Whether a line ends here; nil where only what follows tells.
    private var isLineEnd: Bool? {
        switch body[position] {
        case UInt8(ascii: "\n"): return true
        case UInt8(ascii: "\r"):
            guard position + 1 < body.count else { return isEnded ? true : nil }
            return body[position + 1] == UInt8(ascii: "\n")
        default: return false
        }
    }

    /// Whether the cell that ends here is its row's last one; nil where its end is not there yet.
    private mutating func endCell() throws(BodyFormat.Problem) -> Bool? {
        guard position < body.count else { return isEnded ? true : nil }
        if body[position] == UInt8(ascii: ",") {
            position += 1
            return false
        }
        guard let isLineEnd else { return nil }
        guard isLineEnd else {
            throw problem(at: position, "something follows a quoted cell before the comma")
        }
        position += body[position] == UInt8(ascii: "\r") && position + 1 < body.count ? 2 : 1
        return true
    }
}
