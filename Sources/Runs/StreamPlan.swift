package import Core
package import Events
package import Extraction

/// One stream of a run: how it is read, where its events go and where its bookmark stood.
package struct StreamPlan: Sendable {
    package var definition: StreamDefinition
    /// The feed that it follows behind its list.
    package var feed: FeedDefinition?
    package var name: StreamName
    package var builder: EventBuilder
    /// What of its events is published.
    package var outlet = StreamOutlet()
    package var fingerprint: Fingerprint
    /// The bookmark to go on from; nil for a stream that was never read.
    package var bookmark: Bookmark?
    /// Nothing older is asked for; only of a stream without a bookmark, which then keeps it.
    package var since: Instant?
    /// How far the run's backfill has read it; nil where it has not begun, or where the run is none.
    package var backfill: BackfillProgress?
    /// What its records are compared with; nil for nothing.
    package var drift: DriftPlan?
    /// What the catalogue is told of it; nil for nothing.
    package var catalog: CatalogPlan?

    /// A plan.
    package init(
        definition: StreamDefinition,
        feed: FeedDefinition? = nil,
        name: StreamName,
        builder: EventBuilder,
        fingerprint: Fingerprint,
        bookmark: Bookmark?,
        since: Instant? = nil,
        drift: DriftPlan? = nil
    ) {
        self.definition = definition
        self.feed = feed
        self.name = name
        self.builder = builder
        self.fingerprint = fingerprint
        self.bookmark = bookmark
        self.since = since
        self.drift = drift
    }

    /// The plan of a stream that was never read, whose events go to a topic.
    ///
    /// `isAccountInKey` is for topics that do not name the account; `protection` says what becomes of personal fields.
    package init(
        _ stream: StreamDefinition,
        of definition: ExtractorDefinition,
        account: AccountName,
        to topic: EventTopic,
        isAccountInKey: Bool = false,
        envelope: Envelope = .binary,
        since: Instant? = nil,
        protection: RecordProtection? = nil
    ) {
        var fingerprint = stream.fingerprint(topic: topic.topic)
        // The key's form, which a topic of the same name does not show.
        if isAccountInKey { fingerprint.key.insert("<account>", at: 0) }
        self.init(
            definition: stream,
            feed: definition.feed(of: stream),
            name: topic.stream,
            builder: EventBuilder(
                extractor: account.extractor,
                account: account.account,
                stream: stream.name,
                topic: topic.topic,
                isAccountInKey: isAccountInKey,
                version: stream.version?.format,
                remembers: stream.remembers,
                envelope: envelope,
                protection: protection
            ),
            fingerprint: fingerprint,
            bookmark: nil,
            since: since
        )
    }

    /// What an entry of the stream's feed tells of one of its records; nil where it is about none.
    func kind(of entry: FeedEntry) -> LookRule.Entry.Kind? {
        guard !entry.object.isEmpty, let change = definition.follow?.change(of: entry.type) else {
            return nil
        }
        return switch change {
        case .create: .creation
        case .update: .update
        case .delete: .deletion
        }
    }
}
