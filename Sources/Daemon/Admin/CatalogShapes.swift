import Core
import Events
import JSON

/// The catalogue of topics, as the API gives it.
enum CatalogShapes {
    static let protections = CatalogEntry.Protection.allCases.map(\.rawValue)
    private static let protectionText =
        "What of persons is in the events, as far as fields are marked: none, all masked or dropped, some hashed, or some as "
        + "they are."

    static let summary = Shape<CatalogSummary>(
        "CatalogSummary",
        "What a topic holds of one stream, without its fields.",
        [
            .text("topic", "The topic.") { $0.entry.topic },
            .text("account", "The account whose records they are.") { $0.entry.account.text },
            .text("stream", "The stream that they come from.") { $0.entry.stream.text },
            .textOrNull("entity", "The entity; null for a stream's own events.") { $0.entry.entity },
            .textOrNull("owner", "Who answers for it.") { $0.entry.owner },
            .textOrNull("classification", "How it is to be treated, in the house's own words.") {
                $0.entry.classification
            },
            .word("protection", of: protections, protectionText) { $0.protection.rawValue },
            .number("fields", "How many fields its events have.") { $0.fields },
            .number("personal_fields", "How many of them hold something of a person.") { $0.personalFields },
            .timeOrNull("as_of", "What happened up to then is in it; null while it is first read.") {
                $0.entry.asOf
            },
        ]
    )

    static let list = Shape<[CatalogSummary]>(
        "Catalog",
        "The catalogue of topics.",
        [.list("topics", summary, "By topic, account and stream.") { $0 }]
    )

    static let field = Shape<CatalogField>(
        "CatalogField",
        "A field of the events of a topic.",
        [
            .text("path", "Its path: lines.data[].amount.") { $0.path },
            .text("types", "What its values are, in words.") { $0.types },
            .texts("from", "Of an entity: the record's fields that it is made of.") { $0.from },
            .textOrNull("personal", "What of a person it holds; null where it is not marked.") {
                $0.personal
            },
            .textOrNull("treatment", "What becomes of that: pass, drop, mask or hash.") { $0.treatment },
        ]
    )

    static let entry = Shape<CatalogEntry>(
        "CatalogEntry",
        "What a topic holds of one stream.",
        [
            .text("account", "The account whose records they are.") { $0.account.text },
            .text("stream", "The stream that they come from.") { $0.stream.text },
            .textOrNull("entity", "The entity; null for a stream's own events.") { $0.entity },
            .textOrNull("owner", "Who answers for it.") { $0.owner },
            .textOrNull("classification", "How it is to be treated, in the house's own words.") {
                $0.classification
            },
            .word("protection", of: protections, protectionText) { $0.protection.rawValue },
            .text("request", "The request that its records come from.") { $0.request },
            .text("reading", "How changes are found.") { $0.reading },
            .textOrNull("parent", "The stream whose records its own belong to.") { $0.parent },
            .texts("key", "The fields that a record is known by.") { $0.key },
            .textOrNull("version", "The field that orders the versions of a record; null for its content.") {
                $0.version
            },
            .word("envelope", of: Envelope.allCases.map(\.rawValue), "How an event stands in its record.") {
                $0.envelope.rawValue
            },
            .texts("others", "The topics that the same records go to.") { $0.others },
            .timeOrNull("as_of", "What happened up to then is in it; null while it is first read.") {
                $0.asOf
            },
            .list("fields", field, "Its fields, as the schema has them.") { $0.fields },
        ]
    )

    static let drift = Shape<SchemaNotice>(
        "SchemaDrift",
        "One way in which records differ from their schema.",
        [
            .text("account", "The account.") { $0.account.text },
            .text("stream", "The stream.") { $0.stream.text },
            .text("path", "The field.") { $0.entry.drift.path },
            .word(
                "kind",
                of: SchemaDrift.Kind.allCases.map(\.rawValue),
                "A field that the schema does not name, another type, or a field that vanished."
            ) { $0.entry.drift.kind.rawValue },
            .text("expected", "The types that the schema lets through; empty for a new field.") {
                $0.entry.drift.expected
            },
            .text("found", "The type that was found; empty for what vanished.") { $0.entry.drift.found },
            .time("since", "When it was met first.") { $0.entry.since },
        ]
    )

    static let topic = Shape<TopicCatalog>(
        "TopicCatalog",
        "What the catalogue says of a topic.",
        [
            .text("topic", "The topic.") { $0.topic },
            .list("entries", entry, "One of each stream whose records go there.") { $0.entries },
            .list("drift", drift, "How records of these streams differ from their schemas.") { $0.drift },
        ]
    )
}
