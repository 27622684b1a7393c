/// One scan over one page: follows the plan through the objects that it names and skips the rest.
///
/// This and `PageBytes`, which it reads through, are the product's hot path.
struct PageScan: ~Copyable {
    /// What a scan found; slices are of the compacted page.
    struct Findings {
        var byteCount = 0
        var records: [ByteSlice] = []
        var fields: [ByteSlice] = []
        var pageFields: [ByteSlice] = []
    }

    private var bytes: PageBytes
    private let plan: CompiledPlan
    private let maximumDepth: Int
    private var found = Findings()
    /// Where the current record's fields begin in `found.fields`.
    private var row = 0
    /// For each edge the object that it was last met in: an object that meets it again has the name twice.
    private var lastMet: [Int]
    private var objects = 0
    private var hasRecords = false
    /// What `skipValue(from:depth:)` had to lay aside; empty outside of it.
    private var outer: [UInt64] = []

    private init(over bytes: consuming PageBytes, plan: CompiledPlan, maximumDepth: Int) {
        self.bytes = bytes
        self.plan = plan
        self.maximumDepth = maximumDepth
        lastMet = Array(repeating: 0, count: plan.edges.count)
        found.pageFields = Array(repeating: .absent, count: plan.pageFieldCount)
    }

    /// Scans `page` and moves what is significant to its front.
    static func run(
        over page: inout [UInt8],
        plan: CompiledPlan,
        maximumDepth: Int
    ) throws(ScanFault) -> Findings {
        try PageBytes.withBytes(of: &page) { bytes throws(ScanFault) in
            var scan = PageScan(over: bytes, plan: plan, maximumDepth: maximumDepth)
            try scan.scanPage()
            return scan.found
        }
    }

    // MARK: - The page

    private mutating func scanPage() throws(ScanFault) {
        var index = try bytes.significant(from: 0)
        let start = index
        index = try scanRoot(from: index)
        let slice = ByteSlice(offset: 0, count: index - bytes.removed)
        index = bytes.skipWhiteSpace(from: index)
        guard index == bytes.end else {
            throw ScanFault(kind: .trailing, byte: bytes.byte(at: index), offset: index)
        }
        guard hasRecords else { throw ScanFault(kind: .noRecords, offset: start) }
        for copy in plan.pageCopies { found.pageFields[copy.to] = found.pageFields[copy.from] }
        for field in plan.wholePageFields { found.pageFields[field] = slice }
        found.byteCount = bytes.end - bytes.removed
    }

    private mutating func scanRoot(from index: Int) throws(ScanFault) -> Int {
        guard let path = plan.recordsPath else {
            hasRecords = true
            return try scanRecord(from: index, depth: 1)
        }
        if path.isEmpty { return try scanRecords(from: index, depth: 1) }
        guard bytes.byte(at: index) == UInt8(ascii: "{") else { return try skipValue(from: index, depth: 0) }
        return try scanMembers(from: index, node: plan.pageNode, depth: 1)
    }

    /// The array of records at `index`, itself at `depth`; returns the position after it.
    private mutating func scanRecords(from start: Int, depth: Int) throws(ScanFault) -> Int {
        guard bytes.byte(at: start) == UInt8(ascii: "[") else {
            _ = try skipValue(from: start, depth: depth - 1)
            throw ScanFault(kind: .notRecords, byte: bytes.byte(at: start), offset: start)
        }
        try checkDepth(depth, at: start)
        hasRecords = true
        var index = try bytes.significant(from: start + 1)
        if bytes.byte(at: index) == UInt8(ascii: "]") { return index + 1 }
        while true {
            index = try bytes.significant(from: try scanRecord(from: index, depth: depth + 1))
            if bytes.byte(at: index) == UInt8(ascii: ",") {
                index = try bytes.significant(from: index + 1)
            } else if bytes.byte(at: index) == UInt8(ascii: "]") {
                return index + 1
            } else {
                throw ScanFault(kind: .noArrayEnd, byte: bytes.byte(at: index), offset: index)
            }
        }
    }

