import Core

/// Asks a run to end early: no new requests, the pages at hand commit, then the session closes.
package final class StopSignal: Sendable {
    private let given = Watched(Int32?.none)

    /// A signal that was not given yet.
    package init() {}

    /// The signal that was given first.
    package var signal: Int32? { given.read { $0 } }

    /// Gives it; later ones change nothing.
    package func give(_ signal: Int32) { given.change { $0 = $0 ?? signal } }

    /// Returns when it is given, or at once when the task is cancelled.
    package func wait() async { await given.wait { $0 != nil } }
}
