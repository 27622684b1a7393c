import Configuration
import Core
import JSON
import Testing

struct SettingsResolverTests {
    private static let declarations = [
        SettingDeclaration(name: "api_key", isSecret: true, isRequired: true, summary: "a restricted key"),
        SettingDeclaration(name: "base_url", defaultValue: "https://api.example.com"),
        SettingDeclaration(name: "subdomain", pattern: "[a-z0-9-]+", summary: "the part before .example.com"),
        SettingDeclaration(name: "limit", defaultValue: 100),
        SettingDeclaration(name: "live", defaultValue: false),
        SettingDeclaration(name: "scopes", defaultValue: ["read"]),
        SettingDeclaration(name: "id"),
    ]
    private let environment = ["KEY": "sk_from_env", "LIMIT": "7", "PATH": "/usr/bin:/bin"]

    private func resolve(_ file: String? = nil, _ flags: [String] = []) throws -> ResolvedSettings {
        let reader = SecretReader(environment: environment)
        let resolver = SettingsResolver(declarations: Self.declarations, reader: reader)
        return try resolver.resolve(
            file: file.map { try AccountFile.parse(Array($0.utf8), path: "a.yaml") },
            flags: SettingFlag.parse(flags, option: "--set")
        )
    }

    static let mergeTable:
        [(file: String?, flags: [String], name: String, value: JSONValue?, origin: String?)] =
            [
                (nil, ["api_key=env:KEY"], "api_key", "sk_from_env", "--set"),
                (nil, ["api_key=env:KEY"], "limit", 100, "default"),
                (nil, ["api_key=env:KEY"], "subdomain", nil, nil),
                (nil, ["api_key=env:KEY", "limit=5"], "limit", 5, "--set"),
                (nil, ["api_key=env:KEY", "limit=5", "limit=6"], "limit", 6, "--set"),
                (nil, ["api_key=env:KEY", "limit=env:LIMIT"], "limit", 7, "--set"),
                (nil, ["api_key=env:KEY", "live=true"], "live", true, "--set"),
                (nil, ["api_key=env:KEY", "scopes=a,b"], "scopes", ["a", "b"], "--set"),
                (nil, ["api_key=env:KEY", "id=0012"], "id", "0012", "--set"),
                (nil, ["api_key=env:KEY", "id=a=b"], "id", "a=b", "--set"),
                (nil, ["api_key=env:KEY", "id="], "id", "", "--set"),
                ("settings: {api_key: literal, limit: 3}", [], "api_key", "literal", "a.yaml:1:21"),
                ("settings: {api_key: literal, limit: 3}", [], "limit", 3, "a.yaml:1:37"),
                ("settings: {api_key: literal, limit: 3}", ["limit=4"], "limit", 4, "--set"),
                ("settings: {api_key: x, id: 0012}", [], "id", "0012", "a.yaml:1:28"),
                ("settings: {api_key: x, id: true}", [], "id", "true", "a.yaml:1:28"),
                ("settings: {api_key: 12345}", [], "api_key", "12345", "a.yaml:1:21"),
                (
                    "settings: {api_key: x, scopes: [a, env:KEY]}", [], "scopes", ["a", "sk_from_env"],
                    "a.yaml:1:32"
                ),
                ("settings: {api_key: x, limit: '9'}", [], "limit", 9, "a.yaml:1:31"),
                // What is overridden is not read: this variable does not exist.
                ("settings: {api_key: env:NOBODY}", ["api_key=env:KEY"], "api_key", "sk_from_env", "--set"),
                (
                    nil, ["api_key=sk_test", "base_url=http://127.0.0.1:8080/v1"], "api_key", "sk_test",
                    "--set"
                ),
                (nil, ["api_key=sk_test", "base_url=http://localhost:1"], "api_key", "sk_test", "--set"),
                (nil, ["api_key=sk_test", "base_url=http://[::1]:1"], "api_key", "sk_test", "--set"),
            ]

    @Test(arguments: mergeTable)
    func merges(_ file: String?, _ flags: [String], _ name: String, _ value: JSONValue?, _ origin: String?)
        throws
    {
        let settings = try resolve(file, flags)
        #expect(settings.values[name] == value)
        #expect(settings.origins[name]?.description == origin)
    }

