import Configuration
import Core
import Testing

struct RegistrySettingsTests {
    private static let environment = ["PASSWORD": "registry-hunter2"]

    private func resolve(
        _ text: String?,
        flags: [String: String] = [:],
        variables: [String: String] = [:]
    ) throws -> RegistrySettings? {
        try RegistrySettings.resolve(
            file: text.map { try AccountFile.parse(Array($0.utf8), path: "etc/acme.yaml") },
            option: { name in flags[name].map { ($0, true) } ?? variables[name].map { ($0, false) } },
            reader: SecretReader(environment: Self.environment)
        )
    }

    private func message(_ body: () throws -> RegistrySettings?) -> String {
        do {
            return "no error: \(String(describing: try body()?.address))"
        } catch {
            return (error as? any SluiceError)?.message ?? "\(error)"
        }
    }

    @Test func theAddressAloneIsEnough() throws {
        let settings = try #require(
            try resolve("to: {kafka: 'a:1', registry: 'https://r.example:8081/path'}")
        )
        #expect(settings.address.text == "https://r.example:8081/path")
        #expect(settings.user == nil && settings.password == nil && settings.caFile == nil)
        #expect(settings.naming == .topic && settings.registers)
        #expect(try resolve("to: {kafka: 'a:1'}") == nil)
        #expect(try resolve(nil) == nil)
    }

    @Test func readsEverything() throws {
        let settings = try #require(
            try resolve(
                """
                registry:
                  url: http://127.0.0.1:8081
                  user: sluice
                  password: env:PASSWORD
                  subjects: topic_record
                  auto_register: false
                """
            )
        )
        #expect(settings.user == "sluice" && settings.password?.revealed == "registry-hunter2")
        #expect(settings.naming == .topicRecord && !settings.registers)
        #expect(settings.secrets == ["registry-hunter2"])
    }

    @Test func aFlagBeatsTheFileAndThatTheEnvironment() throws {
        let file = "to: {kafka: 'a:1', registry: {url: 'https://file:1', subjects: record}}"
        let variables = ["registry-url": "https://variable:1", "registry-user": "variable"]
        #expect(try resolve(nil, variables: variables)?.address.host == "variable")
        #expect(try resolve(file, variables: variables)?.address.host == "file")
        #expect(try resolve(file, variables: variables)?.user == "variable")
        let flags = ["registry-url": "https://flag:1", "registry-auto-register": "false"]
        let settings = try #require(try resolve(file, flags: flags, variables: variables))
        #expect(settings.address.host == "flag" && settings.naming == .record && !settings.registers)
        #expect(try resolve(file, flags: ["registry-url": "", "registry-subjects": ""]) == nil)
    }

    @Test(
        arguments: [
            (
                "{registry: {url: 'ftp://x'}}",
                "etc/acme.yaml:1:18: registry.url: is not the http or https address of a schema registry"
            ),
            ("{registry: {url: 'http://a:secret@x'}}", "registry.url: is not"),
            ("{registry: {url: 'http://x?token=secret'}}", "registry.url: is not"),
            ("{registry: {user: a}}", "etc/acme.yaml:1:19: registry.user: needs registry.url as well"),
            ("{registry: {url: 'http://x', password: b}}", "registry.password: needs registry.user as well"),
            (
                "{registry: {url: 'http://x', user: a, password: b}}",
                "registry.user: would go to another machine"
            ),
            ("{registry: {url: 'http://x', user: 'a:b'}}", "registry.user: \"a:b\" is not a name"),
            (
                "{registry: {url: 'http://x', subjects: all}}",
                "registry.subjects: \"all\" is not one of topic, record, topic_record"
            ),
            ("{registry: {url: 'http://x', auto_register: maybe}}", "\"maybe\" is not true or false"),
            ("{registry: {url: 'http://x', ca_file: none.pem}}", "cannot read etc/none.pem"),
            ("{registry: {address: 'http://x'}}", "unknown key address"),
            ("{to: {folder: d, registry: 'http://x'}}", "to a folder or to Kafka, not to both"),
        ]
    )
    func whatIsWrong(file: String, problem: String) {
        let message = message { try resolve(file) }
        #expect(message.contains(problem), "\(message)")
        #expect(!message.contains("secret@") && !message.contains("token="))
    }

    @Test func noPasswordStandsOnACommandLine() {
        let flags = ["registry-url": "https://x", "registry-user": "a", "registry-password": "hunter2"]
        let message = message { try resolve(nil, flags: flags) }
        #expect(message.contains("--registry-password") && !message.contains("hunter2"), "\(message)")
    }
}
