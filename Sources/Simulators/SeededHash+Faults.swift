extension SeededHash {
    /// The seconds by which a fault delays what stands at a place; 0 where it does not strike.
    func delay(_ fault: FaultPlan.Fault, _ place: UInt64, _ salt: UInt64, usual: Int) -> Int {
        guard strikes(fault, place, salt) else { return 0 }
        let most = fault.seconds.map { Int($0) } ?? usual
        return Int(self(place, salt + 1) % UInt64(most + 1))
    }

    /// Whether a fault strikes what stands at a place.
    func strikes(_ fault: FaultPlan.Fault, _ place: UInt64, _ salt: UInt64) -> Bool {
        Double(self(place, salt) >> 11) / Double(1 << 53 as UInt64) < fault.rate
    }
}
