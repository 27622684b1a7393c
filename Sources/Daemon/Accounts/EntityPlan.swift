package import Core
import Events
import Extraction

/// What of an account's streams goes out as entities: in which topics, and found by which keys.
package struct EntityPlan: Sendable {
    let mode: EntityMode
    let prefix: TopicPrefix
    let joinKeys: JoinKeyRules

    /// A plan of what goes out below a prefix.
    package init(_ mode: EntityMode, prefix: TopicPrefix, joinKeys: JoinKeyRules) {
        self.mode = mode
        self.prefix = prefix
        self.joinKeys = joinKeys
    }

    /// What makes the entities of a stream; nil where it becomes none.
    func mapper(
        of stream: StreamDefinition,
        _ definition: ExtractorDefinition,
        _ account: AccountName,
        isAccountInKey: Bool,
        protection: RecordProtection?
    ) -> EntityMapper? {
        guard mode != .none, !stream.entities.isEmpty else { return nil }
        return EntityMapper(
            joinKeys.mappings(of: stream),
            currencies: definition.currencies,
            account: account,
            stream: stream.name,
            isAccountInKey: isAccountInKey,
            prefix: prefix,
            protection: protection
        )
    }
}
