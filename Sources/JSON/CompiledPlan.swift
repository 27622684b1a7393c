/// A `ScanPlan` as two flat tables, so that the scanner follows a path by comparing raw bytes.
struct CompiledPlan: Sendable {
    /// The planned names of one object.
    struct Node {
        var edges: Range<Int>
        /// Bit n is set where a name of n bytes is planned (63: of 63 or more): most names end here.
        var lengths: UInt64
    }

    /// A planned name.
    struct Edge {
        /// The name's UTF-8, in `names`.
        var name: Range<Int>
        /// The field that its value is, or -1.
        var field: Int
        /// The node of the names below it, or -1.
        var below: Int
        /// Whether its value is the array of records.
        var isRecords: Bool
        /// Whether `field` is one of the page's rather than of a record's.
        var isOfPage: Bool
    }

    /// A field with the path of an earlier one.
    struct Copy {
        var from: Int
        var to: Int
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []
    private(set) var names: [UInt8] = []
    private(set) var pageNode = -1
    /// -1 where no path goes into a record.
    private(set) var recordNode = -1
    let recordFieldCount: Int
    let pageFieldCount: Int
    let recordCopies: [Copy]
    let pageCopies: [Copy]
    let wholeRecordFields: [Int]
    let wholePageFields: [Int]
    /// The names that lead to the array of records; nil where the page is one record.
    let recordsPath: [String]?

    init(_ plan: ScanPlan) {
        recordsPath = if case .list(let path) = plan.records { path } else { nil }
        recordFieldCount = plan.recordFields.count
        pageFieldCount = plan.pageFields.count
        var record = Tree(name: [])
        var page = Tree(name: [])
        (recordCopies, wholeRecordFields) = record.insert(plan.recordFields)
        (pageCopies, wholePageFields) = page.insert(plan.pageFields)
        if let recordsPath { page.insert(recordsPath[...]) { $0.isRecords = true } }
        pageNode = append(page, isOfPage: true)
        recordNode = append(record, isOfPage: false)
    }

    /// The tables' rows for the names below `tree`; -1 where there are none.
    private mutating func append(_ tree: Tree, isOfPage: Bool) -> Int {
        guard !tree.children.isEmpty else { return -1 }
        let first = edges.count
        var lengths: UInt64 = 0
        for child in tree.children {
            lengths |= Self.lengthBit(child.name.count)
            edges.append(
                Edge(
                    name: names.count..<names.count + child.name.count,
                    field: child.field ?? -1,
                    below: -1,
                    isRecords: child.isRecords,
                    isOfPage: isOfPage
                )
            )
            names.append(contentsOf: child.name)
        }
        nodes.append(Node(edges: first..<edges.count, lengths: lengths))
        let node = nodes.count - 1
        for (position, child) in tree.children.enumerated() {
            edges[first + position].below = append(child, isOfPage: isOfPage)
        }
        return node
    }

    /// The bit of `Node.lengths` for a name of `count` bytes.
    @inline(__always)
    static func lengthBit(_ count: Int) -> UInt64 { 1 << UInt64(truncatingIfNeeded: min(count, 63)) }
}

/// The plan's paths, merged where they begin alike.
private struct Tree {
    let name: [UInt8]
    var field: Int?
    var isRecords = false
    var children: [Tree] = []

    init(name: [UInt8]) {
        self.name = name
    }

    /// Inserts the paths of fields; returns the fields whose path was there already, and those with none.
    mutating func insert(_ paths: [[String]]) -> (copies: [CompiledPlan.Copy], whole: [Int]) {
        var copies: [CompiledPlan.Copy] = []
        for (field, path) in paths.enumerated() where !path.isEmpty {
            insert(path[...]) { leaf in
                if let earlier = leaf.field {
                    copies.append(CompiledPlan.Copy(from: earlier, to: field))
                } else {
                    leaf.field = field
                }
            }
        }
        return (copies, paths.indices.filter { paths[$0].isEmpty })
    }

    mutating func insert(_ path: ArraySlice<String>, atEnd: (inout Tree) -> Void) {
        guard let first = path.first else { return atEnd(&self) }
        let name = Array(first.utf8)
        let position = children.firstIndex { $0.name == name } ?? children.count
        if position == children.count { children.append(Tree(name: name)) }
        children[position].insert(path.dropFirst(), atEnd: atEnd)
    }
}
