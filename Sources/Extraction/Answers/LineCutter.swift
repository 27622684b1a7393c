/// Cuts a body of one JSON document a line; whether each is one is for the scanner to say.
struct LineCutter: RecordCutter {
    private var body: [UInt8] = []
    /// Where the line at hand begins in `body`, and up to where it has no end.
    private var position = 0
    private var searched = 0
    /// How much of the body went before `body`.
    private var base = 0
    private var isEnded = false
    private var isGiven = false
    /// An array of the lines so far: each stands behind the bracket, a comma or a space in its line end's place, so that
    /// a place in it is one in the body.
    private var document: [UInt8] = []
    private var offset = 0
    private var count = 0

    mutating func take(_ piece: [UInt8]) {
        if position == body.count {
            base += body.count
            body = piece
        } else {
            base += position
            body.removeFirst(position)
            body += piece
        }
        searched -= position
        position = 0
    }

    mutating func end() { isEnded = true }

    mutating func next(_ limits: RecordChunk.Limits) throws(BodyFormat.Problem) -> RecordChunk? {
        while let end = lineEnd {
            let line = body[position..<end]
            if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
                // The line at hand is looked at again for the next chunk.
                if count >= limits.records || document.count >= limits.bytes { return chunk(isLast: false) }
                append(line, behind: count > 0 ? "," : " ")
                count += 1
            } else if count > 0, document.count < limits.bytes {
                append(line, behind: " ")
            }
            position = min(end + 1, body.count)
            searched = position
        }
        searched = body.count
        guard body.count - position <= limits.record else {
            throw BodyFormat.Problem(
                offset: base + position,
                message: "a line has more than \(limits.record) bytes"
            )
        }
        guard isEnded, !isGiven else { return nil }
        isGiven = true
        return chunk(isLast: true)
    }

    /// Where the line at hand ends; nil where it does not yet, and behind the last one.
    private var lineEnd: Int? {
        if let end = body[searched...].firstIndex(of: UInt8(ascii: "\n")) { return end }
        return isEnded && position < body.count ? body.count : nil
    }

    private mutating func append(_ line: ArraySlice<UInt8>, behind separator: Unicode.Scalar) {
        if document.isEmpty {
            offset = base + position
            document.append(UInt8(ascii: "["))
        } else {
            document.append(UInt8(ascii: separator))
        }
        document += line
    }

    private mutating func chunk(isLast: Bool) -> RecordChunk {
        if document.isEmpty {
            offset = base + position
            document.append(UInt8(ascii: "["))
        }
        document.append(UInt8(ascii: "]"))
        defer {
            document = []
            count = 0
        }
        return RecordChunk(document: document, count: count, offset: offset, isLast: isLast)
    }
}
