/// One scan over one page: the product's hot path, and the only file of the module that computes
/// addresses.
///
/// Positions are of the page as it came. White space is not moved away where it is met: `runStart` is where
/// the bytes not yet moved begin and `removed` how many were dropped before them, so that a byte at `i` ends
/// up at `i - removed`. Nothing moves while no white space was met, and what moves goes towards the front,
/// never past `runStart`: bytes still to be read are as they came.
///
/// Safety: `base` is valid for `end` bytes during `run`, and the type does not leave it. Every load is
/// preceded by a comparison of its position with `end` in the same function or, for `word(at:)` and
/// `byte(at:)`, in the caller as their comments demand.
@safe
struct PageScan: ~Copyable {
    /// What a scan found; slices are of the compacted page.
    struct Findings {
        var byteCount = 0
        var records: [ByteSlice] = []
        var fields: [ByteSlice] = []
        var pageFields: [ByteSlice] = []
    }

    private let base: UnsafeMutablePointer<UInt8>
    private let end: Int
    private let plan: CompiledPlan
    private let maximumDepth: Int
    private var found = Findings()
    private var removed = 0
    private var runStart = 0
    /// Whether the last string had a backslash; set by `stringEnd(from:)`, cleared by who wants to know.
    private var hasEscape = false
    /// Where the current record's fields begin in `found.fields`.
    private var row = 0
    /// For each edge the object that it was last met in: an object that meets it again has the name twice.
    private var lastMet: [Int]
    private var objects = 0
    private var hasRecords = false
    /// What `skipValue(from:depth:)` had to lay aside; empty outside of it.
    private var outer: [UInt64] = []

    private init(base: UnsafeMutablePointer<UInt8>, end: Int, plan: CompiledPlan, maximumDepth: Int) {
        unsafe self.base = base
        self.end = end
        self.plan = plan
        self.maximumDepth = maximumDepth
        lastMet = Array(repeating: 0, count: plan.edges.count)
        found.pageFields = Array(repeating: .absent, count: plan.pageFieldCount)
    }

