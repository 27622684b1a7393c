/// What becomes of ticks that cannot simply run when they are due.
package struct TickPolicy: Hashable, Sendable {
    /// What is made up for of ticks that fell into a time when nothing could start: the program was down, the machine slept,
    /// the clock was put forward.
    package enum CatchUp: Hashable, Sendable {
        /// Nothing.
        case none
        /// One run for all of them: what an incremental bookmark needs.
        case latest
        /// Each of the last so many.
        case all(maximum: Int)
    }

    /// What becomes of a tick while a run of the schedule is active.
    package enum Overlap: String, CaseIterable, Sendable {
        /// It is recorded as skipped.
        case skip
        /// One waits; further ones are skipped.
        case queue
        /// The active run ends after its page, and the tick runs then.
        case replace
    }

    package static let maximumCatchUp = 1000

    package var catchUp: CatchUp
    /// Ticks older than this many seconds are not made up for.
    package var window: Int
    package var overlap: Overlap
    /// Ticks are spread over so many seconds.
    package var jitter: Int
    /// A tick that could not begin so many seconds after it was due is missed.
    package var startWithin: Int?
    /// After so many failed runs in a row the schedule pauses itself.
    package var pauseAfterFailures: Int?

    /// Policies; what is left out is what a schedule does without a word.
    package init(
        catchUp: CatchUp = .latest,
        window: Int = 86_400,
        overlap: Overlap = .skip,
        jitter: Int = 0,
        startWithin: Int? = nil,
        pauseAfterFailures: Int? = nil
    ) {
        self.catchUp = catchUp
        self.window = window
        self.overlap = overlap
        self.jitter = jitter
        self.startWithin = startWithin
        self.pauseAfterFailures = pauseAfterFailures
    }
}
