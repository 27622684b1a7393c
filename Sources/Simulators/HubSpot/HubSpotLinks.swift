/// Who belongs to whom: as the account began, and as it was changed since.
struct HubSpotLinks: Sendable {
    /// One end of a relation.
    private struct End: Hashable, Sendable {
        var relation: Int
        var index: Int
    }

    private let hash: SeededHash
    private let records: Int
    /// The parents of children that were given another, or none.
    private var moved: [End: Int?] = [:]
    /// The children that parents were given.
    private var adopted: [End: Set<Int>] = [:]

    init(seed: UInt64, records: Int) {
        hash = SeededHash(seed: SeededHash.mix(seed ^ 0x11AC5))
        self.records = records
    }

    /// The parent of a child.
    func parent(_ relation: Int, ofChild child: Int) -> Int? {
        if let parent = moved[End(relation: relation, index: child)] { return parent }
        return born(relation, child)
    }

    /// The children of a parent, oldest first.
    func children(_ relation: Int, ofParent parent: Int) -> [Int] {
        let isCrowd = HubSpotRelation.all[relation].isCrowded && parent & 1023 == Self.crowd
        let size = isCrowd ? 1024 : 8
        let first = min(parent & ~(size - 1), records)
        let own = (first..<min(first + size, records)).filter { child in
            born(relation, child) == parent && moved[End(relation: relation, index: child)] == nil
        }
        guard let adopted = adopted[End(relation: relation, index: parent)] else { return own }
        return (own + adopted).sorted()
    }

    /// Gives a child another parent, or none.
    mutating func move(_ relation: Int, child: Int, to parent: Int?) {
        let end = End(relation: relation, index: child)
        if let old = moved[end] ?? nil { adopted[End(relation: relation, index: old)]?.remove(child) }
        moved[end] = .some(parent)
        if let parent { adopted[End(relation: relation, index: parent), default: []].insert(child) }
    }

    private static let crowd = 3

    /// The parent with which a child began: a near one, so that its children are found without looking at all.
    private func born(_ relation: Int, _ child: Int) -> Int? {
        guard child < records else { return nil }
        let number = hash(UInt64(child), UInt64(relation))
        guard number % 6 != 0 else { return nil }
        // More than are shown at once.
        let isInCrowd = HubSpotRelation.all[relation].isCrowded && number >> 8 & 3 != 0
        let parent = isInCrowd ? child & ~1023 + Self.crowd : child & ~7 + Int(number >> 16 & 7)
        return parent < records ? parent : nil
    }
}