    /// Scans `bytes` and moves what is significant to their front.
    static func run(
        over bytes: inout [UInt8],
        plan: CompiledPlan,
        maximumDepth: Int
    ) throws(ScanFault) -> Findings {
        try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(ScanFault) in
            guard let base = buffer.baseAddress else { throw ScanFault(kind: .cut, offset: 0) }
            var scan = unsafe PageScan(base: base, end: buffer.count, plan: plan, maximumDepth: maximumDepth)
            try scan.scanPage()
            return scan.found
        }
    }

    // MARK: - The page

    private mutating func scanPage() throws(ScanFault) {
        var index = try significant(from: 0)
        let start = index
        index = try scanRoot(from: index)
        let slice = ByteSlice(offset: 0, count: index - removed)
        index = skipWhiteSpace(from: index)
        guard index == end else { throw ScanFault(kind: .trailing, byte: byte(at: index), offset: index) }
        guard hasRecords else { throw ScanFault(kind: .noRecords, offset: start) }
        for copy in plan.pageCopies { found.pageFields[copy.to] = found.pageFields[copy.from] }
        for field in plan.wholePageFields { found.pageFields[field] = slice }
        found.byteCount = end - removed
    }

    private mutating func scanRoot(from index: Int) throws(ScanFault) -> Int {
        if plan.recordsPath.isEmpty { return try scanRecords(from: index, depth: 1) }
        guard byte(at: index) == UInt8(ascii: "{") else { return try skipValue(from: index, depth: 0) }
        return try scanMembers(from: index, node: plan.pageNode, depth: 1)
    }

    /// The array of records at `index`, itself at `depth`; returns the position after it.
    private mutating func scanRecords(from start: Int, depth: Int) throws(ScanFault) -> Int {
        guard byte(at: start) == UInt8(ascii: "[") else {
            _ = try skipValue(from: start, depth: depth - 1)
            throw ScanFault(kind: .notRecords, byte: byte(at: start), offset: start)
        }
        try checkDepth(depth, at: start)
        hasRecords = true
        var index = try significant(from: start + 1)
        if byte(at: index) == UInt8(ascii: "]") { return index + 1 }
        while true {
            index = try significant(from: try scanRecord(from: index, depth: depth + 1))
            if byte(at: index) == UInt8(ascii: ",") {
                index = try significant(from: index + 1)
            } else if byte(at: index) == UInt8(ascii: "]") {
                return index + 1
            } else {
                throw ScanFault(kind: .noArrayEnd, byte: byte(at: index), offset: index)
            }
        }
    }

    private mutating func scanRecord(from start: Int, depth: Int) throws(ScanFault) -> Int {
        guard byte(at: start) == UInt8(ascii: "{") else {
            _ = try skipValue(from: start, depth: depth - 1)
            throw ScanFault(kind: .badRecord, byte: byte(at: start), offset: start)
        }
        row = found.fields.count
        for _ in 0..<plan.recordFieldCount { found.fields.append(.absent) }
        let offset = start - removed
        let index =
            plan.recordNode < 0
            ? try skipValue(from: start, depth: depth - 1)
            : try scanMembers(from: start, node: plan.recordNode, depth: depth)
        let slice = ByteSlice(offset: offset, count: index - removed - offset)
        for copy in plan.recordCopies { found.fields[row + copy.to] = found.fields[row + copy.from] }
        for field in plan.wholeRecordFields { found.fields[row + field] = slice }
        found.records.append(slice)
        return index
    }

    // MARK: - Objects that the plan goes into

    /// The object at `index`, whose planned names are `node`'s; calls itself as deep as the plan's paths are long.
    private mutating func scanMembers(from start: Int, node: Int, depth: Int) throws(ScanFault) -> Int {
        try checkDepth(depth, at: start)
        objects += 1
        let object = objects
        let node = plan.nodes[node]
        var index = try significant(from: start + 1)
        if byte(at: index) == UInt8(ascii: "}") { return index + 1 }
        while true {
            let nameStart = index
            hasEscape = false
            index = try nameEnd(from: index)
            let edge = edge(ofNameFrom: nameStart, to: index, node: node)
            index = try valueStart(from: index)
            if edge < 0 {
                index = try skipValue(from: index, depth: depth)
            } else {
                guard lastMet[edge] != object else {
                    throw ScanFault(kind: .duplicate, offset: nameStart, detail: edge)
                }
                lastMet[edge] = object
                index = try scanPlanned(from: index, edge: plan.edges[edge], depth: depth)
            }
            index = try significant(from: index)
            if byte(at: index) == UInt8(ascii: ",") {
                index = try significant(from: index + 1)
            } else if byte(at: index) == UInt8(ascii: "}") {
                return index + 1
            } else {
                throw ScanFault(kind: .noObjectEnd, byte: byte(at: index), offset: index)
            }
        }
    }

    /// The value of a planned name in an object at `depth`.
    private mutating func scanPlanned(
        from start: Int,
        edge: CompiledPlan.Edge,
        depth: Int
    ) throws(ScanFault) -> Int {
        let offset = start - removed
        let index: Int
        if edge.isRecords {
            index = try scanRecords(from: start, depth: depth + 1)
        } else if edge.below >= 0, byte(at: start) == UInt8(ascii: "{") {
            index = try scanMembers(from: start, node: edge.below, depth: depth + 1)
        } else {
            index = try skipValue(from: start, depth: depth)
        }
        guard edge.field >= 0 else { return index }
        let slice = ByteSlice(offset: offset, count: index - removed - offset)
        if edge.isOfPage {
            found.pageFields[edge.field] = slice
        } else {
            found.fields[row + edge.field] = slice
        }
        return index
    }

    /// The planned name that stands from `start` to `stop` with its quotes; -1 where it is none of `node`.
    @inline(__always)
    private func edge(ofNameFrom start: Int, to stop: Int, node: CompiledPlan.Node) -> Int {
        if hasEscape { return edge(ofEscapedNameFrom: start, to: stop, node: node) }
        let count = stop - start - 2
        guard node.lengths & CompiledPlan.lengthBit(count) != 0 else { return -1 }
        for edge in node.edges {
            let name = plan.edges[edge].name
            guard name.count == count else { continue }
            var position = 0
            while position < count, byte(at: start + 1 + position) == plan.names[name.lowerBound + position] {
                position += 1
            }
            if position == count { return edge }
        }
        return -1
    }

    /// The same for a name with escapes: the decoded names are compared.
    @inline(never)
    private func edge(ofEscapedNameFrom start: Int, to stop: Int, node: CompiledPlan.Node) -> Int {
        let token = (start..<stop).map { byte(at: $0) }
        var name: [UInt8] = []
        JSONText.decodeString(token[...], into: &name)
        return node.edges.first { plan.names[plan.edges[$0].name].elementsEqual(name) } ?? -1
    }

    // MARK: - Values of no interest

    /// The position after the value at `index`, which is checked in full; what holds it is at `depth`.
    ///
    /// No recursion: of the arrays and objects that are open there is one bit each, the innermost lowest,
    /// set for objects. `outer` takes the bits of 64 levels whenever a word is full.
    private mutating func skipValue(from start: Int, depth: Int) throws(ScanFault) -> Int {
        var index = start
        var open = 0
        var kinds: UInt64 = 0
        while true {
            switch byte(at: index) {
            case UInt8(ascii: "\""):
                index = try stringEnd(from: index)
            case UInt8(ascii: "{"):
                try checkDepth(depth + open + 1, at: index)
                index = try significant(from: index + 1)
                if byte(at: index) != UInt8(ascii: "}") {
                    push(1, onto: &kinds, open: &open)
                    index = try valueStart(from: try nameEnd(from: index))
                    continue
                }
                index += 1
            case UInt8(ascii: "["):
                try checkDepth(depth + open + 1, at: index)
                index = try significant(from: index + 1)
                if byte(at: index) != UInt8(ascii: "]") {
                    push(0, onto: &kinds, open: &open)
                    continue
                }
                index += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                index = try numberEnd(from: index)
            case let byte:
                index = try wordEnd(from: index, first: byte)
            }
            // A value has ended: so may some of what holds it.
            while true {
                if open == 0 { return index }
                index = try significant(from: index)
                let byte = byte(at: index)
                if byte == UInt8(ascii: ",") {
                    index = try significant(from: index + 1)
                    if kinds & 1 != 0 { index = try valueStart(from: try nameEnd(from: index)) }
                    break
                }
                guard byte == (kinds & 1 != 0 ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw ScanFault(
                        kind: kinds & 1 != 0 ? .noObjectEnd : .noArrayEnd,
                        byte: byte,
                        offset: index
                    )
                }
                index += 1
                open -= 1
                kinds >>= 1
                if open & 63 == 0, open > 0 { kinds = outer.removeLast() }
            }
        }
    }

    @inline(__always)
    private mutating func push(_ kind: UInt64, onto kinds: inout UInt64, open: inout Int) {
        if open & 63 == 0, open > 0 {
            outer.append(kinds)
            kinds = 0
        }
        kinds = kinds << 1 | kind
        open += 1
    }

    @inline(__always)
    private func checkDepth(_ depth: Int, at index: Int) throws(ScanFault) {
        guard depth <= maximumDepth else {
            throw ScanFault(kind: .tooDeep, offset: index, detail: maximumDepth)
        }
    }

    // MARK: - Tokens

    /// The position after the name at `index`.
    @inline(__always)
    private mutating func nameEnd(from index: Int) throws(ScanFault) -> Int {
        guard byte(at: index) == UInt8(ascii: "\"") else {
            throw ScanFault(kind: .noName, byte: byte(at: index), offset: index)
        }
        return try stringEnd(from: index)
    }

    /// The position of the value after a name that ends at `index`.
    @inline(__always)
    private mutating func valueStart(from index: Int) throws(ScanFault) -> Int {
        let colon = try significant(from: index)
        guard byte(at: colon) == UInt8(ascii: ":") else {
            throw ScanFault(kind: .noColon, byte: byte(at: colon), offset: colon)
        }
        return try significant(from: colon + 1)
    }

    /// The position after the string whose opening quote is at `start`: eight bytes at a time as long as all
    /// of them are plain, which is what most bytes of most pages are.
    @inline(__always)
    private mutating func stringEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start + 1
        while true {
            if index <= end - 8 {
                let special = Self.special(in: word(at: index))
                if special == 0 {
                    index += 8
                    continue
                }
                index += special.trailingZeroBitCount >> 3
            } else {
                index = try plainEnd(from: index)
            }
            if byte(at: index) == UInt8(ascii: "\"") { return index + 1 }
            index = try specialEnd(from: index)
        }
    }

    /// The high bit of the first byte that is a quote, a backslash, a control character or not ASCII, if any;
    /// bits above it may be set wrongly, as a subtraction borrows from the bytes above.
    @inline(__always)
    private static func special(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = (word ^ (ones &* 0x22)) &- ones
        let backslashes = (word ^ (ones &* 0x5C)) &- ones
        let controls = word &- (ones &* 0x20)
        return (quotes | backslashes | controls | word) & (ones &* 0x80)
    }

    /// The position of the next byte that is not plain, near the page's end.
    @inline(never)
    private func plainEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        while index < end {
            let byte = byte(at: index)
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return index
            }
            index += 1
        }
        throw ScanFault(kind: .cut, offset: end)
    }

    /// The position after the escape or after the characters beyond ASCII at `index`.
    @inline(never)
    private mutating func specialEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        let first = byte(at: index)
        if first == UInt8(ascii: "\\") {
            hasEscape = true
            return try escapeEnd(from: index)
        }
        guard first >= 0x80 else { throw ScanFault(kind: .control, byte: first, offset: index) }
        while index < end, byte(at: index) >= 0x80 {
            let position = index
            let count = UTF8Sequence.count(first: byte(at: index), available: end - index) {
                byte(at: position + $0)
            }
            guard count >= 0 else { throw ScanFault(kind: .cut, offset: end) }
            guard count > 0 else { throw ScanFault(kind: .badUTF8, offset: index) }
            index += count
        }
        return index
    }

    private func escapeEnd(from start: Int) throws(ScanFault) -> Int {
        let index = start + 1
        guard index < end else { throw ScanFault(kind: .cut, offset: end) }
        switch byte(at: index) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 1
        case UInt8(ascii: "u"):
            for digit in (index + 1)..<(index + 5) {
                guard digit < end else { throw ScanFault(kind: .cut, offset: end) }
                guard JSONText.hexValue(byte(at: digit)) != nil else {
                    throw ScanFault(kind: .badHexadecimal, offset: digit)
                }
            }
            return index + 5
        case let byte:
            throw ScanFault(kind: .badEscape, byte: byte, offset: index)
        }
    }

    /// The position after the number at `start`, which begins with a minus or a digit.
    @inline(__always)
    private func numberEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        if byte(at: index) == UInt8(ascii: "-") { index += 1 }
        if index < end, byte(at: index) == UInt8(ascii: "0") {
            index += 1
            guard index == end || !Self.isDigit(byte(at: index)) else {
                throw ScanFault(kind: .leadingZero, offset: index)
            }
        } else {
            index = try digitsEnd(from: index)
        }
        guard index < end else { return index }
        if byte(at: index) == UInt8(ascii: ".") {
            index = try digitsEnd(from: index + 1)
            guard index < end else { return index }
        }
        guard byte(at: index) | 0x20 == UInt8(ascii: "e") else { return index }
        index += 1
        if index < end, byte(at: index) == UInt8(ascii: "+") || byte(at: index) == UInt8(ascii: "-") {
            index += 1
        }
        return try digitsEnd(from: index)
    }

    @inline(__always)
    private func digitsEnd(from start: Int) throws(ScanFault) -> Int {
        var index = start
        while index < end, Self.isDigit(byte(at: index)) { index += 1 }
        guard index > start else {
            guard index < end else { throw ScanFault(kind: .cut, offset: end) }
            throw ScanFault(kind: .noDigit, byte: byte(at: index), offset: index)
        }
        return index
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The position after `true`, `false` or `null`.
    @inline(__always)
    private func wordEnd(from start: Int, first: UInt8) throws(ScanFault) -> Int {
        switch first {
        case UInt8(ascii: "t"): try wordEnd(from: start, "true")
        case UInt8(ascii: "f"): try wordEnd(from: start, "false")
        case UInt8(ascii: "n"): try wordEnd(from: start, "null")
        default: throw ScanFault(kind: .noValue, byte: first, offset: start)
        }
    }

    @inline(__always)
    private func wordEnd(from start: Int, _ word: StaticString) throws(ScanFault) -> Int {
        for position in 1..<word.utf8CodeUnitCount {
            guard start + position < end else { throw ScanFault(kind: .cut, offset: end) }
            guard unsafe byte(at: start + position) == word.utf8Start[position] else {
                throw ScanFault(kind: .badWord, byte: byte(at: start + position), offset: start + position)
            }
        }
        return start + word.utf8CodeUnitCount
    }

    // MARK: - White space

    /// The position of the first byte from `index` on that is not white space; a page without one is cut.
    @inline(__always)
    private mutating func significant(from index: Int) throws(ScanFault) -> Int {
        guard index < end else { throw ScanFault(kind: .cut, offset: end) }
        guard byte(at: index) <= 0x20 else { return index }
        let next = skipWhiteSpace(from: index)
        guard next < end else { throw ScanFault(kind: .cut, offset: end) }
        return next
    }

    /// Moves the run that ends at `start`, drops the white space there; returns the position after it.
    @inline(never)
    private mutating func skipWhiteSpace(from start: Int) -> Int {
        if removed > 0 { moveRun(upTo: start) }
        var index = start
        while index <= end - 8, word(at: index) == 0x2020_2020_2020_2020 { index += 8 }
        while index < end, Self.isWhiteSpace(byte(at: index)) { index += 1 }
        removed += index - start
        runStart = index
        return index
    }

    /// Moves the bytes from `runStart` to `stop` to where they belong.
    ///
    /// A short run goes in pieces of 16 bytes, the last of which may take bytes from behind the run along:
    /// they land before `stop` as long as 16 bytes were removed, where nothing is read any more.
    @inline(__always)
    private func moveRun(upTo stop: Int) {
        let count = stop - runStart
        let source = unsafe UnsafeMutableRawPointer(base + runStart)
        let target = unsafe source - removed
        guard removed >= 16, count <= 64, stop <= end - 16 else {
            unsafe target.copyMemory(from: source, byteCount: count)
            return
        }
        var position = 0
        while position < count {
            let piece = unsafe (source + position).loadUnaligned(as: SIMD16<UInt8>.self)
            unsafe (target + position).storeBytes(of: piece, as: SIMD16<UInt8>.self)
            position += 16
        }
    }

    @inline(__always)
    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    // MARK: - Memory

    /// The byte at `index`, which the caller knows to be below `end`.
    @inline(__always)
    private func byte(at index: Int) -> UInt8 {
        assert(index >= 0 && index < end)
        return unsafe base[index]
    }

    /// The eight bytes from `index` on, the first one lowest; the caller knows `index + 8` to be at most `end`.
    @inline(__always)
    private func word(at index: Int) -> UInt64 {
        assert(index >= 0 && index <= end - 8)
        return unsafe UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }
}
