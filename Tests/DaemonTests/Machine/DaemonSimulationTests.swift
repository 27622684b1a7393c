import Core
import Daemon
import Scheduling
import Testing

/// What must hold whatever happens: seeds, kills, set clocks.
@Suite struct DaemonSimulationTests {
    @Test(arguments: 1...DaemonSimulation.seeds)
    func s16EveryTickRunsOnceOrLiesInOneRange(seed: Int) throws {
        try DaemonSimulation(seed: UInt64(seed)).run()
    }
}
