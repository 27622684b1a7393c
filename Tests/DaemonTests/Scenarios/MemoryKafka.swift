import Core
import Runs
import Scheduling

@testable import Daemon

/// A Kafka in memory for a daemon in the test's process, and who performs its runs: well, slow, refusing or away, as the
/// test says.
final class MemoryKafka: RunRecords, RunPerforming {
    /// How it takes what is written.
    enum Manner: Sendable {
        case well
        /// Each transaction, and each flush of the log, takes so long.
        case slow(Duration)
        /// Nothing is answered.
        case away
        /// Everything is answered, with an error.
        case refusing
    }

    /// The moments of a run, in their order.
    enum Step: Int, CaseIterable, Sendable {
        case ordered, opened, begun, read, closed, ended
    }

    struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    struct Contents: Sendable {
        var manner = Manner.well
        /// How long a run reads.
        var length = Duration.seconds(5)
        /// Whether it goes on when it is asked to end.
        var isDeaf = false
        /// By schedule: what was committed.
        var records: [String: (account: AccountName, record: ScheduleRecord)] = [:]
        /// The log of runs as far as it is durable, and what is not yet.
        var log: [RunLine] = []
        var pending: [RunLine] = []
        /// The orders whose first transaction committed, and when.
        var begun: [(order: RunOrder, at: Instant)] = []
        var finished: [String] = []
    }

    private let contents = Watched(Contents())
    private let clocks: DaemonClocks
    /// Told of each step of each run.
    private let onStep: @Sendable (Step) async -> Void
    /// How long a transaction is waited for: as a producer does it.
    private static let patience = Duration.seconds(30)

    init(_ clocks: DaemonClocks, onStep: @escaping @Sendable (Step) async -> Void = { _ in }) {
        self.clocks = clocks
        self.onStep = onStep
    }

    func read<Value: Sendable>(_ body: @Sendable (Contents) -> Value) -> Value { contents.read(body) }
    func change(_ body: @Sendable (inout Contents) -> Void) {
        contents.change { contents in
            body(&contents)
            // What waits goes out by itself.
            if case .well = contents.manner {
                contents.log += contents.pending
                contents.pending = []
            }
        }
    }

    // MARK: The log of runs

    func append(_ line: RunLine) async throws { change { $0.pending.append(line) } }

    func flush() async throws {
        switch read(\.manner) {
        case .well: return
        case .slow(let length): try await clocks.monotonic.sleep(length)
        case .refusing: throw Refusal(description: "the log of runs is full")
        case .away:
            await contents.wait { if case .away = $0.manner { false } else { true } }
            try Task.checkCancellation()
            return try await flush()
        }
        change { contents in
            contents.log += contents.pending
            contents.pending = []
        }
    }

    var backlog: Int { read { $0.pending.count } }

    func post(_ command: DaemonCommand) async throws {}
    func done(_ command: String) async { change { $0.finished.append(command) } }

    // MARK: Transactions

    private func commit(_ record: StateRecord?, _ account: AccountName, _ schedule: String)
        async throws
    {
        switch read(\.manner) {
        case .well: break
        case .slow(let length): try await clocks.monotonic.sleep(length)
        case .refusing: throw Refusal(description: "the disk is full")
        case .away:
            let isBack = await clocks.monotonic.wait(atMost: Self.patience) { [contents] in
                await contents.wait { if case .away = $0.manner { false } else { true } }
            }
            try Task.checkCancellation()
            guard isBack else { throw Refusal(description: "no broker answers") }
            return try await commit(record, account, schedule)
        }
        guard let value = record?.value else { return }
        let kept = try ScheduleRecord(value, account: account, id: schedule)
        change { $0.records[schedule] = (account, kept) }
    }

    func keep(
        _ account: AccountName,
        run: String,
        stop: StopSignal,
        _ records: @escaping @Sendable ([[UInt8]: [UInt8]]) async throws -> [StateRecord]?
    ) async throws {
        for record in try await records(try state(of: account)) ?? [] {
            guard case .schedule(_, let schedule)? = try StateKey(record.key) else { continue }
            try await commit(record, account, schedule)
        }
    }

    private func state(of account: AccountName) throws -> [[UInt8]: [UInt8]] {
        let kept = read(\.records).values.filter { $0.account == account }
        return Dictionary(
            uniqueKeysWithValues: try kept.map {
                let record = try $0.record.record(account: account)
                return (record.key, record.value ?? [])
            }
        )
    }

    let limits = LimitBoard()

    func change(
        _ request: StateRequest,
        sources: AccountSources,
        by: String,
        run: String,
        stop: StopSignal,
        before: @escaping @Sendable (ChangedState) async throws -> [StateRecord]
    ) async throws -> ChangedState? {
        throw Refusal(description: "no scenario changes bookmarks")
    }

    func perform(
        _ order: RunOrder,
        _ sources: AccountSources,
        _ desk: any RunPerformer.Desk,
        stop: StopSignal
    ) async -> RunResult {
        let started = clocks.wall()
        func result(_ status: RunEnd.Status, isTransient: Bool = false, _ reason: String? = nil)
            -> RunResult
        {
            RunResult(
                end: RunEnd(status: status, isTransient: isTransient, reason: reason),
                started: started
            )
        }
        do {
            await onStep(.ordered)
            // The session's start.
            try await commit(nil, order.account, "")
            guard stop.signal == nil else { return result(.cancelled) }
            guard let schedule = order.schedule, let record = desk.opening(order, at: clocks.wall())
            else {
                return result(.cancelled)
            }
            await onStep(.opened)
            try await desk.flush()
            try await commit(try record.record(account: order.account), order.account, schedule)
            let now = clocks.wall()
            change { $0.begun.append((order, now)) }
            await onStep(.begun)
            desk.began(order.run)
            desk.append(.started(RunStart(order)))
            let (length, isDeaf) = read { ($0.length, $0.isDeaf) }
            let isStopped = await clocks.monotonic.wait(atMost: length) {
                isDeaf ? await Watched(false).wait { $0 } : await stop.wait()
            }
            try Task.checkCancellation()
            await onStep(.read)
            let end = result(isStopped && stop.signal != nil ? .cancelled : .success)
            if let record = desk.closing(order, end.end) {
                await onStep(.closed)
                try await desk.flush()
                try await commit(try record.record(account: order.account), order.account, schedule)
            }
            await onStep(.ended)
            return end
        } catch is CancellationError {
            return result(.cancelled)
        } catch {
            return result(.failed, isTransient: true, "\(error)")
        }
    }
}
