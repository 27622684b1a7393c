import Core

/// What to simulate, whatever the service.
package struct SimulatorConfiguration: Sendable {
    /// The port on 127.0.0.1; 0 lets the system choose.
    package var port: UInt16
    /// The same seed gives the same bytes.
    package var seed: UInt64
    /// The number of objects in each collection.
    package var records: Int
    /// What goes wrong from the start, by name; each simulator has its own.
    package var faults: [String: FaultPlan.Fault]
    /// How many virtual seconds pass in one; with 0 the clock moves only when it is told to.
    package var clockSpeed: Double
    /// How many changes come by themselves in a virtual minute.
    package var changesPerMinute: Int
    /// Where to write the file with which `sluice sync --config` reads the account, once the port is known.
    package var configOut: String?
    /// The seed of people whom accounts of several services know; without it an account has people of its own.
    package var people: UInt64?
    /// Whether answers are compressed for those who accept it.
    package var compresses: Bool

    package init(
        port: UInt16 = 0,
        seed: UInt64 = 1,
        records: Int = 1000,
        faults: [String: FaultPlan.Fault] = [:],
        clockSpeed: Double = 1,
        changesPerMinute: Int = 0,
        configOut: String? = nil,
        people: UInt64? = nil,
        compresses: Bool = true
    ) {
        self.port = port
        self.seed = seed
        self.records = records
        self.faults = faults
        self.clockSpeed = clockSpeed
        self.changesPerMinute = changesPerMinute
        self.configOut = configOut
        self.people = people
        self.compresses = compresses
    }

    /// The clock of the account.
    func clock(from start: Instant, _ wall: @escaping WallClock) -> VirtualClock {
        VirtualClock(start: start, speed: clockSpeed, wall: wall)
    }

    /// What goes wrong from the start.
    ///
    /// - Throws: if a fault is unknown.
    func faultPlan(of simulator: (some Simulator).Type) throws(SimulatorError) -> FaultPlan {
        try FaultPlan(
            names: simulator.requestFaults,
            standing: simulator.standingFaults,
            faults: simulator.usualFaults.merging(faults) { $1 },
            seed: seed
        )
    }

    /// Checks the numbers.
    ///
    /// - Throws: if there are more records or changes than are possible.
    func check(records limit: Int = 1_000_000_000) throws(SimulatorError) {
        guard (0...limit).contains(records) else {
            throw SimulatorError("cannot hold \(records) records; 0 to \(limit) are possible")
        }
        guard (0...6000).contains(changesPerMinute) else {
            throw SimulatorError("cannot make \(changesPerMinute) changes a minute; 0 to 6000 are possible")
        }
    }
}
