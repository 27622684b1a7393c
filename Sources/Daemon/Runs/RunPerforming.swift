import Core
import Runs

/// Who does what the machine orders: in Kafka, or in a test's memory.
protocol RunPerforming: Sendable {
    /// One attempt at a run: its tick is recorded in its first and its last transaction (I5).
    func perform(
        _ order: RunOrder,
        _ sources: AccountSources,
        _ desk: any RunPerformer.Desk,
        stop: StopSignal
    ) async -> RunResult

    /// Writes what belongs to a schedule's record, which is told the state, while no run of it needs to be active.
    func keep(
        _ account: AccountName,
        run: String,
        stop: StopSignal,
        _ records: @escaping @Sendable ([[UInt8]: [UInt8]]) async throws -> [StateRecord]?
    ) async throws

    /// How near its limits each account is.
    var limits: LimitBoard { get }

    /// Changes an account's state, as somebody asked; nil where the session was lost.
    func change(
        _ request: StateRequest,
        sources: AccountSources,
        by: String,
        run: String,
        stop: StopSignal,
        before: @escaping @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState?
}
