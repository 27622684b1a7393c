package import Core

extension DaemonCommand {
    /// A stretch of time that is to be read again.
    package struct BackfillRequest: Hashable, Sendable {
        /// The length of a chunk where none is said, in seconds: a day.
        package static let usualChunk = 86_400

        package var schedule: String
        /// Nil for those of the schedule's that can be read by time.
        package var streams: [String]?
        /// The first moment.
        package var from: Instant
        /// The moment behind the last one.
        package var to: Instant
        /// The length of a chunk, in seconds.
        package var chunk: Int
        /// Only what would be done is told.
        package var isDryRun: Bool

        /// A request.
        package init(
            schedule: String,
            streams: [String]? = nil,
            from: Instant,
            to: Instant,
            chunk: Int = BackfillRequest.usualChunk,
            isDryRun: Bool = false
        ) {
            self.schedule = schedule
            self.streams = streams
            self.from = from
            self.to = to
            self.chunk = chunk
            self.isDryRun = isDryRun
        }
    }
}