    static let failureTable: [(file: String?, flags: [String], code: String, message: String)] = [
        (
            nil, [], "configuration.missing_setting",
            "missing: api_key (a restricted key); give each by --set api_key=env:NAME or in the file's settings"
        ),
        (
            nil, ["api_kye=env:KEY"], "configuration.unknown_setting",
            "--set: there is no setting api_kye; did you mean api_key?"
        ),
        (
            "settings: {zzz: 1}", ["api_key=env:KEY"], "configuration.unknown_setting",
            "a.yaml:1:17: there is no setting zzz; known: api_key, base_url, id, limit, live, scopes, subdomain"
        ),
        (
            nil, ["api_key=hunter2"], "configuration.literal_secret",
            "--set: api_key is a secret, and a command line is seen by every process; write --set api_key= with "
                + "env:NAME, file:PATH or exec:COMMAND, or put it into a file for --config"
        ),
        (
            nil, ["api_key=hunter2", "base_url=http://localhost@evil.example"],
            "configuration.literal_secret",
            "--set: api_key is a secret, and a command line is seen by every process; write --set api_key= with "
                + "env:NAME, file:PATH or exec:COMMAND, or put it into a file for --config"
        ),
        (
            nil, ["api_key=env:NOBODY"], "configuration.secret_unavailable",
            "--set: api_key: cannot read env:NOBODY: the variable is not set"
        ),
        (
            "settings: {api_key: 'exec:sh -c \"echo hunter2; exit 1\"'}", [],
            "configuration.secret_unavailable",
            "a.yaml:1:21: api_key: cannot read exec:sh …: the command ended with code 1; run it by hand to see why"
        ),
        (
            "settings: {api_key: ''}", [], "configuration.bad_setting",
            "a.yaml:1:21: api_key is empty, and the extractor needs it"
        ),
        (
            nil, ["api_key=env:KEY", "limit=hunter2"], "configuration.bad_setting",
            "--set: limit needs a number"
        ),
        (
            nil, ["api_key=env:KEY", "live=yes"], "configuration.bad_setting",
            "--set: live needs true or false"
        ),
        (
            "settings: {api_key: x, live: 1}", [], "configuration.bad_setting",
            "a.yaml:1:30: live needs true or false"
        ),
        (
            "settings: {api_key: x, scopes: 1}", [], "configuration.bad_setting",
            "a.yaml:1:32: scopes needs a list of texts"
        ),
        (
            "settings: {api_key: [hunter2]}", [], "configuration.bad_setting",
            "a.yaml:1:21: api_key needs a text, not a list"
        ),
        (
            nil, ["api_key=env:KEY", "subdomain=hunter2.x"], "configuration.bad_setting",
            "--set: subdomain must match [a-z0-9-]+ (the part before .example.com)"
        ),
        (
            nil, ["hunter2"], "configuration.bad_flag",
            "--set needs NAME=VALUE, and what it got has no name or no ="
        ),
        (
            nil, ["=hunter2"], "configuration.bad_flag",
            "--set needs NAME=VALUE, and what it got has no name or no ="
        ),
    ]

    @Test func tellsAllThatIsWrong() {
        let error = #expect(throws: ConfigurationError.self) {
            try resolve("settings: {zzz: 1, live: 1, scopes: 1}", ["limit=many"])
        }
        #expect(error?.code == .several)
        #expect(
            error?.parts.map(\.codeText).sorted() == [
                "configuration.bad_setting", "configuration.bad_setting", "configuration.bad_setting",
                "configuration.missing_setting", "configuration.unknown_setting",
            ]
        )
    }

    @Test(arguments: failureTable)
    func fails(_ file: String?, _ flags: [String], _ code: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) { try resolve(file, flags) }
        #expect(error?.codeText == code)
        #expect(error?.message == message)
        #expect(error?.exitCode == .configuration)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func describesWithoutSecrets() throws {
        let settings = try resolve("settings: {api_key: hunter2}", ["limit=5"])
        #expect(
            settings.description == """
                api_key = ••• (a.yaml:1:21)
                base_url = https://api.example.com (default)
                limit = 5 (--set)
                live = false (default)
                scopes = ["read"] (default)
                """
        )
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(settings.secrets == ["hunter2"])
        #expect(Redaction(secrets: settings.secrets)("key hunter2") == "key •••")
    }

    @Test func codesAreUnique() {
        #expect(Set(ConfigurationError.Code.allTexts).count == ConfigurationError.Code.allTexts.count)
    }
}
