package import Core

/// When an answer was given, by two clocks either of which can be wrong.
package struct AnswerTimes: Hashable, Sendable {
    /// When it was asked for, or the API's `Date` where that is earlier: what happened before, it tells.
    package var asked: Instant
    /// The earlier of the API's `Date` and the local clock: a bookmark that lags loses nothing.
    package var now: Instant
    /// When it was given at the latest, by the API's own clock where it says: what happened later, it cannot tell.
    package var answered: Instant

    /// Times; by default all of them one.
    package init(asked: Instant, now: Instant? = nil, answered: Instant? = nil) {
        self.asked = asked
        self.now = now ?? asked
        self.answered = answered ?? asked
    }

    /// The times of an answer that was asked for at `sent` and came at `received`, `date` being what it says itself.
    ///
    /// A `Date` leaves out the fraction of its second. An answer out of a cache (`isAged`) was dated when it went in.
    init(sent: Instant, received: Instant, date: Instant?, isAged: Bool) {
        asked = date.map { min($0, sent) } ?? sent
        now = date.map { min($0, received) } ?? received
        answered = isAged ? received : date.map { $0.advanced(by: .seconds(1)) } ?? received
    }

    /// The times of several answers that are taken as one, this one the first of them.
    mutating func extend(to later: AnswerTimes) {
        now = later.now
        answered = max(answered, later.answered)
    }
}
