import Core

/// A number that grows with every change, and waiting for the next one.
final class Revision: Sendable {
    private let watched = Watched(0)

    init() {}

    var number: Int { watched.read { $0 } }

    func bump() { watched.change { $0 += 1 } }

    /// Returns once the number is another than this one, after so long, or when the task is cancelled.
    func change(from number: Int, within patience: Duration, _ clock: Monotonic) async {
        await clock.wait(atMost: patience) { [watched] in await watched.wait { $0 != number } }
    }
}
