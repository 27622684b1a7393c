package import Expressions

/// A source of changes that serves several streams: a list of entries, each about one object.
package struct FeedDefinition: Sendable {
    /// The parameters that bound a window, in the format of the entries' time.
    package struct Window: Hashable, Sendable {
        /// The earliest time, itself in the window.
        package var from: String
        package var to: String

        /// A window's parameters.
        package init(from: String, to: String) {
            self.from = from
            self.to = to
        }
    }

    package var name: String
    /// Behind the extractor's base address.
    package var path: Template
    package var query: [(name: String, value: Template)]
    package var recordsPath: [String]
    package var paging: Paging
    /// What names an entry.
    package var id: [String]
    /// When an entry happened.
    package var time: [String]
    package var timeFormat: TimeFormat
    package var type: [String]
    /// Which object an entry is about.
    package var object: [String]
    /// The object as it was then, where the feed has it.
    package var snapshot: [String]?
    package var window: Window
    /// Whether a window begins with its newest entry: one is read whole before anything of it counts.
    package var isNewestFirst: Bool
    /// How far a bookmark stays behind the present.
    package var holdBack: Duration
    /// How long after it happened an entry may be missing from the feed.
    package var visibleWithin: Duration
    /// How much before the bookmark is read again.
    package var overlap: Duration
    /// How long the feed keeps an entry: a bookmark older than this has a gap behind it that no feed fills.
    package var retention: Duration
    /// The answer that means that the place in the feed is lost.
    package var expired: AnswerPattern?
    /// The named rate limit that its requests are counted against, beside the default one.
    package var limit: String?

    /// A feed.
    package init(
        name: String,
        path: Template,
        query: [(name: String, value: Template)],
        recordsPath: [String],
        paging: Paging,
        id: [String],
        time: [String],
        timeFormat: TimeFormat,
        type: [String],
        object: [String],
        snapshot: [String]?,
        window: Window,
        isNewestFirst: Bool,
        holdBack: Duration,
        visibleWithin: Duration,
        overlap: Duration,
        retention: Duration,
        expired: AnswerPattern?,
        limit: String?
    ) {
        self.name = name
        self.path = path
        self.query = query
        self.recordsPath = recordsPath
        self.paging = paging
        self.id = id
        self.time = time
        self.timeFormat = timeFormat
        self.type = type
        self.object = object
        self.snapshot = snapshot
        self.window = window
        self.isNewestFirst = isNewestFirst
        self.holdBack = holdBack
        self.visibleWithin = visibleWithin
        self.overlap = overlap
        self.retention = retention
        self.expired = expired
        self.limit = limit
    }
}
