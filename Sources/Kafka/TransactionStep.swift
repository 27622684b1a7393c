/// How far a transaction came: told between the calls, on the producer's thread, to who wants to look or to die there.
package enum TransactionStep: Hashable, CaseIterable, Sendable {
    /// Begun; nothing produced yet.
    case begun
    /// Every event was handed over, no record of state.
    case eventsProduced
    /// The state was handed over too; not committed.
    case stateProduced
    /// The broker answered that it is committed; the caller does not know yet.
    case committed
}
