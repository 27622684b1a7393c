/// What one change did to a simulated account.
package struct SimulatedChange: Hashable, Sendable {
    /// What was done.
    package enum Action: String, Sendable {
        case created, updated, deleted
        /// It went into another one, and is no longer what it was.
        case merged
    }

    package var action: Action
    /// The stream of the object.
    package var stream: String
    /// The object's id.
    package var id: String
}
