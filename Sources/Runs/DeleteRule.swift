package import Core

/// Decides what an entry in a list of deletes says of a key that is remembered.
package struct DeleteRule: Sendable {
    /// What it says.
    package enum Verdict: Hashable, Sendable {
        /// The key was deleted then.
        case holds
        /// The key is deleted, though something newer than the delete was published of it: the time is not told.
        case holdsNow
        /// The key may have come back since, and the list may not show it yet.
        case isOvertaken
    }

    private let format: VersionFormat?
    private let holdBack: Duration

    /// The rule of a stream whose versions are written like this and whose lists lag by the hold-back at most.
    package init(format: VersionFormat?, holdBack: Duration) {
        self.format = format
        self.holdBack = holdBack
    }

    /// What a delete at a time says, from a list that was asked for not before `asked`.
    ///
    /// A list says what is deleted now. So where something newer was published, that is the last word only while the
    /// list may lag behind it; else the delete would wait for ever.
    package func decide(_ time: Instant?, known: RememberedVersion, asked: Instant) -> Verdict {
        guard !known.isDeleted else { return .holds }
        let isRecent = known.seen > asked.advanced(by: .zero - holdBack)
        guard let time else { return isRecent ? .isOvertaken : .holds }
        guard let format, let version = known.version, let published = format.instant(version[...]) else {
            return known.seen <= time || !isRecent ? .holds : .isOvertaken
        }
        if published <= time { return .holds }
        return isRecent ? .isOvertaken : .holdsNow
    }
}
