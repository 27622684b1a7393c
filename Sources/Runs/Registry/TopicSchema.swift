package import Core
package import Events
import JSON

/// What the values of a topic look like, as a registry is to know it.
package struct TopicSchema: Hashable, Sendable {
    package let topic: String
    let title: String
    /// The schema's JSON.
    let text: String
    /// What it is known by here: another as soon as anything of it changes.
    let id: String
    /// Where somebody finds it, for errors.
    let source: String

    /// The schema of a stream's records; one without a title is called as its topic.
    package init(_ schema: RecordSchema, of topic: String, source: String) {
        self.topic = topic
        title = schema.document["title"]?.text ?? topic
        text = schema.document.compactText
        id = schema.id
        self.source = source
    }

    /// The schema of an entity's events.
    package init(_ entity: EntityModel, of topic: String) throws(SchemaError) {
        self.init(
            try RecordSchema(EntitySchema(entity).document.bytes()),
            of: topic,
            source: "the entity \(entity.name)"
        )
    }
}
