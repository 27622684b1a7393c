package import Core
package import Extraction

/// Decides which windows of time a stream is read by, and how far its bookmark may follow.
///
/// Rule 2 of every extractor: the bookmark stops at now less the hold-back, while reading goes on up to now; the next
/// window begins the overlap before the bookmark, its first moment included. Never a unit later, and never at now.
package struct WindowMachine: Sendable {
    /// One window: from its first moment on, up to its end, which is not of it.
    package struct Part: Hashable, Sendable {
        package var from: Instant
        package var to: Instant
        /// Whether it reaches the present: behind it nothing is left for this run.
        package var isLast: Bool

        /// A window.
        package init(from: Instant, to: Instant, isLast: Bool) {
            self.from = from
            self.to = to
            self.isLast = isLast
        }
    }

    private let progress: WindowProgress
    /// Nothing before this is asked for.
    private let begin: Instant
    /// Everything before this is read and published.
    package private(set) var at: Instant

    /// The windows of a stream on from its bookmark, or from `since` or its earliest time on.
    package init(_ progress: WindowProgress, at: Instant?, since: Instant?) {
        self.progress = progress
        begin = since ?? progress.earliest
        self.at = at ?? begin
    }

    /// The next window at a time; the earlier of the API's clock and the local one should say which it is.
    ///
    /// Nil where there is no time to read: the clock stands before the place.
    package func next(now: Instant) -> Part? {
        let from = max(begin, at.advanced(by: .zero - progress.overlap))
        let held = now.advanced(by: .zero - progress.holdBack)
        if let step = progress.step, case let end = at.advanced(by: step), end < held {
            return Part(from: from, to: end, isLast: false)
        }
        return now > from ? Part(from: from, to: now, isLast: true) : nil
    }

    /// The windows of a deeper reading that ends at the bookmark.
    ///
    /// It begins so far before the last one: whatever comes no later than that is met by one of them, however seldom
    /// they are.
    package func resweep(back: Duration, last: Instant?) -> [Part] {
        var from = max(begin, min(at, last ?? at).advanced(by: .zero - back))
        var parts: [Part] = []
        while from < at {
            let to = progress.step.map { min(at, from.advanced(by: max($0, .seconds(1)))) } ?? at
            parts.append(Part(from: from, to: to, isLast: to == at))
            from = to
        }
        return parts
    }

    /// Moves the place along a window of which everything before `readTo` was read.
    ///
    /// `asked` is when the window's first answer was asked for: what had not happened the hold-back before that may
    /// not have been in it. The place never goes back.
    package mutating func read(to readTo: Instant, asked: Instant) {
        let held = asked.advanced(by: .zero - progress.holdBack)
        // As it is kept: in milliseconds, rounded down.
        at = max(at, Instant(milliseconds: min(readTo, held).milliseconds))
    }
}
