import Core
import Daemon
import Scheduling
import Testing

/// What must hold whatever happens: seeds, kills, set clocks.
@Suite struct DaemonSimulationTests {
    /// `SLUICE_SEEDS` and `SLUICE_SCHEDULE_DAYS` make it the long form; `scripts/soak --schedules` is one.
    @Test(
        "S16 whatever happens, every tick runs once or lies in one range with its reason",
        arguments: 1...DaemonSimulation.seeds
    )
    func s16EveryTickRunsOnceOrLiesInOneRange(seed: Int) throws {
        try DaemonSimulation(seed: UInt64(seed)).run()
    }
}
