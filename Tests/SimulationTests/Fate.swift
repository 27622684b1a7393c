import Core
import ProcessSupport
import Synchronization

/// What becomes of commits, some of which fail and are redone or end the run as a kill would, and the random numbers
/// of waits.
final class Fate: Sendable {
    private struct State {
        var random: SeededGenerator
        var aborts: Double
        var deaths: Double
    }

    private let state: Locked<State>

    init(seed: UInt64, aborts: Double, deaths: Double) {
        state = Locked(State(random: SeededGenerator(seed: seed), aborts: aborts, deaths: deaths))
    }

    /// A number of 0..<1.
    func roll() -> Double { state.withLock { Double.random(in: 0..<1, using: &$0.random) } }

    /// Asked before each commit.
    func decide() throws(PublishError) {
        let error = state.withLock { state -> PublishError? in
            let roll = Double.random(in: 0..<1, using: &state.random)
            if roll < state.deaths { return PublishError(.fatal, "killed") }
            return roll < state.deaths + state.aborts ? PublishError(.aborted, "aborted") : nil
        }
        if let error { throw error }
    }

    /// From now on all commits succeed.
    func calm() {
        state.withLock { state in
            state.aborts = 0
            state.deaths = 0
        }
    }
}
