import Core
import Testing

@testable import Daemon

/// The backfills that the golden files hold.
enum BackfillSamples {
    static var all: [BackfillRecord] {
        get throws {
            func time(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }
            return [
                BackfillRecord(
                    id: "backfill-20260301T120000Z-1f3a09bc",
                    by: "ada@ops",
                    created: try time("2026-03-01T12:00:00Z"),
                    streams: ["charges", "refunds"],
                    from: try time("2026-01-01T00:00:00Z"),
                    to: try time("2026-02-01T00:00:00Z"),
                    chunk: 86_400,
                    done: 7,
                    run: "20260301T120307Z-00c0ffee"
                ),
                BackfillRecord(
                    id: "backfill-20260228T120000Z-1f3a09bd",
                    by: "page",
                    created: try time("2026-02-28T12:00:00Z"),
                    from: try time("2025-01-01T00:00:00Z"),
                    to: try time("2026-01-01T00:00:00Z"),
                    chunk: 3600,
                    done: 41,
                    status: .failed,
                    ended: try time("2026-02-28T13:00:00Z"),
                    reason: "chunk 42: the API is away"
                ),
            ]
        }
    }
}
