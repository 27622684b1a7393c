package import Core

/// Decides when something is due that is done beside a stream's reading every so often.
package enum PassRule {
    /// What to do about it now.
    package enum Verdict: Hashable, Sendable {
        case isDue
        /// The reading itself has told all that it could tell: the time counts from here.
        case isCovered
        case waits
    }

    /// What to do, where it was begun last at `last`; nil where it never was.
    ///
    /// `isFirst` says that the stream is read for the first time. A clock that was set back makes it due: waiting for
    /// a time in the future could last for years.
    package static func decide(last: Instant?, every: Duration, now: Instant, isFirst: Bool) -> Verdict {
        guard let last else { return isFirst ? .isCovered : .isDue }
        let passed = now.since(last)
        return passed >= every || passed < .zero - every ? .isDue : .waits
    }
}