    private mutating func scanRecord(from start: Int, depth: Int) throws(ScanFault) -> Int {
        guard bytes.byte(at: start) == UInt8(ascii: "{") else {
            _ = try skipValue(from: start, depth: depth - 1)
            throw ScanFault(kind: .badRecord, byte: bytes.byte(at: start), offset: start)
        }
        row = found.fields.count
        for _ in 0..<plan.recordFieldCount { found.fields.append(.absent) }
        let offset = start - bytes.removed
        let index =
            plan.recordNode < 0
            ? try skipValue(from: start, depth: depth - 1)
            : try scanMembers(from: start, node: plan.recordNode, depth: depth)
        let slice = ByteSlice(offset: offset, count: index - bytes.removed - offset)
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
        var index = try bytes.significant(from: start + 1)
        if bytes.byte(at: index) == UInt8(ascii: "}") { return index + 1 }
        while true {
            let nameStart = index
            bytes.hasEscape = false
            index = try bytes.nameEnd(from: index)
            let edge = edge(ofNameFrom: nameStart, to: index, node: node)
            index = try bytes.valueStart(from: index)
            if edge < 0 {
                index = try skipValue(from: index, depth: depth)
            } else {
                guard lastMet[edge] != object else {
                    throw ScanFault(kind: .duplicate, offset: nameStart, detail: edge)
                }
                lastMet[edge] = object
                index = try scanPlanned(from: index, edge: plan.edges[edge], depth: depth)
            }
            index = try bytes.significant(from: index)
            if bytes.byte(at: index) == UInt8(ascii: ",") {
                index = try bytes.significant(from: index + 1)
            } else if bytes.byte(at: index) == UInt8(ascii: "}") {
                return index + 1
            } else {
                throw ScanFault(kind: .noObjectEnd, byte: bytes.byte(at: index), offset: index)
            }
        }
    }

    /// The value of a planned name in an object at `depth`.
    private mutating func scanPlanned(
        from start: Int,
        edge: CompiledPlan.Edge,
        depth: Int
    ) throws(ScanFault) -> Int {
        let offset = start - bytes.removed
        let index: Int
        if edge.isRecords {
            index = try scanRecords(from: start, depth: depth + 1)
        } else if edge.below >= 0, bytes.byte(at: start) == UInt8(ascii: "{") {
            index = try scanMembers(from: start, node: edge.below, depth: depth + 1)
        } else {
            index = try skipValue(from: start, depth: depth)
        }
        guard edge.field >= 0 else { return index }
        let slice = ByteSlice(offset: offset, count: index - bytes.removed - offset)
        if edge.isOfPage {
            found.pageFields[edge.field] = slice
        } else {
            found.fields[row + edge.field] = slice
        }
        return index
    }

    /// The planned name that stands from `start` to `stop` with its quotes; -1 where it is none of `node`.
    ///
    /// Mutating although it changes nothing: lent out for reading, the whole scan would be copied at every name.
    @inline(__always)
    private mutating func edge(ofNameFrom start: Int, to stop: Int, node: CompiledPlan.Node) -> Int {
        if bytes.hasEscape { return edge(ofEscapedNameFrom: start, to: stop, node: node) }
        let count = stop - start - 2
        guard node.lengths & CompiledPlan.lengthBit(count) != 0 else { return -1 }
        for edge in node.edges {
            let name = plan.edges[edge].name
            guard name.count == count else { continue }
            var position = 0
            while position < count,
                bytes.byte(at: start + 1 + position) == plan.names[name.lowerBound + position]
            {
                position += 1
            }
            if position == count { return edge }
        }
        return -1
    }

    /// The same for a name with escapes: the decoded names are compared.
    @inline(never)
    private mutating func edge(ofEscapedNameFrom start: Int, to stop: Int, node: CompiledPlan.Node) -> Int {
        let token = (start..<stop).map { bytes.byte(at: $0) }
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
            switch bytes.byte(at: index) {
            case UInt8(ascii: "\""):
                index = try bytes.stringEnd(from: index)
            case UInt8(ascii: "{"):
                try checkDepth(depth + open + 1, at: index)
                index = try bytes.significant(from: index + 1)
                if bytes.byte(at: index) != UInt8(ascii: "}") {
                    push(1, onto: &kinds, open: &open)
                    index = try bytes.valueStart(from: try bytes.nameEnd(from: index))
                    continue
                }
                index += 1
            case UInt8(ascii: "["):
                try checkDepth(depth + open + 1, at: index)
                index = try bytes.significant(from: index + 1)
                if bytes.byte(at: index) != UInt8(ascii: "]") {
                    push(0, onto: &kinds, open: &open)
                    continue
                }
                index += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                index = try bytes.numberEnd(from: index)
            case let byte:
                index = try bytes.wordEnd(from: index, first: byte)
            }
            // A value has ended: so may some of what holds it.
            while true {
                if open == 0 { return index }
                index = try bytes.significant(from: index)
                let byte = bytes.byte(at: index)
                if byte == UInt8(ascii: ",") {
                    index = try bytes.significant(from: index + 1)
                    if kinds & 1 != 0 { index = try bytes.valueStart(from: try bytes.nameEnd(from: index)) }
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
}
