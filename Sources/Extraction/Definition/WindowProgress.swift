package import Core

/// A stream that is read by windows of its records' time.
package struct WindowProgress: Hashable, Sendable {
    /// How the records of a window follow each other.
    package enum Order: Hashable, Sendable {
        /// The oldest first, by the version: every request begins at the last record's.
        case ascending(end: End)
        /// In any order, page by page; of a window with as many as `cap` records not all may come.
        case pages(Paging, cap: Int?)
    }

    /// What says that a page is the last one of an ordered window, where it is not an empty one.
    package enum End: Hashable, Sendable {
        /// A boolean of the page that is then false.
        case more([String])
        /// A number of the page: of all records from its beginning on.
        case total([String])
        /// Nothing does: the records of the last time are asked for by key, to the end.
        case none
    }

    /// How `window.from`, `window.to` and `tie.at` are written; a window is of whole units of it.
    package var format: TimeFormat
    /// How far a bookmark stays behind the present.
    package var holdBack: Duration
    /// How much before the bookmark is read again.
    package var overlap: Duration
    package var earliest: Instant
    /// At most so long a window, where one is.
    package var step: Duration?
    package var order: Order
    /// Asks for the records of one unit of time in the order of their key: `tie.at`, `tie.after`.
    package var ties: RequestTemplate?

    /// A way to read windows.
    package init(
        format: TimeFormat,
        holdBack: Duration,
        overlap: Duration,
        earliest: Instant,
        step: Duration? = nil,
        order: Order,
        ties: RequestTemplate? = nil
    ) {
        self.format = format
        self.holdBack = holdBack
        self.overlap = overlap
        self.earliest = earliest
        self.step = step
        self.order = order
        self.ties = ties
    }

    /// The fields of the page, outside its records, that are read beside those of `Paging`.
    var pageFields: [[String]] {
        switch order {
        case .ascending(.more(let path)), .ascending(.total(let path)): [path]
        case .ascending(.none), .pages: []
        }
    }
}
