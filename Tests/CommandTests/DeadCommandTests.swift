import Foundation
import ProcessSupport
import Testing

/// What is said of dead letters to a command line or a file that cannot be run, before anybody is asked.
@Suite("The commands of dead letters", .timeLimit(.minutes(3)))
struct DeadCommandTests {
    private static let kafka = ["--kafka", "127.0.0.1:1", "--topic-prefix", "retail"]
    private static let reason = ["--reason", "ticket 4711"]
    private static let account = [
        "sync", "--extractor", "stripe", "--account", "acme", "--set", "api_key=env:HOME",
    ]

    static let refusals = [
        Refusal(words: ["dead", "replay", "3f"] + kafka, says: ["--reason"]),
        Refusal(words: ["dead", "replay"] + reason + kafka, says: ["say which letters", "--all"]),
        Refusal(words: ["dead", "drop"] + reason + kafka, says: ["say which letters"]),
        Refusal(
            words: ["dead", "replay", "3f", "--stream", "charges"] + reason + kafka,
            says: ["by their ids, or chosen by --stream"]
        ),
        Refusal(words: ["dead", "drop", "3f", "--all"] + reason + kafka, says: ["chosen by --all"]),
        Refusal(
            words: ["dead", "list", "--since", "noon"] + kafka,
            says: ["--since", "noon", "2026-11-25"]
        ),
        Refusal(words: ["dead", "show"] + kafka, says: ["letter"]),
        Refusal(words: ["dead", "list", "--topic-prefix", "retail"], says: ["SLUICE_KAFKA"]),
        Refusal(
            words: account + ["--dead-letters", "many"] + kafka,
            says: ["dead_letters cannot be many", "0 stops the stream"]
        ),
        Refusal(
            words: account + ["--dead-letters", "5", "--to", "stdout"],
            says: ["--dead-letters 5", "no place for dead letters", "write to a folder"]
        ),
    ]

    @Test(arguments: refusals)
    func isRefused(_ refusal: Refusal) async throws { try await refusal.check() }

    @Test("a limit in a file is refused with its place")
    func inAFile() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/sluice-dead-\(UUID().uuidString).yaml"
        let text = "extractor: stripe\naccount: acme\nsettings: {api_key: env:HOME}\ndead_letters: -1\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let process = try SluiceProcess(["sync", path] + Self.kafka)
        #expect(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 2)
        #expect(process.standardError.contains("\(path):4:15: "), "\(process.standardError)")
        #expect(process.standardError.contains("dead_letters cannot be -1"))
    }
}
