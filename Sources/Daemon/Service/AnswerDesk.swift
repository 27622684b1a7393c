import Core
import Synchronization

/// Hands the answers to commands to those in this process that wait for them.
final class AnswerDesk: Sendable {
    private let waiting = Locked<[String: CheckedContinuation<CommandAnswer?, Never>]>([:])

    init() {}

    /// Posts a command and waits for its answer; nil where none comes in time.
    func answer(
        to command: String,
        within patience: Duration,
        _ clock: Monotonic,
        post: @escaping @Sendable () async throws -> Void
    ) async throws -> CommandAnswer? {
        try await withThrowingTaskGroup(of: CommandAnswer??.self) { group in
            group.addTask { await self.wait(for: command) }
            group.addTask {
                try await post()
                try? await clock.sleep(patience)
                return .some(nil)
            }
            defer {
                group.cancelAll()
                waiting.withLock { $0.removeValue(forKey: command) }?.resume(returning: nil)
            }
            return try await group.next().flatMap { $0 } ?? nil
        }
    }

    private func wait(for command: String) async -> CommandAnswer?? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = waiting.withLock { waiting in
                    guard !Task.isCancelled else { return true }
                    waiting[command] = continuation
                    return false
                }
                if isOver { continuation.resume(returning: nil) }
            }
        } onCancel: {
            waiting.withLock { $0.removeValue(forKey: command) }?.resume(returning: nil)
        }
    }

    /// An answer, which may be for nobody here.
    func take(_ answer: CommandAnswer) {
        waiting.withLock { $0.removeValue(forKey: answer.command) }?.resume(returning: answer)
    }
}
