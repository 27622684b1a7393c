import Foundation
import ProcessSupport
import Testing

/// What is said of an erasure to a command line or a file that cannot be run, before anybody is asked.
@Suite("The commands that erase", .timeLimit(.minutes(3)))
struct EraseCommandTests {
    private static let kafka = ["--kafka", "127.0.0.1:1", "--topic-prefix", "retail"]
    private static let account = ["--extractor", "stripe", "--account", "acme"]
    private static let reason = ["--reason", "request 4711"]

    static let refusals = [
        Refusal(
            words: ["erase", "key", "cus_1", "--stream", "customers"] + account + kafka,
            says: ["--reason"]
        ),
        Refusal(
            words: ["erase", "key", "--stream", "customers"] + account + reason + kafka,
            says: ["say which keys"]
        ),
        Refusal(words: ["erase", "key", "cus_1"] + account + reason + kafka, says: ["--stream whose keys"]),
        Refusal(
            words: ["erase", "key", "cus_1", "--stream", "customers"] + reason + kafka,
            says: ["--extractor and --account, or --config"]
        ),
        Refusal(
            words: ["erase", "key", "cus_1", "--keys", "keys.jsonl"] + reason + kafka,
            says: ["leave out the others"]
        ),
        Refusal(
            words: ["erase", "key", "--keys", "/nonexistent/keys.jsonl"] + reason + kafka,
            says: ["cannot read /nonexistent/keys.jsonl"]
        ),
        Refusal(
            words: ["erase", "key", "cus_1", "--stream", "customers", "--reason", "erase cus_1"] + account
                + kafka,
            says: ["--reason names a key", "name the request instead"]
        ),
        Refusal(words: ["erase", "find"] + kafka, says: ["value"]),
        Refusal(words: ["erase", "find", "x", "--topic-prefix", "retail"], says: ["SLUICE_KAFKA"]),
    ]

    @Test(arguments: refusals)
    func isRefused(_ refusal: Refusal) async throws { try await refusal.check() }

    @Test(
        "a file of keys is refused with its line",
        arguments: [
            ("{\"account\":\"stripe\",\"stream\":\"customers\",\"key\":\"a\"}\n", ["line 1", "stripe"]),
            ("\nnothing\n", ["line 2: it is no JSON object"]),
            ("{\"topic\":\"retail.sluice.runs\",\"line\":\"x\"}\n", ["names no key"]),
        ]
    )
    func inAFile(text: String, says: [String]) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/sluice-erase-\(UUID().uuidString).jsonl"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await Refusal(words: ["erase", "key", "--keys", path] + Self.reason + Self.kafka, says: says)
            .check()
    }
}
