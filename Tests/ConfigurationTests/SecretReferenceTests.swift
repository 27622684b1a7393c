import Configuration
import Core
import ProcessSupport
import Testing

struct SecretReferenceTests {
    @Test(
        arguments: [
            ("sk_live_1", .literal(Secret("sk_live_1"))),
            ("", .literal(Secret(""))),
            ("https://x", .literal(Secret("https://x"))),
            ("ENV:X", .literal(Secret("ENV:X"))),
            ("env:API_KEY", .environment("API_KEY")),
            ("file:/run/secrets/a b", .file("/run/secrets/a b")),
            ("file:relative", .file("relative")),
            ("exec:pass show x", .command(["pass", "show", "x"])),
            (
                "exec:  a\t'b c'  \"d \\\" \\\\ \\n e\" f'g'h ''",
                .command(["a", "b c", "d \" \\ \\n e", "fgh", ""])
            ),
            ("exec:a $HOME *;|", .command(["a", "$HOME", "*;|"])),
            ("exec:a 'x\\'", .command(["a", "x\\"])),
        ] as [(String, SecretReference)]
    )
    func parses(_ text: String, _ expected: SecretReference) throws {
        #expect(try SecretReference(parsing: text) == expected)
    }

    @Test(
        arguments: [
            ("env:", "env: needs the name of an environment variable: env:NAME"),
            ("env:A=B", "env: needs the name of an environment variable: env:NAME"),
            ("file:", "file: needs the path of a file: file:PATH"),
            ("exec:", "exec: needs a command: exec:PROGRAM ARGUMENT …"),
            ("exec: '' a", "exec: needs a command: exec:PROGRAM ARGUMENT …"),
            ("exec:a 'b", "exec: has a quote that is never closed"),
            ("exec:a \"b\\\"", "exec: has a quote that is never closed"),
            ("exec:a\0b", "exec: takes no NUL character in a command"),
        ]
    )
    func refuses(_ text: String, _ message: String) {
        let error = #expect(throws: ConfigurationError.self) { try SecretReference(parsing: text) }
        #expect(error?.code == .badReference)
        #expect(error?.message == message)
        #expect(error?.exitCode == .configuration)
    }

    @Test(
        arguments: [
            ("hunter2", "•••"), ("env:A", "env:A"), ("file:/x", "file:/x"), ("exec:vault", "exec:vault"),
            ("exec:vault --token hunter2", "exec:vault …"),
        ]
    )
    func describes(_ text: String, _ expected: String) throws {
        let reference = try SecretReference(parsing: text)
        var dumped = ""
        dump(Secret("hunter2"), to: &dumped)
        #expect("\(reference)" == expected)
        #expect(!dumped.contains("hunter2"))
    }
}

struct SecretReaderTests {
    private let folder = TemporaryFolder()

    private func read(
        _ text: String,
        environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        limit: Duration = .seconds(10)
    ) throws -> String {
        let reader = SecretReader(environment: environment, commandLimit: limit)
        return try reader.read(SecretReference(parsing: text), folder: folder.path).revealed
    }

