import CommandLine
import Testing

@Suite struct CommandParserTests {
    /// What came of a line, as one text: the path, then each name with its values.
    private func summary(_ words: [String], _ environment: [String: String] = [:]) -> String {
        do throws(UsageError) {
            switch try Program.interface.parse(words, environment: { environment[$0] }) {
            case .show(let text): return "show " + text.prefix { $0 != "\n" }
            case .run(let parsed):
                let names = [
                    "extractor", "stream", "output", "limit", "resync", "quiet", "verbose", "account",
                    "streams",
                ]
                let values = names.filter(parsed.has).map { name in
                    name + "=" + parsed.values(name).joined(separator: ",")
                }
                return (parsed.path + values).joined(separator: " ")
            }
        } catch {
            return "\(error.codeText) \(error.message)"
        }
    }

    @Test(arguments: [
        (["sync", "--extractor", "stripe"], "sync extractor=stripe output=text"),
        (["sync", "--extractor=stripe"], "sync extractor=stripe output=text"),
        (["sync", "-e", "stripe"], "sync extractor=stripe output=text"),
        (["sync", "-e=stripe"], "sync extractor=stripe output=text"),
        (["sync", "--extractor="], "sync extractor= output=text"),
        (["sync", "--extractor=a=b"], "sync extractor=a=b output=text"),
        (["sync", "-e", "x", "-s", "a", "--stream=b"], "sync extractor=x stream=a,b output=text"),
        (["sync", "-rqe", "x"], "sync extractor=x output=text resync= quiet="),
        (["sync", "-rqe=x", "--output", "json"], "sync extractor=x output=json resync= quiet="),
        (["-v", "sync", "-e", "x", "-v"], "sync extractor=x output=text verbose=,"),
        (["sync", "-e", "x", "--limit", "-5"], "sync extractor=x output=text limit=-5"),
        (["sync", "-e", "-"], "sync extractor=- output=text"),
        (["state", "show", "stripe/main"], "state show account=stripe/main"),
        (["state", "show", "a", "b", "c"], "state show account=a streams=b,c"),
        (["state", "show", "--", "-a", "--help"], "state show account=-a streams=--help"),
        ([], "show Copy SaaS data into Kafka, exactly once."),
        (["--help"], "show Copy SaaS data into Kafka, exactly once."),
        (["sync", "-h"], "show Read an account's streams and publish what is new."),
        (["state", "--help"], "show Look at bookmarks."),
        (["help", "state", "show"], "show Print an account's bookmarks."),
        (["version"], "show sluice 0.1.0"), (["--version"], "show sluice 0.1.0"),
        (["completions", "bash"], "show # bash completion for sluice"),
        (["help", "--man"], "show .TH \"SLUICE\" \"1\" \"\" \"sluice 0.1.0\""),
    ])
    func accepts(words: [String], expected: String) {
        #expect(summary(words) == expected)
    }

    /// It names files that are there to be read.
    @Test func nothingAsksForTheVersionButWhatShowsIt() throws {
        @Sendable func version() -> String {
            Issue.record("the version was read")
            return ""
        }
        let root = Command("sluice", summary: "x", subcommands: [Command("sync", summary: "x")])
        let interface = Interface(root: root, version: version())
        for words in [["sync"], [], ["help"]] { _ = try interface.parse(words) }
    }

    @Test(arguments: [
        (["snyc"], "usage.unknown_command no command \"snyc\"; did you mean sync?"),
        (["comp"], "usage.unknown_command no command \"comp\"; did you mean completions?"),
        (
            ["qqq"],
            "usage.unknown_command no command \"qqq\"; there are sync, state, version, completions, help"
        ),
        (["help", "stat"], "usage.unknown_command no command \"stat\"; did you mean state?"),
        (["state"], "usage.missing_command a command is missing: show"),
        (["-v"], "usage.missing_command a command is missing: sync, state, version, completions, help"),
        (
            ["sync", "--extrator", "x"],
            "usage.unknown_option no option --extrator; did you mean --extractor?"
        ),
        (["sync", "--frobnicate"], "usage.unknown_option no option --frobnicate"),
        (["sync", "-x"], "usage.unknown_option no option -x"),
        (["sync"], "usage.missing_option --extractor NAME is missing; give it, or set $SLUICE_EXTRACTOR"),
        (["sync", "--extractor"], "usage.missing_value --extractor needs a value: --extractor NAME"),
        (
            ["sync", "--extractor", "--resync"],
            "usage.missing_value --extractor needs a value: --extractor NAME, "
                + "or --extractor=--resync if that is the value"
        ),
        (["sync", "-er", "x"], "usage.missing_value -e needs a value: write -e NAME"),
        (["sync", "--resync=yes"], "usage.unexpected_value --resync takes no value, but got \"yes\""),
        (["sync", "-e", "a", "-e", "b"], "usage.repeated_option --extractor was given twice"),
        (
            ["sync", "-e", "a", "--output", "jsno"],
            "usage.bad_value --output: \"jsno\" is not one of text, json; did you mean json?"
        ),
        (["state", "show"], "usage.missing_argument <account> is missing"),
        (["completions"], "usage.missing_argument <shell> is missing: one of bash, zsh, fish"),
        (
            ["completions", "csh"],
            "usage.bad_value <shell>: \"csh\" is not one of bash, zsh, fish; did you mean zsh?"
        ),
        (["sync", "-e", "x", "more"], "usage.unexpected_argument unexpected \"more\""),
    ])
    func refuses(words: [String], expected: String) {
        #expect(summary(words) == expected)
    }

