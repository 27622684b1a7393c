/// What the control side of a simulator looks at and changes.
protocol ControlledAccount: Sendable {
    var clock: VirtualClock { get }
    var faults: FaultPlan { get }

    /// The names of changes that only this service knows.
    var otherChanges: [String] { get }

    /// What every stream holds now.
    func truths() -> [any StreamTruth]
    /// Makes changes by seed, to objects of some streams or of all; what was done, needed objects included.
    ///
    /// - Throws: if the numbers or streams make no sense here.
    func change(_ wanted: WantedChanges) throws(SimulatorError) -> [SimulatedChange]
    /// Gives an object, or a new one, the members that it is put with; clients are told of it as of a change.
    ///
    /// - Throws: if there is no such object, or it has no such member.
    func put(_ object: PutObject) throws(SimulatorError) -> SimulatedChange
}

extension ControlledAccount {
    var otherChanges: [String] { [] }
}
