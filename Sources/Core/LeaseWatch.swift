/// Watches from afar whether a session lives: its record's offset moves as long as it does.
package struct LeaseWatch: Hashable, Sendable {
    /// What a look showed.
    package enum Verdict: Hashable, Sendable {
        /// It may live: not watched for long enough.
        case unknown
        /// The record moved since the last look.
        case lives
        /// The record stood at one offset for the whole lease.
        case isDead
    }

    private let lease: Duration
    private let longestGap: Duration
    private var offset: Int64?
    private var since: Duration = .zero
    private var lastLook: Duration = .zero

    /// A watch that declares death after `lease`, and begins anew after a gap between looks.
    ///
    /// A gap means that we froze or the broker was away, for the watched session too: it could not renew.
    package init(lease: Duration, longestGap: Duration) {
        self.lease = lease
        self.longestGap = longestGap
    }

    /// Takes a look that was begun at `asked` and answered by `now`; what counts is how long the record certainly
    /// stood still.
    package mutating func look(offset: Int64, asked: Duration, now: Duration) -> Verdict {
        guard offset == self.offset else {
            let isFirst = self.offset == nil
            self.offset = offset
            since = now
            lastLook = now
            return isFirst ? .unknown : .lives
        }
        if asked - lastLook > longestGap { since = now }
        lastLook = now
        return asked - since >= lease ? .isDead : .unknown
    }
}
