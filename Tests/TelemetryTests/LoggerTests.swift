import Core
import JSON
import Telemetry
import Testing

@Suite struct LoggerTests {
    private let recorder = Recorder()

    private func logger(_ format: Logger.Format, minimum: Logger.Level = .debug) -> Logger {
        let redaction = Redaction(secrets: ["sk_live_secret", "p\"w\\d"])
        return Logger(
            format: format,
            minimum: minimum,
            now: { Instant(nanoseconds: 1_772_323_199_250_000_000) },
            redact: { redaction($0) },
            writer: recorder.writer
        )
    }

    @Test func writesText() {
        logger(.text).with(["run": "r1"]).warning(
            "slow answer",
            ["stream": "charges", "seconds": 12, "why": "not \"here\"", "empty": "", "list": [1, .null]]
        )
        #expect(
            recorder.take()
                == "2026-02-28T23:59:59.250Z WARNING slow answer run=r1 stream=charges seconds=12 "
                + "why=\"not \\\"here\\\"\" empty=\"\" list=[1,null]\n"
        )
    }

    @Test func writesJSON() throws {
        logger(.json).with(["run": "r1"]).error("it\nbroke", ["records": .number("12345678901234567890")])
        let line = recorder.take()
        #expect(
            line
                == "{\"time\":\"2026-02-28T23:59:59.250Z\",\"level\":\"error\",\"message\":\"it\\nbroke\","
                + "\"run\":\"r1\",\"records\":12345678901234567890}\n"
        )
        #expect(try JSONValue.parse(Array(line.utf8))["message"]?.text == "it\nbroke")
    }

    @Test(arguments: [Logger.Format.text, .json])
    func takesSecretsOut(format: Logger.Format) {
        // The second secret changes its look when it is quoted: it must be taken out before.
        logger(format).with(["key": "Bearer sk_live_secret"]).info(
            "with sk_live_secret and p\"w\\d",
            ["nested": ["deep": ["xsk_live_secretx", "p\"w\\d"]]]
        )
        let line = recorder.take()
        #expect(!line.contains("secret"))
        #expect(!line.contains("w\\\\d") && !line.contains("w\\d"))
        #expect(line.split(separator: Secret.mask, omittingEmptySubsequences: false).count == 6)
    }

    @Test func dropsWhatMattersLess() {
        let logger = logger(.text, minimum: .warning)
        logger.debug("a")
        logger.info("b")
        #expect(recorder.take().isEmpty)
        #expect(!logger.isEnabled(.info))
        logger.warning("c")
        logger.error("d")
        #expect(recorder.take().split(separator: "\n").count == 2)
    }

    @Test func dataCannotDrawOnTheTerminal() {
        logger(.text).info("\u{1B}[2Jgone\nfake line", ["x": "\u{202E}evil", "y": "a\u{9B}b"])
        let line = recorder.take()
        #expect(line.hasSuffix("\u{FFFD}[2Jgone\\nfake line x=\"\u{FFFD}evil\" y=\"a\u{FFFD}b\"\n"))
    }

    @Test(arguments: Logger.Level.allCases)
    func levelsHaveNames(level: Logger.Level) {
        #expect(Logger.Level(name: level.name) == level)
        #expect(Logger.Level(name: level.name.uppercased()) == nil)
    }
}
