package import Core
import Kafka
import Synchronization

extension DaemonClient {
    /// Waits for the end of a backfill, whatever daemon brings it there; `onNote` hears of every chunk.
    package func follow(
        backfill id: String,
        since start: Instant,
        onNote: @escaping @Sendable (BackfillNote) -> Void
    ) async throws -> BackfillNote? {
        let last = Locked<BackfillNote?>(nil)
        try await LogTopic.with(.runs, kafka, prefix: prefix) { runs in
            try await runs.follow(from: .time(start)) { record in
                guard let line = try? RunLine(record.value ?? []), case .backfill(let note) = line.event,
                    note.backfill.id == id, line.erased == nil
                else { return true }
                last.withLock { $0 = note }
                onNote(note)
                return note.backfill.status == .active
            }
        }
        return last.withLock { $0 }
    }
}
