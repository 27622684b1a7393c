package import JSON

/// Compares the records of a stream with its schema while they are read: new fields, other types, fields that vanished.
///
/// Pure, and bounded: so many ways in which they differ are known, and each is told once. Of a page the first records are
/// looked at and of the others each `step`th, unless it looks at all of them.
package struct DriftDetector: Sendable {
    /// So many records of a page are looked at before others are passed over.
    package static let firstRecords = 16
    /// Behind them, one of so many is.
    package static let step = 4
    /// So many records must have had a field before it is steady, and lack it before it is gone.
    package static let steadyRecords = 20
    /// A path has at most so many characters; a longer one is cut.
    private static let longestPath = 160
    /// So many of the record's own fields are known as steady (I7).
    private static let maximumSteady = 500

    /// What a run says of the fields that were there.
    package struct Ending: Hashable, Sendable {
        /// What is in no record any more.
        package var gone: [SchemaDrift] = []
        /// The record's own fields that were in every record up to now; nil where too few were looked at.
        package var steady: [String]?
        /// Paths of what was gone before and is there again.
        package var returned: [String] = []

        /// An ending.
        package init(gone: [SchemaDrift] = [], steady: [String]? = nil, returned: [String] = []) {
            self.gone = gone
            self.steady = steady
            self.returned = returned
        }
    }

    private let table: DriftTable
    private let looksAtAll: Bool
    private var walk: DriftWalk
    private var turn = 0

    /// A detector for one run of a stream.
    package init(_ schema: RecordSchema, looksAtAll: Bool = false) {
        table = DriftTable(schema)
        walk = DriftWalk(table)
        self.looksAtAll = looksAtAll
    }

    /// How many records were looked at.
    package var records: Int { walk.records }

    /// Looks at a page's records, and gives what none before had.
    package mutating func look(at page: ScannedPage) -> [SchemaDrift] {
        look(at: page.records, of: page.bytes)
    }

    /// Looks at records within a page's bytes, and gives what none before had.
    package mutating func look(at records: [ByteSlice], of bytes: [UInt8]) -> [SchemaDrift] {
        guard !looksAtAll, records.count > Self.firstRecords else {
            return walk.look(records[...], of: bytes, step: 1)
        }
        let drift = walk.look(records[..<Self.firstRecords], of: bytes, step: 1)
        // Another one each time: what stands at the same place of every page must not stay unseen.
        turn = (turn + 1) % Self.step
        return drift
            + walk.look(records[min(Self.firstRecords + turn, records.count)...], of: bytes, step: Self.step)
    }

    /// What the run says when all of it was read; `steady` are the fields that every record had in the runs before, nil
    /// where nobody knows, and `gone` the paths of what had vanished.
    package func end(steady: [String]?, gone: [String]) -> Ending {
        var ending = Ending(steady: steady)
        guard records > 0 else { return ending }
        let required = table.requiredPaths
        var places: [String: Int] = [:]
        for (member, steps) in required {
            let path = Self.path(steps)
            places[path] = member
            let owner = table.nodes.firstIndex { $0.members.contains(Int32(member)) } ?? 0
            guard walk.visited[owner], walk.counts[member] == 0 else { continue }
            ending.gone.append(SchemaDrift(path: path, kind: .gone))
        }
        let before = Set(steady ?? [])
        var always: [String] = []
        for member in table.nodes[0].members.map({ Int($0) }) {
            let name = table.name(of: member)
            let path = Self.path([.member(name)])
            places[path] = member
            let count = walk.counts[member]
            if count >= records, steady == nil || before.contains(name) { always.append(name) }
            guard count == 0, before.contains(name), required[member] == nil else { continue }
            if records >= Self.steadyRecords {
                ending.gone.append(SchemaDrift(path: path, kind: .gone))
            } else {
                // Of a few records that lack it nothing is said yet.
                always.append(name)
            }
        }
        if steady != nil || records >= Self.steadyRecords {
            ending.steady = Array(always.sorted().prefix(Self.maximumSteady))
        }
        ending.gone.sort { $0.path < $1.path }
        ending.returned = gone.filter { places[$0].map { walk.counts[$0] > 0 } ?? false }
        return ending
    }

    private static func path(_ steps: [SchemaMisfit.Step]) -> String { shortened(SchemaMisfit.field(steps)) }

    static func shortened(_ path: String) -> String {
        path.count > longestPath ? path.prefix(longestPath) + "…" : path
    }
}
