/// Where a stream is in its run; totals since the run began.
package struct ProgressUpdate: Equatable, Sendable {
    /// What the stream is doing.
    package enum Phase: Equatable, Sendable {
        case reading
        /// Nothing moves, and why (`rate limit, 12 s`).
        case waiting(String)
        case done
        case failed(String)
        /// The account may not read it, and why.
        case unavailable(String)
        /// Ended from outside before its end.
        case cancelled

        var isOver: Bool {
            switch self {
            case .reading, .waiting: false
            case .done, .failed, .unavailable, .cancelled: true
            }
        }
    }

    package var stream: String
    /// Records published: only what is committed counts.
    package var records: Int
    package var pages: Int
    /// How far it has come, in the stream's own terms (a time, a page, `1200 of 5000`).
    package var reached: String?
    package var phase: Phase

    /// Describes where a stream is.
    package init(
        stream: String,
        records: Int = 0,
        pages: Int = 0,
        reached: String? = nil,
        phase: Phase = .reading
    ) {
        self.stream = stream
        self.records = records
        self.pages = pages
        self.reached = reached
        self.phase = phase
    }
}
