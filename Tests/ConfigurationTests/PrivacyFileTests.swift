import Configuration
import Core
import ProcessSupport
import Testing

/// The file that says what becomes of personal fields.
@Suite("A policy for personal fields")
struct PrivacyFileTests {
    private func parse(_ text: String) throws -> PrivacyFile {
        try PrivacyFile.parse(Array(text.utf8), path: "dir/privacy.yaml")
    }

    @Test("all that it can say")
    func whole() throws {
        let file = try parse(
            """
            key: env:PRIVACY_KEY
            default: mask
            kinds: {email: hash, date_of_birth: drop}
            fields:
              stripe.customers: {email: pass, metadata: drop}
              hubspot/eu.contacts: {properties.favourite_colour: {do: hash, kind: text}}
            """
        )
        #expect(file.usual?.action == .mask)
        #expect(file.kinds.mapValues(\.action) == [.email: .hash, .dateOfBirth: .drop])
        #expect(file.kinds[.email]?.origin == .file("dir/privacy.yaml", line: 3, column: 16))
        #expect(file.streams.map(\.extractor) == ["stripe", "hubspot"])
        #expect(file.streams.map(\.account) == [nil, "eu"])
        #expect(file.streams.map(\.stream) == ["customers", "contacts"])
        #expect(file.streams[0].fields.map(\.path.text) == ["email", "metadata"])
        #expect(file.streams[0].fields.map(\.choice.action) == [.pass, .drop])
        #expect(file.streams[1].fields[0].choice.kind == .text)
        #expect(file.streams[1].fields[0].path.origin == .file("dir/privacy.yaml", line: 6, column: 25))
        #expect(try file.secret(SecretReader(environment: ["PRIVACY_KEY": "k"]))?.revealed == "k")
        #expect(throws: ConfigurationError.self) { try file.secret(SecretReader(environment: [:])) }
        #expect(try file.secret(.blind)?.revealed.isEmpty == true)
    }

    @Test("an empty mapping says nothing")
    func empty() throws {
        let file = try parse("{}")
        #expect(file.usual == nil)
        #expect(file.streams.isEmpty)
        #expect(try file.secret(.blind) == nil)
    }

    @Test(
        "what cannot be meant is refused where it stands, with what may be",
        arguments: [
            ("kind: {email: hash}", "dir/privacy.yaml:1:1", "kinds"),
            ("kinds: {mail: hash}", "dir/privacy.yaml:1:9", "did you mean email?"),
            ("kinds: {email: hsah}", "dir/privacy.yaml:1:16", "did you mean hash?"),
            ("default: encrypt", "dir/privacy.yaml:1:10", "pass, drop, mask, hash"),
            ("fields: {stripe: {email: drop}}", "dir/privacy.yaml:1:10", "extractor.stream"),
            ("fields: {a/b/c.d: {email: drop}}", "dir/privacy.yaml:1:10", "extractor/account.stream"),
            ("fields: {/b.d: {email: drop}}", "dir/privacy.yaml:1:10", "names no stream"),
            ("fields: {a.b: {email: {kind: email}}}", "dir/privacy.yaml:1:23", "add do:"),
            (
                "fields: {a.b: {email: {do: drop, kind: mail}}}", "dir/privacy.yaml:1:40",
                "did you mean email?"
            ),
            ("fields: {a.b: {email: {do: drop, as: text}}}", "dir/privacy.yaml:1:34", "unknown key as"),
            ("fields: {a.b: [email]}", "dir/privacy.yaml:1:15", "mapping"),
            ("- key", "dir/privacy.yaml:1:1", "mapping"),
            ("default: {", "dir/privacy.yaml:", ""),
        ]
    )
    func refused(_ text: String, _ place: String, _ words: String) {
        let error = #expect(throws: ConfigurationError.self) { try parse(text) }
        #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("all that is wrong is told at once, in the file's order")
    func several() {
        let error = #expect(throws: ConfigurationError.self) {
            try parse("kinds:\n  mail: hash\n  name: burn\ndefault: keep\n")
        }
        #expect(error?.parts.count == 3)
        #expect(
            error?.parts.map { $0.message.split(separator: " ").first.map(String.init) } == [
                "dir/privacy.yaml:2:3:", "dir/privacy.yaml:3:9:", "dir/privacy.yaml:4:10:",
            ]
        )
    }

    @Test("a file that is not there is told by its path")
    func missing() {
        let error = #expect(throws: ConfigurationError.self) { try PrivacyFile.load("/nowhere/privacy.yaml") }
        #expect(error?.code == .unreadableFile)
        #expect(error?.message.contains("/nowhere/privacy.yaml") == true)
    }
}
