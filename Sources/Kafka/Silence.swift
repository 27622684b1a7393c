/// For how long the thread that answers the group's coordinator stood still: with it the process did, and others may have
/// taken it for dead.
struct Silence: Sendable {
    private let longest: Duration
    private var last: Duration
    private var isBroken = false

    /// A thread that looks from now on, often; so long it may stand still.
    init(longest: Duration, at now: Duration) {
        self.longest = longest
        last = now
    }

    /// The thread looked.
    mutating func look(at now: Duration) {
        if now - last > longest { isBroken = true }
        last = now
    }

    /// Whether it stood still for too long, or does so now: whoever asks may have woken before it.
    func isDoubtful(at now: Duration) -> Bool { isBroken || now - last > longest }

    /// Somebody asked at this time, and was told that it is still taken for alive.
    mutating func confirm(at asked: Duration) {
        // It may have stood still again since.
        if asked >= last - longest { isBroken = false }
        last = max(last, asked)
    }
}
