import Configuration
package import Core
import Events
package import Extraction
package import Runs

/// Makes the plans of a sync's streams from what the destination knows of them.
package struct SyncPlans: Sendable {
    let account: AccountName
    let definition: ExtractorDefinition
    /// Nothing older is asked for.
    let since: Instant?
    let isAccountInKey: Bool
    let envelope: Envelope
    /// What of the streams goes out as entities; nil where nothing does.
    let entities: EntityPlan?
    let isResync: Bool
    /// Nil where records are compared with nothing.
    let drift: DriftRules?
    /// Nil where the catalogue is told nothing.
    let catalog: CatalogRules?
    /// The registry that must know the schemas of what is published; nil where there is none.
    let registry: RegistrySession?
    /// What becomes of personal fields.
    let privacy: PrivacyRules

    /// Plans of an account's streams.
    package init(
        account: AccountName,
        definition: ExtractorDefinition,
        since: Instant? = nil,
        isAccountInKey: Bool = false,
        envelope: Envelope = .binary,
        entities: EntityPlan? = nil,
        isResync: Bool = false,
        drift: DriftRules? = nil,
        catalog: CatalogRules? = nil,
        registry: RegistrySession? = nil,
        privacy: PrivacyRules
    ) {
        self.account = account
        self.definition = definition
        self.since = since
        self.isAccountInKey = isAccountInKey
        self.envelope = envelope
        self.entities = entities
        self.isResync = isResync
        self.drift = drift
        self.catalog = catalog
        self.registry = registry
        self.privacy = privacy
    }

    /// The plans of the streams, whose events go to these topics; refused state shows here, before anything is read.
    ///
    /// A stream of a family whose object is another one than before fails alone: nobody changed the definition.
    package func make(_ found: inout FoundStreams, _ topics: [EventTopic], _ session: any Destination) throws
        -> [StreamPlan]
    {
        try Self.check(envelope, hasRegistry: registry != nil)
        var plans: [StreamPlan] = []
        let schemas = drift?.schemas(of: found.streams)
        for (stream, topic) in zip(found.streams, topics) {
            do {
                var plan = try plan(stream, topic, session, schemas)
                if let drift, let schemas {
                    plan.drift = try drift.plan(stream, schemas, account: account, session)
                }
                plan.catalog = try catalog?.plan(
                    plan,
                    topic,
                    schemas ?? StreamSchemas(),
                    mappings: entities?.joinKeys.mappings(of: stream) ?? [],
                    privacy: privacy,
                    account: account,
                    envelope: envelope,
                    session
                )
                plans.append(plan)
            } catch let error as StateError where stream.family != nil && error.code == .otherDefinition {
                found.fail(stream, error)
            }
        }
        try refuseSince(plans)
        for index in plans.indices where plans[index].bookmark == nil {
            plans[index].bookmark = try beginning(of: plans[index], session)
        }
        return plans
    }

    /// What a registry must know of a stream before its first record; nil where there is no registry.
    private func registration(
        of plan: StreamPlan,
        _ stream: StreamDefinition,
        _ topic: String,
        _ schemas: StreamSchemas?
    ) throws -> StreamRegistration? {
        guard let registry else { return nil }
        let schemas = schemas ?? drift?.schemas(of: [stream])
        var known: [TopicSchema] = []
        var problem: RegistryError?
        if plan.outlet.publishesRecords {
            let file = "schemas/\(stream.schemaName).json of \(definition.name)"
            if let schema = schemas?.schemas[stream.schemaName] {
                // What is registered must describe what is published.
                let published = plan.builder.protection?.widened(schema) ?? schema
                known.append(TopicSchema(published, of: topic, source: file))
            } else {
                let found =
                    schemas?.problems.first { $0.stream == stream.schemaName }?.text ?? "there is none"
                problem = RegistryError(
                    .noSchema,
                    "stream \(stream.name): the registry needs a schema of its records, \(file): \(found); write it, "
                        + "docs/extractors.md says how, and sluice extractor check looks at it"
                )
            }
        }
        for (mapping, topic) in zip(stream.entities, plan.outlet.entityTopics) {
            known.append(try TopicSchema(mapping.entity, of: topic))
        }
        return StreamRegistration(registry, known, problem: problem)
    }

    /// Refuses an envelope that does not go with a registry: a CloudEvent is not what a record's schema describes.
    package static func check(_ envelope: Envelope, hasRegistry: Bool) throws {
        guard hasRegistry, envelope == .structured else { return }
        throw ConfigurationError(
            .badSetting,
            "envelope: structured does not go with a schema registry, whose schemas are of the records and not of the events "
                + "around them; write binary or plain, or take registry away"
        )
    }

    /// Where a stream without a bookmark begins: nil for a new one; all of it anew where keys of it are remembered.
    ///
    /// With its bookmark was lost what says how long its topic was: what is remembered must not pass for published, or
    /// an empty topic would stay empty (I2). What is there already goes out again under the ids that it had.
    private func beginning(of plan: StreamPlan, _ session: any Destination) throws -> Bookmark? {
        var read = 0
        var last: [UInt8]?
        while true {
            let found = try session.versions.keys(
                notReadSince: Int.max,
                after: last,
                limit: 1000,
                stream: plan.name
            )
            guard let end = found.last else { break }
            for key in found { read = max(read, key.version.read) }
            last = end.key
        }
        guard last != nil else { return nil }
        return Bookmark(
            fingerprint: plan.fingerprint,
            list: Bookmark.List(read: read + 1, since: since, isAnew: true),
            updated: 0
        )
    }

    /// The plan of one stream as the destination's bookmark has it; refused state shows here.
    func plan(
        _ stream: StreamDefinition,
        _ topic: EventTopic,
        _ session: any Destination,
        _ schemas: StreamSchemas? = nil
    ) throws
        -> StreamPlan
    {
        var plan = StreamPlan(
            stream,
            of: definition,
            account: account,
            to: topic,
            isAccountInKey: isAccountInKey,
            envelope: envelope,
            since: since,
            protection: privacy.protection(of: stream)
        )
        let mapper = entities?.mapper(
            of: stream,
            definition,
            account,
            isAccountInKey: isAccountInKey,
            protection: plan.builder.protection
        )
        if let entities, let mapper {
            plan.outlet = StreamOutlet(mapper, entities.mode)
            // What an entity's topic lacks of the time before it was asked for, only reading all of it anew brings (I2).
            plan.fingerprint.topic += mapper.topics.map { " and \($0)" }.joined()
        }
        plan.outlet.registration = try registration(of: plan, stream, topic.topic, schemas)
        plan.bookmark = try session.bookmark(of: topic.stream)
        if isResync {
            let isLost = session.lost.contains(topic.stream)
            plan.bookmark = plan.bookmark?.anew(isLost: isLost, fingerprint: plan.fingerprint, since: since)
        } else if let bookmark = plan.bookmark, bookmark.isReset {
            plan.bookmark = bookmark.under(plan.fingerprint, since: since)
        } else {
            try plan.bookmark?.check(against: plan.fingerprint, account: account, stream: topic.stream)
        }
        return plan
    }

    /// A stream that was begun from one time and is told another would seem to hold what it never read (I2).
    private func refuseSince(_ plans: [StreamPlan]) throws {
        guard since != nil, !isResync else { return }
        let begun = plans.filter { $0.bookmark.map { !$0.isReset } ?? false }.map(\.name.text)
        guard !begun.isEmpty else { return }
        throw ConfigurationError(
            .badFlag,
            "--since says where a stream begins, and \(begun.joined(separator: ", ")) \(begun.count == 1 ? "has" : "have") "
                + "been read already; leave it out to go on from there, or begin anew with --resync --since"
        )
    }
}
