package import Core

/// Something that a person should hear of: it began, is still so, or is over.
package struct Alert: Hashable, Sendable {
    /// What it is about; the stable words of its JSON and of metrics.
    package enum Kind: String, CaseIterable, Sendable {
        /// A run ended otherwise than by success.
        case runFailed = "run_failed"
        /// The first run that succeeded after one that did not.
        case runRecovered = "run_recovered"
        /// A tick is due and has not begun after a minute's grace.
        case late
        /// The last success is older than the schedule promises.
        case stale
        case paused
        /// A file of the folder of schedules cannot be loaded.
        case reloadFailed = "reload_failed"
        /// Of the day's requests of an account few are left above what is kept for others.
        case quotaNear = "quota_near"
        /// Records of a stream are not as its schema says.
        case schemaDrift = "schema_drift"
        /// Records of a stream could not be published.
        case deadLetters = "dead_letters"
    }

    /// How it stands with it.
    package enum Status: String, CaseIterable, Sendable {
        /// It has just come to be so.
        case raised
        /// It has been so for a while, and nobody should forget it.
        case repeated
        /// It is so no longer.
        case resolved
    }

    package var kind: Kind
    package var status: Status
    /// The same for all alerts about one thing, from the first to the one that it is over: what receivers group by.
    package var key: String
    package var at: Instant
    /// Since when it has been so.
    package var since: Instant
    package var schedule: String?
    package var account: AccountName?
    package var run: String?
    /// What is so, and what to do about it, in words.
    package var text: String

    /// An alert of all parts.
    package init(
        kind: Kind,
        status: Status,
        key: String,
        at: Instant,
        since: Instant,
        schedule: String? = nil,
        account: AccountName? = nil,
        run: String? = nil,
        text: String
    ) {
        self.kind = kind
        self.status = status
        self.key = key
        self.at = at
        self.since = since
        self.schedule = schedule
        self.account = account
        self.run = run
        self.text = text
    }

    /// Unique, and the same however often it is delivered.
    package var id: String {
        StableUUID.text(of: "\(kind.rawValue) \(status.rawValue) \(key) \(at.rfc3339(fractionDigits: 9))")
    }
}