    private func failure(
        _ text: String,
        environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        limit: Duration = .seconds(10)
    ) -> String? {
        let error = #expect(throws: ConfigurationError.self) {
            try read(text, environment: environment, limit: limit)
        }
        #expect(error?.code == .secretUnavailable)
        return error?.message
    }

    @Test func environment() throws {
        #expect(try read("env:KEY", environment: ["KEY": "a=b\n"]) == "a=b\n")
        #expect(failure("env:KEY", environment: [:]) == "cannot read env:KEY: the variable is not set")
        #expect(failure("env:KEY", environment: ["KEY": ""]) == "cannot read env:KEY: it is empty")
        #expect(ProcessEnvironment.current["PATH"]?.isEmpty == false)
    }

    @Test(arguments: [
        ("k", "k"), ("k\n", "k"), ("k\r\n", "k"), ("k\n\n", "k\n"), (" a b ", " a b "), ("a\nb\n", "a\nb"),
    ])
    func file(_ text: String, _ expected: String) throws {
        let path = folder.write("secret", text)
        #expect(try read("file:\(path)") == expected)
        #expect(try read("file:secret") == expected)
    }

    @Test func fileFailures() {
        #expect(failure("file:nothing")?.hasSuffix("file:nothing: No such file or directory") == true)
        #expect(failure("file:\(folder.path)")?.hasSuffix("Is a directory") == true)
        folder.write("empty", "\n")
        #expect(failure("file:empty") == "cannot read file:empty: it is empty")
        folder.write("binary", [0x73, 0x33, 0x63, 0xFF])
        #expect(failure("file:binary") == "cannot read file:binary: what it holds is not UTF-8 text")
        folder.write("large", [UInt8](repeating: 0x61, count: 70_000))
        #expect(failure("file:large") == "cannot read file:large: it holds more than 65536 bytes")
    }

    @Test(
        arguments: [
            ("exec:echo s3cret", "s3cret"),
            ("exec:printf 'a\\nb\\n'", "a"),
            ("exec:printf 'a\\r\\nb'", "a"),
            ("exec:printf '%s|' a 'b  c' \"d\"", "a|b  c|d|"),
            ("exec:echo $HOME `id` $(id) * ; echo x | cat > y", "$HOME `id` $(id) * ; echo x | cat > y"),
            (
                "exec:printf '-----BEGIN KEY-----\\nabc\\n-----END KEY-----\\n'",
                "-----BEGIN KEY-----\nabc\n-----END KEY-----"
            ),
            ("exec:sh -c 'echo $GREETING'", "hello"),
            ("exec:sh -c 'cat; echo no-input'", "no-input"),
            ("exec:sh -c 'echo x >&2; echo y'", "y"),
        ]
    )
    func command(_ text: String, _ expected: String) throws {
        let environment = ["PATH": "/usr/bin:/bin", "GREETING": "hello"]
        #expect(try read(text, environment: environment) == expected)
        #expect(!folder.contains("y"))
    }

    @Test(
        arguments: [
            (
                "exec:sh -c 'echo s3cret; echo s3cret >&2; exit 3'",
                "exec:sh …: the command ended with code 3; run it by hand to see why"
            ),
            (
                "exec:sh -c 'echo s3cret; kill -9 $$'",
                "exec:sh …: the command was ended by signal 9; run it by hand to see why"
            ),
            ("exec:no-such-program-here s3cret", "exec:no-such-program-here …: No such file or directory"),
            ("exec:true", "exec:true: it is empty"),
            ("exec:sh -c 'echo; echo s3cret'", "exec:sh …: it is empty"),
            ("exec:printf 's3cret\\377'", "exec:printf …: what it holds is not UTF-8 text"),
            ("exec:yes s3cret", "exec:yes …: it holds more than 65536 bytes"),
        ]
    )
    func commandFailure(_ text: String, _ message: String) {
        #expect(failure(text) == "cannot read \(message)")
    }

    /// A program that waits, one that closed its output and waits, and one whose child holds the output open.
    @Test(arguments: ["sleep 60", "sh -c 'exec >&-; sleep 60'", "sh -c 'sleep 60 & exit 0'"])
    func commandTimeout(_ command: String) {
        let started = ContinuousClock.now
        let message = failure("exec:\(command)", limit: .milliseconds(200))
        #expect(message?.contains("did not end within 0.2 seconds") == true)
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    /// Programs started at once must not hold each other's pipes.
    @Test func manyCommandsAtOnce() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<16 {
                group.addTask {
                    let reader = SecretReader(environment: ["PATH": "/usr/bin:/bin"])
                    return try reader.read(SecretReference(parsing: "exec:echo \(number)")).revealed
                }
            }
            var seen: Set<String> = []
            for try await text in group { seen.insert(text) }
            #expect(seen.count == 16)
        }
    }
}
