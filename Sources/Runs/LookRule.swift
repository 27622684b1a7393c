package import Core

/// Decides whether what a look at an object gave may be published over what was published of it before.
///
/// A look may hit a replica that lags, at most by the feed's hold-back, so what it shows can be older than what an
/// earlier look showed. An entry that happened after the earlier look cannot be in what that one gave; one that
/// happened before it, but less than the hold-back before this look, may be in the earlier answer and not in this one,
/// and so may one that the feed does not list yet.
package struct LookRule: Sendable {
    /// An entry of the feed about the object.
    package struct Entry: Hashable, Sendable {
        /// What it says happened.
        package enum Kind: Hashable, Sendable { case creation, update, deletion }

        package var time: Instant
        package var kind: Kind
        /// The content's hash of the object as it was then, where the feed tells it.
        package var snapshot: ContentHash?

        /// An entry.
        package init(time: Instant, kind: Kind, snapshot: ContentHash? = nil) {
            self.time = time
            self.kind = kind
            self.snapshot = snapshot
        }
    }

    /// What a look gave.
    package enum Sight: Hashable, Sendable {
        case content(ContentHash)
        /// Several records at once, which no snapshot tells.
        case children
        case gone
    }

    /// What was published last of the object.
    package struct Published: Hashable, Sendable {
        /// When the answer that told it was given, at the latest.
        package var seen: Instant
        /// Its content's hash; nil for a delete, and for several records.
        package var content: ContentHash?

        /// Something published.
        package init(seen: Instant, content: ContentHash? = nil) {
            self.seen = seen
            self.content = content
        }
    }

    /// What to do with it.
    package enum Verdict: Hashable, Sendable {
        /// It is not older than what was published.
        case settled
        /// It may be older: a later run looks again, since an entry is younger than the hold-back.
        case unsettled
        /// It may be older than something that the feed does not list yet: look again after this long.
        case wait(Duration)
    }

    package var holdBack: Duration

    /// The rule of a feed.
    package init(holdBack: Duration) { self.holdBack = holdBack }

    /// What to do with a look that was asked for not before `asked`, of an object with these entries.
    ///
    /// `complete` is the time up to which the entries are all that there are. Without anything `published` nothing
    /// can be older than it.
    package func decide(
        _ sight: Sight,
        entries: [Entry],
        asked: Instant,
        complete: Instant,
        published: Published?
    ) -> Verdict {
        guard let published else { return .settled }
        let isComplete = published.seen <= complete
        if isNewest(sight, entries, isComplete: isComplete, published) { return .settled }
        let horizon = asked.advanced(by: .zero - holdBack)
        let isOpen = entries.contains { entry in
            // What shows an object at all is not from before its creation.
            (sight == .gone || entry.kind != .creation) && entry.time > horizon
                && entry.time <= published.seen
        }
        if isOpen { return .unsettled }
        // Of what is not listed, only time tells that no replica lags behind it.
        let rest = published.seen.advanced(by: holdBack).since(asked)
        return isComplete || rest <= .zero ? .settled : .wait(min(rest, holdBack))
    }

    /// Whether an entry was looked at late enough: no replica lags behind it any more.
    package func isDone(_ time: Instant, asked: Instant) -> Bool {
        time.advanced(by: holdBack) <= asked
    }

    /// Whether the sight is what the newest entry tells, and not older than what was published; entries of one second
    /// have no order.
    private func isNewest(
        _ sight: Sight,
        _ entries: [Entry],
        isComplete: Bool,
        _ published: Published
    ) -> Bool {
        guard let newest = entries.map(\.time).max() else { return false }
        let last = entries.filter { $0.time == newest }
        switch sight {
        case .gone: return last.contains { $0.kind == .deletion }
        case .children: return false
        case .content(let hash):
            // The snapshot of a deletion is the object as it was before.
            guard last.count == 1, last[0].kind != .deletion, last[0].snapshot == hash else { return false }
            // Published may be what an entry tells that is not listed yet; not where it is older than this one, or is
            // what an older entry tells.
            return isComplete || newest > published.seen
                || published.content != nil && entries.contains { $0.snapshot == published.content }
        }
    }
}
