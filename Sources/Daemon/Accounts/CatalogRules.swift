package import Configuration
import Core
import Events
package import Extraction
import Runs

/// What the catalogue is told of an account's streams: of each what its topics hold and where that comes from.
package struct CatalogRules: Sendable {
    private let definition: ExtractorDefinition
    private let stewardship: Stewardship

    /// Rules of an account whose file says whose its data is.
    package init(_ definition: ExtractorDefinition, _ stewardship: Stewardship) {
        self.definition = definition
        self.stewardship = stewardship
    }

    /// What a run tells of a stream, whose plan is made; `mappings` are the entities that it becomes, in the topics' order.
    func plan(
        _ plan: StreamPlan,
        _ topic: EventTopic,
        _ schemas: StreamSchemas,
        mappings: [EntityMapping],
        account: AccountName,
        envelope: Envelope,
        _ session: any Destination
    ) throws -> CatalogPlan {
        let entities = zip(plan.outlet.entityTopics, mappings)
        let own = plan.outlet.publishesRecords ? [topic.topic] : []
        let topics = own + plan.outlet.entityTopics
        let stream = plan.definition
        let schema = schemas.schemas[stream.schemaName]
        var common = CatalogEntry(
            topic: topic.topic,
            account: account,
            stream: plan.name,
            owner: stewardship.owner,
            classification: stewardship.classification,
            request: stream.request.text,
            reading: Self.reading(stream, plan.feed),
            parent: stream.parent?.name,
            key: stream.key.map(FieldPath.text),
            version: stream.version.map { FieldPath.text($0.path) },
            envelope: envelope,
            schema: schema?.id
        )
        var entries: [CatalogEntry] = []
        if plan.outlet.publishesRecords {
            common.others = topics.filter { $0 != topic.topic }
            common.fields = (schema?.fields ?? []).map { CatalogField(path: $0.path, types: $0.types) }
            entries.append(common)
        }
        for (name, mapping) in entities {
            var entry = common
            entry.topic = name
            entry.entity = mapping.entity.name
            entry.others = topics.filter { $0 != name }
            entry.schema = nil
            entry.fields = Self.fields(mapping)
            entries.append(entry)
        }
        return CatalogPlan(
            entries: entries,
            known: try session.stateValue(.catalog(account, plan.name)).map {
                try CatalogRecord($0, account: account, stream: plan.name)
            }
        )
    }

    private static func fields(_ mapping: EntityMapping) -> [CatalogField] {
        mapping.fields.map { field in
            CatalogField(
                path: FieldPath.text([field.target.name]),
                types: field.target.kind.name,
                from: field.source.places.map(FieldPath.text)
            )
        }
            + mapping.joinKeys.map { key in
                CatalogField(
                    path: FieldPath.text(["joinKeys", key.name]),
                    types: "text",
                    from: key.source.places.map(FieldPath.text)
                )
            }
    }

    /// How changes are found.
    private static func reading(_ stream: StreamDefinition, _ feed: FeedDefinition?) -> String {
        let way =
            switch stream.progress {
            case .list: feed.map { "a list, then the feed \($0.name)" } ?? "a list, once"
            case .full: "the whole list, again and again"
            case .token: "the server's token"
            case .window: "windows of time"
            }
        return stream.parent.map { "of each record of \($0.name), \(way)" } ?? way
    }
}
