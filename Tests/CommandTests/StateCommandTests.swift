import Foundation
import ProcessSupport
import Testing

/// What the commands that change state say of a command line that cannot be run, before anybody is asked.
@Suite("The commands of state", .timeLimit(.minutes(3)))
struct StateCommandTests {
    private static let kafka = ["--kafka", "127.0.0.1:1", "--topic-prefix", "retail"]
    private static let reason = ["--reason", "ticket 4711"]

    static let refusals = [
        Refusal(words: ["state", "reset", "stripe/acme"], says: ["--reason"]),
        Refusal(words: ["state", "reset", "stripe/acme", "--reason", " "], says: ["1 to 500 characters"]),
        Refusal(
            words: ["state", "reset", "stripe/acme", "--reason", String(repeating: "x", count: 501)],
            says: ["1 to 500 characters"]
        ),
        Refusal(words: ["state", "reset", "acme"] + reason, says: ["stripe/acme"]),
        Refusal(words: ["state", "reset", "stripe/acme", "--stream", "a.b"] + reason, says: ["a.b"]),
        Refusal(words: ["state", "set", "stripe/acme", "charges"] + reason, says: ["--at"]),
        Refusal(
            words: ["state", "set", "stripe/acme", "charges", "--at", "noon"] + reason,
            says: ["--at", "noon", "2026-11-25"]
        ),
        Refusal(
            words: ["state", "skip", "stripe/acme", "charges"] + reason,
            says: ["--before TIME, --before-page TOKEN or --rest"]
        ),
        Refusal(
            words: ["state", "skip", "stripe/acme", "charges", "--rest", "--before", "now"] + reason,
            says: ["--before and --rest leave out different things"]
        ),
        Refusal(
            words: ["state", "skip", "stripe/acme", "charges", "--before-page", "cus_9"] + reason,
            says: ["--before-page", "cus_9", "in quotes"]
        ),
        Refusal(words: ["state", "import", "/nowhere/state.json"], says: ["--reason"]),
        Refusal(
            words: ["state", "import", "/nowhere/state.json"] + reason + kafka,
            says: ["/nowhere/state.json", "No such file"]
        ),
        Refusal(
            words: ["state", "import", "Package.swift"] + reason + kafka,
            says: ["the state in Package.swift cannot be read"]
        ),
        Refusal(words: ["account", "remove"] + reason, says: ["<account> is missing"]),
        Refusal(words: ["account", "remove", "stripe/acme"], says: ["--reason"]),
        Refusal(words: ["state", "export", "--topic-prefix", "retail"], says: ["--kafka"]),
    ]

    @Test("is refused with the remedy", arguments: refusals)
    func refused(refusal: Refusal) async throws { try await refusal.check() }

    @Test("a Kafka that is away ends them with 3", arguments: ["reset", "export"])
    func kafkaIsAway(verb: String) async throws {
        let words = verb == "reset" ? ["stripe/acme"] + Self.reason : []
        let process = try SluiceProcess(["state", verb] + words + Self.kafka)
        try #require(await process.waitForEnd(atMost: 90))
        #expect(process.exitCode == 3, "\(process.standardError)")
    }

    @Test(
        "each says what it does",
        arguments: [
            ("state reset", "--forget"), ("state set", "--at"), ("state skip", "--before-page"),
            ("state export", "--with-credentials"), ("state import", "--replace"),
            ("account remove", "--yes"),
        ]
    )
    func help(command: String, says: String) async throws {
        let process = try SluiceProcess(command.split(separator: " ").map(String.init) + ["--help"])
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0)
        #expect(process.standardOutput.contains(says))
    }
}
