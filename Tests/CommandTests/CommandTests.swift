import Foundation
import JSON
import ProcessSupport
import Testing

/// The built command without any broker: what it says and how it ends.
@Suite("The command", .timeLimit(.minutes(3)))
struct CommandTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        var words: [String]
        var code: Int32
        var says: [String]
        var testDescription: String { words.joined(separator: " ") }
    }

    private static let account = ["--extractor", "stripe", "--account", "acme"]
    private static let loopback = ["--set", "base_url=http://127.0.0.1:9", "--set", "api_key=sk_test_x"]
    private static let kafka = ["--kafka", "127.0.0.1:1", "--topic-prefix", "retail"]

    static let refusals = [
        Refusal(words: ["snyc"], code: 2, says: ["snyc", "sync"]),
        Refusal(words: ["sync", "--acount", "x"], code: 2, says: ["--account"]),
        Refusal(words: ["sync"] + kafka, code: 2, says: ["--extractor"]),
        Refusal(
            words: ["sync", "--extractor", "strip", "--account", "a"] + kafka,
            code: 2,
            says: ["did you mean stripe?"]
        ),
        Refusal(
            words: ["sync", "--extractor", "stripe", "--account", "A B"] + kafka,
            code: 2,
            says: ["A B"]
        ),
        Refusal(words: ["sync"] + account + kafka, code: 2, says: ["api_key", "--set api_key=env:NAME"]),
        Refusal(
            words: ["sync"] + account + ["--set", "api_kye=env:X"] + kafka,
            code: 2,
            says: ["api_kye", "did you mean api_key?"]
        ),
        Refusal(
            words: ["sync"] + account + ["--set", "api_key=sk_live_topsecret"] + kafka,
            code: 2,
            says: ["env:NAME", "file:PATH", "exec:COMMAND"]
        ),
        Refusal(
            words: ["sync"] + account + ["--set", "api_key=env:SLUICE_TEST_NOT_SET"] + kafka,
            code: 2,
            says: ["SLUICE_TEST_NOT_SET"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + ["--stream", "charge"] + kafka,
            code: 2,
            says: ["did you mean charges?"]
        ),
        Refusal(words: ["sync"] + account + loopback + ["--limit", "0"] + kafka, code: 2, says: ["--limit"]),
        Refusal(words: ["sync"] + account + loopback, code: 2, says: ["--kafka"]),
        Refusal(
            words: ["sync"] + account + loopback + ["--kafka", "127.0.0.1:1"],
            code: 2,
            says: ["--topic-prefix"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka + ["--kafka-set", "enable.idempotence=false"],
            code: 2,
            says: ["enable.idempotence"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka
                + [
                    "--kafka-set", "sasl.mechanism=SCRAM-SHA-512", "--kafka-set",
                    "security.protocol=sasl_ssl",
                ],
            code: 2,
            says: ["SCRAM", "PLAIN"]
        ),
        Refusal(
            words: ["sync", "--config", "/nowhere/acme.yaml"] + kafka,
            code: 2,
            says: ["/nowhere/acme.yaml"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka + ["--ca-file", "/nowhere/ca.pem"],
            code: 2,
            says: ["--ca-file", "/nowhere/ca.pem", "No such file"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka + ["--client-key", "/nowhere/acme.key"],
            code: 2,
            says: ["--client-key", "/nowhere/acme.key", "No such file"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka + ["--client-key-passphrase", "topsecret"],
            code: 2,
            says: ["--client-key-passphrase", "client_certificate"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka
                + ["--proxy", "http://me:topsecret@proxy.internal:3128"],
            code: 2,
            says: ["--proxy", "env:NAME"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka + ["--topic-template", "<prefix>.<strem>"],
            code: 2,
            says: ["--topic-template", "<strem>", "<stream>"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + kafka + ["--topic-template", "<prefix>.sluice.<stream>"],
            code: 2,
            says: ["sluice's own", "change the template"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + ["--kafka", "127.0.0.1:1", "--topic-prefix", "A.B"],
            code: 2,
            says: ["--topic-prefix", "A.B"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + ["--to", "/nowhere/events"] + kafka,
            code: 2,
            says: ["--to", "/nowhere/events", "--kafka, --topic-prefix are for Kafka"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + ["--to", "stdout", "--take-over"],
            code: 2,
            says: ["--take-over is for Kafka"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + ["--state", "/nowhere/acme.state"] + kafka,
            code: 2,
            says: ["--state", "--to stdout"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + [
                "--to", "/nowhere/events", "--state", "/nowhere/acme.state",
            ],
            code: 2,
            says: ["--state", "--to stdout", "/nowhere/events/.sluice"]
        ),
        Refusal(words: ["sync"] + account + loopback + ["--to", ""], code: 2, says: ["--to", "empty"]),
        Refusal(
            words: ["sync", "schedules/stripe.yaml", "--config", "acme.yaml"],
            code: 2,
            says: ["schedules/stripe.yaml", "acme.yaml", "name one file"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + ["--since", "yesterday"] + kafka,
            code: 2,
            says: ["--since", "yesterday", "2026-11-25T12:00:00Z"]
        ),
        Refusal(
            words: ["sync"] + account + loopback + ["--since", "2200-01-01"] + kafka,
            code: 2,
            says: ["--since", "in the past"]
        ),
        Refusal(
            words: [
                "sync", "--extractors", "Tests/Bench/extractors", "--extractor", "pages", "--account", "a",
                "--set",
                "base_url=http://127.0.0.1:9", "--stream", "charges", "--since", "2026-01-01",
            ] + kafka,
            code: 2,
            says: ["--since", "charges", "without --since"]
        ),
        Refusal(
            words: ["simulate", "stripe", "--port", "0", "--faults", "nonsense"],
            code: 2,
            says: ["rate_limit"]
        ),
    ]

    @Test("bad input ends with its code and the remedy, and shows no secret", arguments: refusals)
    func refuses(_ row: Refusal) async throws {
        let process = try SluiceProcess(row.words)
        try #require(await process.waitForEnd(atMost: 60))
        let said = process.standardError + process.standardOutput
        #expect(process.exitCode == row.code, "\(said)")
        for part in row.says { #expect(said.contains(part), "\(said)") }
        #expect(!said.contains("topsecret"))
    }

    static let misuses = [
        (
            ["snyc"],
            "sluice: no command \"snyc\"; did you mean sync? (see 'sluice --help') [usage.unknown_command]"
        ),
        (
            ["sync", "--acount", "x"],
            "sluice sync: no option --acount; did you mean --account? (see 'sluice sync --help')"
                + " [usage.unknown_option]"
        ),
        (
            ["state"],
            "sluice state: a command is missing: show, reset, set, skip, export, import (see 'sluice state --help') [usage.missing_command]"
        ),
        (
            ["extractor", "test"],
            "sluice extractor test: <extractor> is missing (see 'sluice extractor test --help')"
                + " [usage.missing_argument]"
        ),
        (
            ["extractor", "read", "stripe", "customers", "--limit", "0"],
            "sluice extractor read: --limit: \"0\" is not a whole number from 1 to 100000"
                + " (see 'sluice extractor read --help') [usage.bad_value]"
        ),
    ]

    @Test("a command line that cannot be run is told once whose it is", arguments: misuses)
    func misused(words: [String], says: String) async throws {
        let process = try SluiceProcess(words)
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 2)
        #expect(process.standardError == says + "\n")
    }

    struct FileRefusal: Sendable, CustomTestStringConvertible {
        var lines: [String]
        /// What is said, where FILE stands for the file's path.
        var says: [String]
        var testDescription: String { lines.joined(separator: " ") }
    }

    private static let names = ["extractor: stripe", "account: acme"]

    static let fileRefusals = [
        FileRefusal(lines: names + ["setings: {}"], says: ["FILE:3:1", "did you mean settings?"]),
        FileRefusal(
            lines: ["extractor: strip", "account: acme"],
            says: ["FILE:1:12", "did you mean stripe?"]
        ),
        FileRefusal(lines: ["extractor: stripe", "account: A B"], says: ["FILE:2:10", "A B", "a-z"]),
        FileRefusal(lines: ["account: acme"], says: ["no extractor", "extractor:", "--extractor"]),
        FileRefusal(lines: ["extractor: [stripe", "account: acme"], says: ["FILE:2:"]),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "streams:", "- charges", "- custmers"],
            says: [
                "FILE:6:3", "did you mean customers?",
            ]
        ),
        FileRefusal(
            lines: names + ["settings:", "  api_kye: env:STRIPE_KEY"],
            says: ["FILE:4:12", "api_kye", "did you mean api_key?"]
        ),
        FileRefusal(
            lines: names + ["settings:", "  base_url: http://127.0.0.1:9"],
            says: ["FILE:4:3", "missing: api_key", "--set api_key=env:NAME"]
        ),
        FileRefusal(lines: names, says: ["FILE:1:1", "missing: api_key"]),
        FileRefusal(
            lines: names + ["settings:", "  api_key: env:SLUICE_TEST_NOT_SET"],
            says: ["FILE:4:12", "api_key", "SLUICE_TEST_NOT_SET"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x, requests_per_second: many}"],
            says: ["FILE:3:45", "requests_per_second", "needs a number"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "topic_template: <prefix>.all"],
            says: ["FILE:4:17", "leaves <stream> out"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "topic_prefix: A.B"],
            says: ["FILE:4:15", "A.B"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "connection: {ca_file: nowhere.pem}"],
            says: ["FILE:4:23", "ca_file", "nowhere.pem", "No such file"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "connection: {proxy: 'ftp://proxy'}"],
            says: ["FILE:4:21", "proxy", "HOST:PORT"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "cron: 0 * * * *"],
            says: ["FILE:4:1", "unknown key cron; write when"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "to:", "  folder: out", "  kafka: 'a:1'"],
            says: ["FILE:6:10", "not to both"]
        ),
        FileRefusal(
            lines: names + ["settings: {api_key: x}", "kafka: {set: {acks: 1}}"],
            says: ["FILE:4:21", "acks", "remove it"]
        ),
    ]

    @Test("what is wrong in a file is named with line, column and remedy", arguments: fileRefusals)
    func badFile(_ row: FileRefusal) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data((row.lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        // A flag would beat the file's prefix.
        let hasPrefix = row.lines.contains { $0.hasPrefix("topic_prefix") }
        let process = try SluiceProcess(
            ["sync", "--config", path] + (hasPrefix ? ["--kafka", "127.0.0.1:1"] : Self.kafka)
        )
        try #require(await process.waitForEnd(atMost: 60))
        let said = process.standardError
        #expect(process.exitCode == 2, "\(said)")
        for part in row.says { #expect(said.contains(part.replacing("FILE", with: path)), "\(said)") }
    }

    @Test("Kafka away: 3 within its time, and the summary keeps its form")
    func kafkaAway() async throws {
        // The shell takes the time: a test among many waits for its turn as well.
        let timed = #"SECONDS=0; "$@"; code=$?; echo "$SECONDS s" >&2; exit $code"#
        let process = try SluiceProcess(
            program: "/bin/bash",
            ["-c", timed, "bash", SluiceProcess.binary, "sync", "--output", "json"] + Self.account
                + Self.loopback + Self.kafka
        )
        try #require(await process.waitForEnd(atMost: 90))
        let seconds = process.standardError.split(separator: "\n").last?.split(separator: " ").first
        // 20 of patience, and the clients' end.
        #expect(seconds.flatMap { Int($0) } ?? .max < 45, "\(process.standardError)")
        #expect(process.exitCode == 3, "\(process.standardError)")
        let summary = try JSONValue.parse(Array(process.standardOutput.utf8))
        #expect(summary["status"]?.text == "failed")
        #expect(summary["error"]?["code"]?.text == "publish.unreachable")
        #expect(summary["streams"]?["customers"]?["records"]?.int == 0)
        #expect(
            summary.members?.map(\.name) == [
                "status", "records", "deletes", "dead_letters", "requests", "transactions", "seconds",
                "streams", "error",
            ]
        )
    }

    @Test("no Kafka: 2 with the remedy, and the summary keeps its form")
    func noKafka() async throws {
        let process = try SluiceProcess(["sync", "--output", "json"] + Self.account + Self.loopback)
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 2)
        #expect(process.standardError.contains("--kafka HOST:PORT"))
        let summary = try JSONValue.parse(Array(process.standardOutput.utf8))
        #expect(summary["status"]?.text == "failed")
        #expect(summary["error"]?["code"]?.text == "configuration.missing_setting")
    }

    @Test("Kafka away: a signal ends it at once, and the summary says so")
    func signalWhileKafkaIsAway() async throws {
        let process = try SluiceProcess(
            ["sync", "--output", "json", "--log-level", "debug"] + Self.account + Self.loopback + Self.kafka
        )
        // The client's own line: it has asked and is waiting.
        #expect(await process.errorLine(holding: "127.0.0.1:1", atMost: 30) != nil)
        let signalled = ContinuousClock.now
        process.signal(SIGINT)
        try #require(await process.waitForEnd(atMost: 60))
        // Without it 20 seconds, and more for the clients' end.
        #expect(ContinuousClock.now - signalled < .seconds(12))
        #expect(process.exitCode == 130, "\(process.standardError)")
        let summary = try JSONValue.parse(Array(process.standardOutput.utf8))
        #expect(summary["status"]?.text == "cancelled")
    }

    @Test("what could not begin has no table of what it did")
    func nothingBegan() async throws {
        let words = ["sync"] + Self.account + Self.loopback + ["--topic-prefix", "retail"]
        let process = try SluiceProcess(words, environment: ["SLUICE_KAFKA": ""])
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 2)
        #expect(process.standardOutput.isEmpty)
        #expect(process.standardError.hasPrefix("sluice: "))
        #expect(process.standardError.split(separator: "\n").count == 1, "\(process.standardError)")
    }

    @Test("version names everything that is linked")
    func version() async throws {
        let process = try SluiceProcess(["version"])
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0)
        for name in [
            "sluice ", "libcurl/", "librdkafka/", "libdeflate/", "libyaml/", "libmicrohttpd/", "OpenSSL",
            "time zones ",
        ] {
            #expect(process.standardOutput.contains(name), "\(name)")
        }
    }

    @Test(
        "help has examples, completions and the manual are there",
        arguments: [
            (["help", "sync"], "sluice sync --extractor stripe"), (["completions", "bash"], "complete"),
            (["completions", "zsh"], "#compdef"), (["completions", "fish"], "complete -c sluice"),
            (["help", "--man"], ".TH"),
        ]
    )
    func shows(words: [String], text: String) async throws {
        let process = try SluiceProcess(words)
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 0)
        #expect(process.standardOutput.contains(text))
    }

    @Test("all that is wrong with an account is told at once, each with its place")
    func severalErrors() async throws {
        let lines = [
            "extractor: stripe", "account: A B", "settings: {api_kye: x, requests_per_second: many}",
            "streams: [custmers]", "topic_template: <prefix>.all", "connection: {proxy: 'ftp://proxy'}",
        ]
        let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        let process = try SluiceProcess(["sync", "--config", path] + Self.kafka)
        try #require(await process.waitForEnd(atMost: 60))
        let said = process.standardError
        #expect(process.exitCode == 2)
        #expect(said.hasPrefix("sluice: 6 errors:\n"), "\(said)")
        for place in ["2:10", "3:21", "3:45", "4:11", "5:17", "6:21"] {
            #expect(said.contains("\n  \(path):\(place): "), "\(place) in \(said)")
        }
    }

    @Test(
        "an extractor is named by name, folder or file, on the command line and in a file",
        arguments: ["extractors/stripe", "extractors/stripe/", "./extractors/stripe/extractor.yaml"]
    )
    func extractorPath(place: String) async throws {
        // That it was found shows in what it lacks.
        let says = "missing: api_key"
        let process = try SluiceProcess(
            ["sync", "--extractor", place, "--account", "acme"] + Self.kafka,
            environment: ["SLUICE_EXTRACTORS": "/nowhere"]
        )
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.standardError.contains(says), "\(process.standardError)")
        let folder = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/extractors",
            withDestinationPath: "\(SluiceProcess.packageRoot)/extractors"
        )
        // From where the file is.
        try Data("extractor: \(place)\naccount: acme\n".utf8)
            .write(to: URL(fileURLWithPath: "\(folder)/acme.yaml"))
        let file = try SluiceProcess(
            ["sync", "\(folder)/acme.yaml"] + Self.kafka,
            environment: ["SLUICE_EXTRACTORS": "/nowhere"]
        )
        try #require(await file.waitForEnd(atMost: 60))
        #expect(file.standardError.contains(says), "\(file.standardError)")
    }

    /// The words that bash offers for the last one.
    private func offers(_ words: String) async throws -> [String] {
        let line = """
            source <("$0" completions bash); COMP_WORDS=("$0" \(words)); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            _sluice; printf '%s\\n' "${COMPREPLY[@]}"
            """
        let process = try SluiceProcess(program: "/bin/bash", ["-c", line, SluiceProcess.binary])
        try #require(await process.waitForEnd(atMost: 60))
        return process.standardOutput.split(separator: "\n").map(String.init)
    }

    @Test(
        "completions offer files, extractors and services where they can stand",
        arguments: [
            ("sync schedules/str", ["schedules/stripe.yaml"]),
            ("sync --config schedules/str", ["schedules/stripe.yaml"]),
            ("sync --extractor str", ["stripe"]), ("sync -e extractors/str", ["extractors/stripe"]),
            ("state show -e zen", ["zendesk"]), ("extractor check hub", ["hubspot"]),
            ("schedule lint schedules/s", ["schedules/stripe.yaml"]), ("simulate zen", ["zendesk"]),
        ]
    )
    func completions(words: String, expected: [String]) async throws {
        #expect(try await offers(words) == expected)
    }

    @Test("the manual names every variable that the code reads, and no other")
    func variables() async throws {
        let process = try SluiceProcess(["help", "--man"])
        try #require(await process.waitForEnd(atMost: 60))
        let manual = process.standardOutput
        let section =
            manual.split(separator: ".SH \"ENVIRONMENT\"").last?.split(separator: ".SH ").first ?? ""
        let told = Set(
            section.split(separator: "\n").filter { $0.hasPrefix(".B ") }.flatMap { line in
                line.dropFirst(3).split(separator: ", ").map(String.init)
            }
        )
        var read: Set<String> = []
        let sources = "\(SluiceProcess.packageRoot)/Sources"
        let names = try #require(FileManager.default.enumerator(atPath: sources))
        let lookup = /(?:environment\??(?:\(|\[|: )|getenv\()"([A-Za-z_]+)"/
        while let name = names.nextObject() as? String {
            guard name.hasSuffix(".swift") else { continue }
            let text = try String(contentsOfFile: "\(sources)/\(name)", encoding: .utf8)
            read.formUnion(text.matches(of: lookup).map { String($0.1) })
            read.formUnion(text.matches(of: /"(SLUICE_[A-Z_]+[A-Z])"/).map { String($0.1) })
        }
        #expect(read.count > 10)
        // What libcurl, execvp and librdkafka's settings read has no name of its own in the code.
        let others: Set<String> = ["https_proxy", "all_proxy", "no_proxy", "PATH", "SLUICE_KAFKA_…"]
        #expect(told == read.union(others), "\(told.symmetricDifference(read.union(others)))")
        #expect(manual.contains(".SH \"FILES\""))
    }

    @Test(
        "what did not reach the standard output is no success, but for a reader that had enough",
        arguments: [("> /dev/full", "3"), ("> /dev/null", "0"), ("| head -c 1 > /dev/null", "0")]
    )
    func lostOutput(to place: String, code: String) async throws {
        let line = #"set -- "$0"; "$1" extractor schema \#(place); echo "${PIPESTATUS[0]}""#
        let process = try SluiceProcess(program: "/bin/bash", ["-c", line, SluiceProcess.binary])
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.standardOutput == "\(code)\n")
        #expect(
            process.standardError.contains("cannot write to the standard output: No space") == (code == "3")
        )
    }

    @Test("a simulator ends at a signal", arguments: ["stripe", "zendesk", "hubspot"])
    func simulatorEnds(service: String) async throws {
        let process = try SluiceProcess(["simulate", service, "--port", "0", "--records", "5"])
        #expect(await process.line(holding: "http://127.0.0.1:", atMost: 30) != nil)
        process.signal(SIGTERM)
        try #require(await process.waitForEnd(atMost: 30))
        #expect(process.exitCode == 0)
    }
}
