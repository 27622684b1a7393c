/// The topics that tell what an account's events are: compacted, keys and values in JSON, one partition each.
///
/// What is told there rides in the transaction of what it is about; a topic that cannot be had never stops a run.
package enum NoticeTopic: Int, CaseIterable, Hashable, Sendable {
    /// How records differ from their schemas.
    case schemas
    /// What each topic of events holds.
    case catalog

    /// The topic of an installation.
    package func name(_ prefix: TopicPrefix) -> String {
        switch self {
        case .schemas: prefix.schemasTopic
        case .catalog: prefix.catalogTopic
        }
    }

    /// Whether a record of the state says what was told there.
    package func isRemembered(by key: StateKey) -> Bool {
        switch key {
        case .schema: self == .schemas
        case .catalog: self == .catalog
        default: false
        }
    }
}
