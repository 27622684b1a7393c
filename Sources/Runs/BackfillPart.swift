package import Core

/// What one run of a backfill reads again.
package struct BackfillPart: Hashable, Sendable {
    /// The backfill's, under which its progress is kept.
    package var id: String
    /// Where the backfill begins, this moment included.
    package var begin: Instant
    /// Where it ends, this moment not included.
    package var end: Instant
    /// Up to where this run reads; not later than the end.
    package var to: Instant

    /// A part; by default all of it.
    ///
    /// Times are taken as progress keeps them: in milliseconds, none before 1970.
    package init(id: String, begin: Instant, end: Instant, to: Instant? = nil) {
        self.id = id
        self.begin = Self.kept(begin)
        self.end = Self.kept(end)
        self.to = min(to.map(Self.kept) ?? self.end, self.end)
    }

    private static func kept(_ time: Instant) -> Instant { Instant(milliseconds: max(0, time.milliseconds)) }
}
