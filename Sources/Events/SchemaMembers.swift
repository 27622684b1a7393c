/// The members that a schema names, found by the bytes of their names.
struct SchemaMembers: Sendable {
    private(set) var names: [[UInt8]] = []
    private(set) var nodes: [Int] = []
    /// The positions of those that must be there.
    private(set) var required: [Int] = []
    private var slots: [Int32] = [-1]
    private var mask = 0

    init() {}

    /// The members with their schemas; none stands twice.
    init(_ members: [(name: [UInt8], node: Int)], required: [Int]) {
        names = members.map(\.name)
        nodes = members.map(\.node)
        self.required = required
        var size = 4
        while size < members.count * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        mask = size - 1
        for (position, name) in names.enumerated() {
            var slot = KeyTable.hash(name, name.indices) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(position)
        }
    }

    /// The position of a name; nil where it is not one of them.
    func position(of range: Range<Int>, in bytes: [UInt8]) -> Int? {
        var slot = KeyTable.hash(bytes, range) & mask
        while slots[slot] >= 0 {
            let position = Int(slots[slot])
            if Self.equal(names[position], bytes, range) { return position }
            // A full table has a free slot, but for the empty one's, which is free itself.
            slot = (slot + 1) & mask
        }
        return nil
    }

    private static func equal(_ name: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard name.count == range.count else { return false }
        for offset in 0..<name.count where name[offset] != bytes[range.lowerBound + offset] { return false }
        return true
    }
}
