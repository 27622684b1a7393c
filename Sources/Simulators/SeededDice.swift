/// The choices of one change: they follow from the seed and its number.
struct SeededDice {
    let hash: SeededHash
    let change: UInt64
    private var rolls: UInt64 = 0

    init(hash: SeededHash, change: UInt64) {
        self.hash = hash
        self.change = change
    }

    /// A number below `bound`.
    mutating func callAsFunction(_ bound: Int) -> Int {
        rolls += 1
        return Int(hash(change, 200 + rolls) % UInt64(bound))
    }

    /// Whether a fault strikes this change.
    mutating func strikes(_ fault: FaultPlan.Fault) -> Bool {
        rolls += 1
        return hash.strikes(fault, change, 200 + rolls)
    }
}
