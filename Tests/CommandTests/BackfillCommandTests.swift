import Foundation
import ProcessSupport
import Testing

/// `sluice backfill` and `sluice backfills` without a Kafka: the built command.
@Suite("The command of backfills", .timeLimit(.minutes(3)))
struct BackfillCommandTests {
    private static let kafka = ["--kafka", "127.0.0.1:1", "--topic-prefix", "retail"]
    private static let range = ["--from", "2026-01-01T00:00:00Z", "--to", "2026-02-01T00:00:00Z"]

    private func run(_ words: [String]) async throws -> SluiceProcess {
        let process = try SluiceProcess(words)
        try #require(await process.waitForEnd(atMost: 60))
        return process
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var words: [String]
        var says: [String]
        var testDescription: String { words.joined(separator: " ") }
    }

    static let refusals = [
        Refusal(words: [], says: ["the schedule is missing", "--resume"]),
        Refusal(words: ["crm", "--to", "2026-02-01"], says: ["--from is missing"]),
        Refusal(words: ["crm", "--from", "2026-01-01"], says: ["--to is missing"]),
        Refusal(words: ["crm", "--from", "soon", "--to", "2026-02-01"], says: ["--from", "\"soon\""]),
        Refusal(words: ["crm"] + range + ["--chunk", "day"], says: ["--chunk", "\"day\""]),
        Refusal(
            words: ["--resume", "backfill-1", "--stream", "tickets"],
            says: ["--stream and --resume", "leave one of them out"]
        ),
        Refusal(words: ["--resume", "backfill-1"] + range, says: ["--from and --resume"]),
    ]

    @Test("what is wrong is said before anybody is asked", arguments: refusals)
    func refused(refusal: Refusal) async throws {
        let process = try await run(["backfill"] + refusal.words + Self.kafka)
        #expect(process.exitCode == 2)
        for text in refusal.says { #expect(process.standardError.contains(text), "\(process.standardError)") }
        #expect(process.standardOutput.isEmpty)
    }

    @Test(
        "without a Kafka it ends with 3",
        arguments: [
            ["backfill", "crm"] + range + ["--yes"], ["backfill", "--resume", "backfill-1"], ["backfills"],
        ]
    )
    func withoutKafka(words: [String]) async throws {
        let process = try await run(words + Self.kafka)
        #expect(process.exitCode == 3, "\(process.standardError)")
        #expect(process.standardError.contains("127.0.0.1:1"))
    }

    @Test("help and the shells know it")
    func help() async throws {
        let help = try await run(["backfill", "--help"])
        #expect(help.exitCode == 0)
        for text in ["--dry-run", "--chunk DURATION", "No bookmark moves", "--resume ID"] {
            #expect(help.standardOutput.contains(text), "\(help.standardOutput)")
        }
    }
}
