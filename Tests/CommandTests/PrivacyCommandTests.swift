import Foundation
import JSON
import ProcessSupport
import Testing

/// `sluice privacy`, and the schemas of what is published under a policy.
@Suite("The commands of personal fields", .timeLimit(.minutes(3)))
struct PrivacyCommandTests {
    private let folder = TemporaryFolder()

    private func run(_ words: [String], environment: [String: String] = [:]) async throws -> SluiceProcess {
        let process = try SluiceProcess(words, environment: environment)
        try #require(await process.waitForEnd(atMost: 60))
        return process
    }

    private func policy(_ text: String) -> [String] { ["--privacy", folder.write("privacy.yaml", text)] }

    @Test("every personal field is shown with what becomes of it, and who says so")
    func show() async throws {
        let words = policy(
            "default: mask\nkinds: {email: hash}\nfields:\n  stripe.customers: {metadata: drop, new: drop}\n"
        )
        let text = try await run(["privacy", "show", "-e", "stripe"] + words)
        #expect(text.exitCode == 0, "\(text.standardError)")
        let line = try #require(
            text.standardOutput.split(separator: "\n").first {
                $0.split(separator: " ").prefix(2) == ["stripe.customers", "email"]
            }
        )
        #expect(line.contains("hash") && line.contains("privacy.yaml:2:16"))
        #expect(text.standardOutput.contains("not marked"))

        let json = try await run(["privacy", "show", "-o", "json"] + words)
        let rows = try #require(try JSONValue.parse(Array(json.standardOutput.utf8)).elements)
        #expect(Set(rows.compactMap { $0["extractor"]?.text }) == ["stripe", "zendesk", "hubspot"])
        func row(_ stream: String, _ path: String) -> JSONValue? {
            rows.first { $0["stream"]?.text == stream && $0["path"]?.text == path }
        }
        #expect(row("contacts", "properties.email")?["action"] == "hash")
        #expect(row("contacts", "properties.firstname")?["action"] == "mask")
        #expect(row("customers", "metadata")?["action"] == "drop")
        #expect(row("customers", "new")?["marked"] == .bool(false))

        let none = try await run(["privacy", "show", "-o", "json", "-e", "zendesk"])
        let passing = try #require(try JSONValue.parse(Array(none.standardOutput.utf8)).elements)
        #expect(passing.count > 50 && passing.allSatisfy { $0["action"] == "pass" && $0["from"] == .null })
    }

    @Test("a policy is checked with its key; a field that no schema knows is warned of")
    func check() async throws {
        let words = policy(
            "key: env:THE_KEY\nkinds: {email: hash}\nfields:\n  stripe.customers: {emial: drop}\n"
        )
        let sound = try await run(
            ["privacy", "check"] + words,
            environment: ["THE_KEY": "0123456789abcdef0123456789abcdef"]
        )
        #expect(sound.exitCode == 0, "\(sound.standardError)")
        #expect(sound.standardOutput.contains("privacy.yaml:4:29: warning: "), "\(sound.standardOutput)")
        #expect(
            sound.standardOutput.contains("emial") && sound.standardOutput.contains("did you mean email?")
        )
        #expect(sound.standardOutput.contains("sound, for "))
        let keyless = try await run(["privacy", "check"] + words)
        #expect(keyless.exitCode == 2)
        #expect(keyless.standardError.contains("THE_KEY"))
    }

    static let refusals = [
        (
            "fields: {strpe.customers: {email: drop}}",
            "privacy.yaml:1:10: unknown extractor strpe; did you mean stripe?"
        ),
        (
            "fields: {stripe.custmers: {email: drop}}",
            "privacy.yaml:1:10: extractor stripe has no stream custmers"
        ),
        (
            "fields: {hubspot/eu.contacts: {id: drop}}",
            "privacy.yaml:1:32: id of contacts is always published"
        ),
        ("kinds: {email: hash}", "privacy.yaml:1:16: "),
    ]

    @Test("what is wrong is refused where it stands", arguments: refusals)
    func refused(_ text: String, _ words: String) async throws {
        let process = try await run(["privacy", "check"] + policy(text))
        #expect(process.exitCode == 2)
        #expect(process.standardError.contains(words), "\(process.standardError)")
    }

    @Test("without a policy there is nothing to check")
    func nothing() async throws {
        let process = try await run(["privacy", "check"])
        #expect(process.exitCode == 2)
        #expect(process.standardError.contains("--privacy FILE"))
    }

    @Test("a stream's schema is shown as its records are published")
    func schema() async throws {
        let words = ["schemas", "show", "stripe", "customers"]
        let plain = try JSONValue.parse(Array(try await run(words).standardOutput.utf8))
        let published = try await run(words + policy("fields: {stripe.customers: {created: hash}}\n"))
        #expect(published.exitCode == 0, "\(published.standardError)")
        let schema = try JSONValue.parse(Array(published.standardOutput.utf8))
        #expect(schema["properties"]?["email"] == plain["properties"]?["email"], "a text stays one")
        #expect(schema["properties"]?["created"]?["type"] == ["integer", "null", "string"])
        #expect(schema["properties"]?["balance"] == plain["properties"]?["balance"])
        let variable = try await run(words, environment: ["SLUICE_PRIVACY": words.joined()])
        #expect(variable.exitCode == 2, "a file that is not there")
    }

    @Test("the setting of a daemon is shown with where it comes from")
    func config() async throws {
        let file = folder.write("sluice.yaml", "{kafka: 'a:1', topic_prefix: p, privacy: policy.yaml}\n")
        let process = try await run(["config", "show", "--config", file])
        let row = process.standardOutput.split(separator: "\n").first { $0.hasPrefix("privacy ") }
        #expect(row?.contains("\(folder.path)/policy.yaml") == true, "\(process.standardOutput)")
        #expect(row?.contains("sluice.yaml:1:") == true)
        let flag = try await run(
            ["config", "show", "--config", file, "--privacy", "other.yaml"],
            environment: ["SLUICE_PRIVACY": "third.yaml"]
        )
        #expect(flag.standardOutput.contains("other.yaml") && flag.standardOutput.contains("--privacy"))
    }
}