    @Test(arguments: [
        (["SLUICE_EXTRACTOR": "stripe"], [], "sync extractor=stripe output=text"),
        (["SLUICE_EXTRACTOR": "stripe"], ["-e", "zendesk"], "sync extractor=zendesk output=text"),
        (["SLUICE_EXTRACTOR": "a", "SLUICE_OUTPUT": "json"], [], "sync extractor=a output=json"),
        (["SLUICE_EXTRACTOR": "a", "SLUICE_OUTPUT": ""], [], "sync extractor=a output=text"),
        (
            ["SLUICE_EXTRACTOR": "a", "SLUICE_OUTPUT": "xml"], [],
            "usage.bad_value $SLUICE_OUTPUT: \"xml\" is not one of text, json"
        ),
        (
            ["SLUICE_EXTRACTOR": ""], [],
            "usage.missing_option --extractor NAME is missing; give it, or set $SLUICE_EXTRACTOR"
        ),
    ])
    func asksTheEnvironment(environment: [String: String], words: [String], expected: String) {
        #expect(summary(["sync"] + words, environment) == expected)
    }

    @Test func saysWhereAValueCameFrom() throws {
        let words = ["sync", "--limit", "3"]
        let outcome = try Program.interface.parse(words, environment: { ["SLUICE_EXTRACTOR": "x"][$0] })
        guard case .run(let parsed) = outcome else {
            Issue.record("expected a command, got \(outcome)")
            return
        }
        #expect(parsed.source("limit") == .commandLine)
        #expect(parsed.source("extractor") == .environment("SLUICE_EXTRACTOR"))
        #expect(parsed.source("output") == .fallback)
        #expect(parsed.source("stream") == nil)
    }

    @Test func anErrorNamesTheCommandAndItsHelp() {
        #expect {
            try Program.interface.parse(["state", "show", "--stream", "a"])
        } throws: {
            "\($0)"
                == "sluice state show: no option --stream (see 'sluice state show --help') [usage.unknown_option]"
        }
    }
}

@Suite struct ParsedCommandTests {
    private func parsed(limit: String) throws -> ParsedCommand {
        let words = ["sync", "-e", "x", "--limit=\(limit)"]
        guard case .run(let parsed) = try Program.interface.parse(words) else {
            throw UsageError(.missingCommand, "no command", command: "")
        }
        return parsed
    }

    @Test(arguments: [
        ("1", 1), ("100", 100), ("0", nil), ("101", nil), ("", nil), ("1.5", nil), ("ten", nil),
    ])
    func readsWholeNumbers(text: String, expected: Int?) throws {
        let parsed = try parsed(limit: text)
        guard let expected else {
            #expect {
                try parsed.int("limit", in: 1...100)
            } throws: {
                ($0 as? UsageError)?.message == "--limit: \"\(text)\" is not a whole number from 1 to 100"
            }
            return
        }
        #expect(try parsed.int("limit", in: 1...100) == expected)
    }

    @Test(
        arguments: [
            ("250ms", .milliseconds(250)), ("15s", .seconds(15)), ("5m", .seconds(300)),
            ("2h", .seconds(7200)),
            ("7d", .seconds(604_800)), ("0s", .zero), ("15", nil), ("s", nil), ("-1s", nil), ("1w", nil),
            ("1 s", nil),
            ("99999999999999999d", nil),
        ] as [(String, Duration?)]
    )
    func readsDurations(text: String, expected: Duration?) throws {
        let parsed = try parsed(limit: text)
        guard let expected else {
            #expect(throws: UsageError.self) { try parsed.duration("limit") }
            return
        }
        #expect(try parsed.duration("limit") == expected)
    }
}
