import Core
import Synchronization

/// What a session of an account has learned from a schema registry: each schema is asked for once.
package final class RegistrySession: Sendable {
    private struct Known {
        var ids: [TopicSchema: Int32] = [:]
        /// Two streams that become the same entity ask one after the other.
        var turns: [TopicSchema: Turn] = [:]
    }

    private let registry: SchemaRegistry
    private let known = Locked(Known())

    /// A session that has asked nothing.
    package init(_ registry: SchemaRegistry) { self.registry = registry }

    /// The id of a schema that `prepare` has asked for.
    func id(of schema: TopicSchema) -> Int32? { known.withLock { $0.ids[schema] } }

    /// Learns the id of a schema; throws where its topic may not be published.
    func prepare(_ schema: TopicSchema) async throws {
        if id(of: schema) != nil { return }
        let turn = known.withLock { known in
            let turn = known.turns[schema] ?? Turn()
            known.turns[schema] = turn
            return turn
        }
        await turn.take()
        defer { turn.give() }
        if id(of: schema) != nil { return }
        let id = try await registry.id(of: schema)
        known.withLock { $0.ids[schema] = id }
    }
}
