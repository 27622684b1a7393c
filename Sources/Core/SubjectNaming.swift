/// What a schema registry calls the versions of one schema: the strategies of Confluent's serializers, for values.
package enum SubjectNaming: String, CaseIterable, Sendable {
    /// `<topic>-value` (TopicNameStrategy).
    case topic
    /// The schema's title (RecordNameStrategy).
    case record
    /// `<topic>-<title>` (TopicRecordNameStrategy).
    case topicRecord = "topic_record"

    /// The subject of a schema of a topic's values.
    package func subject(topic: String, title: String) -> String {
        switch self {
        case .topic: "\(topic)-value"
        case .record: title
        case .topicRecord: "\(topic)-\(title)"
        }
    }
}
