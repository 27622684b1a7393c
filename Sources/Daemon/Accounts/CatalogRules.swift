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
        privacy: PrivacyRules,
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
            common.fields = Self.fields(schema?.fields ?? [], of: stream, privacy)
            entries.append(common)
        }
        for (name, mapping) in entities {
            var entry = common
            entry.topic = name
            entry.entity = mapping.entity.name
            entry.others = topics.filter { $0 != name }
            entry.schema = nil
            entry.fields = Self.fields(mapping, of: stream, privacy)
            entries.append(entry)
        }
        return CatalogPlan(
            entries: entries,
            known: try session.stateValue(.catalog(account, plan.name)).map {
                try CatalogRecord($0, account: account, stream: plan.name)
            }
        )
    }

    private static func fields(
        _ declared: [SchemaField],
        of stream: StreamDefinition,
        _ privacy: PrivacyRules
    ) -> [CatalogField] {
        let shown = declared.map { field in
            var shown = CatalogField(path: field.path, types: field.types)
            shown.mark([privacy.personal(at: field.names, in: stream)].compactMap { $0 })
            return shown
        }
        // What is marked goes out whether a schema names it or not.
        let undeclared = privacy.treatments(of: stream).filter { one in
            !declared.contains { $0.names.starts(with: one.path) }
        }
        return shown
            + undeclared.map { one in
                var shown = CatalogField(path: one.pathText, types: "any")
                shown.mark([one])
                return shown
            }
    }

    private static func fields(
        _ mapping: EntityMapping,
        of stream: StreamDefinition,
        _ privacy: PrivacyRules
    ) -> [CatalogField] {
        var fields: [CatalogField] = []
        func add(_ path: [String], _ types: String, from places: [[String]]) {
            var field = CatalogField(
                path: FieldPath.text(path),
                types: types,
                from: places.map(FieldPath.text)
            )
            field.mark(places.compactMap { privacy.personal(at: $0, in: stream) })
            fields.append(field)
        }
        for field in mapping.fields {
            add([field.target.name], field.target.kind.name, from: field.source.places)
        }
        for key in mapping.joinKeys { add(["joinKeys", key.name], "text", from: key.source.places) }
        // All that has no place of its own.
        var rest = CatalogField(path: "custom", types: "object")
        rest.mark(
            privacy.treatments(of: stream).filter { one in
                !mapping.paths.contains { $0.starts(with: one.path) }
            }
        )
        return fields + [rest]
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

extension CatalogField {
    /// Notes what of a person it holds, and of several treatments the one that shows the most.
    fileprivate mutating func mark(_ treatments: [PrivacyRules.FieldTreatment]) {
        guard !treatments.isEmpty else { return }
        personal = Set(treatments.map(\.kind.rawValue)).sorted().joined(separator: ", ")
        treatment =
            [PrivacyAction.pass, .hash, .mask, .drop].first { action in
                treatments.contains { $0.action == action }
            }?.rawValue
    }
}
