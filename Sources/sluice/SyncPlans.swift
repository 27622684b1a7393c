import Configuration
import Core
import Events
import Extraction
import Kafka
import Runs

/// Makes the plans of a sync's streams from what the destination knows of them.
struct SyncPlans: Sendable {
    let order: SyncOrder
    let topics: [EventTopic]
    let isAccountInKey: Bool
    let isResync: Bool

    /// The plans; refused state shows here, before anything is read.
    func make(_ session: any Destination) throws -> [StreamPlan] {
        let plans = try zip(order.streams, topics).map { definition, topic in
            try plan(definition, topic, session)
        }
        try refuseSince(plans)
        return plans
    }

    private func plan(_ definition: StreamDefinition, _ topic: EventTopic, _ session: any Destination) throws
        -> StreamPlan
    {
        var fingerprint = definition.fingerprint(topic: topic.topic)
        // The key's form, which a topic of the same name does not show.
        if isAccountInKey { fingerprint.key.insert("<account>", at: 0) }
        var bookmark = try session.bookmark(of: topic.stream)
        if isResync {
            let isLost = session.lost.contains(topic.stream)
            bookmark = bookmark?.anew(isLost: isLost, fingerprint: fingerprint, since: order.since)
        } else {
            try bookmark?.check(against: fingerprint, account: order.account, stream: topic.stream)
        }
        return StreamPlan(
            definition: definition,
            feed: order.definition.feed(of: definition),
            name: topic.stream,
            builder: EventBuilder(
                extractor: order.account.extractor,
                account: order.account.account,
                stream: definition.name,
                topic: topic.topic,
                isAccountInKey: isAccountInKey,
                version: definition.version?.format,
                remembers: definition.remembers
            ),
            fingerprint: fingerprint,
            bookmark: bookmark,
            since: order.since
        )
    }

    /// A stream that was begun from one time and is told another would seem to hold what it never read (I2).
    private func refuseSince(_ plans: [StreamPlan]) throws {
        guard order.since != nil, !isResync else { return }
        let begun = plans.filter { $0.bookmark != nil }.map(\.name.text)
        guard !begun.isEmpty else { return }
        throw ConfigurationError(
            .badFlag,
            "--since says where a stream begins, and \(begun.joined(separator: ", ")) \(begun.count == 1 ? "has" : "have") "
                + "been read already; leave it out to go on from there, or begin anew with --resync --since"
        )
    }
}
