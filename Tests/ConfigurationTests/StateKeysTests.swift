import Configuration
import Core
import ProcessSupport
import Testing

@Suite("State keys: flags, file and variable")
struct StateKeysTests {
    private let folder = TemporaryFolder()

    init() { folder.write("new.key", "new-key\n") }

    private func resolve(_ file: String?, _ flags: [String] = [], variable: String? = nil) throws -> [String]
    {
        try StateKeys.resolve(
            file: file.map {
                try AccountFile.parse(Array("extractor: stripe\n\($0)".utf8), path: "\(folder.path)/a.yaml")
            },
            flags: flags,
            variable: variable,
            reader: SecretReader(environment: ["OLD": "old-key", "THIRD": "third-key"])
        ).map(\.revealed)
    }

    @Test(
        arguments: [
            (nil, [], nil, []), (nil, [], "", []), (nil, [], "v", ["v"]),
            ("state_key: file:new.key", [], "v", ["new-key"]),
            ("state_key: [file:new.key, env:OLD]", [], nil, ["new-key", "old-key"]),
            ("state_key: literal", [], nil, ["literal"]),
            ("state_key: file:new.key", ["env:THIRD", "env:OLD"], "v", ["third-key", "old-key"]),
        ] as [(String?, [String], String?, [String])]
    )
    func keysAreRead(file: String?, flags: [String], variable: String?, keys: [String]) throws {
        #expect(try resolve(file, flags, variable: variable) == keys)
    }

    @Test(
        arguments: [
            ("state_key: []", [], "one key, or two while it is changed"),
            ("state_key: [a, b, c]", [], "one key, or two while it is changed"),
            ("state_key: {a: b}", [], "a.yaml:2:12"),
            ("state_key: env:NONE", [], "a.yaml:2:12: state_key: cannot read env:NONE"),
            (nil, ["topsecret"], "a secret on a command line is seen by every process"),
            (nil, ["env:OLD", "env:OLD", "env:OLD"], "the new one first"),
        ] as [(String?, [String], String)]
    )
    func mistakesAreNamed(file: String?, flags: [String], text: String) {
        let error = #expect(throws: ConfigurationError.self) { try resolve(file, flags) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("topsecret") == false)
    }
}
