import CommandLine
import Testing

@Suite struct HelpPageTests {
    private func shown(_ words: [String], width: Int = 80) throws -> String {
        guard case .show(let text) = try Program.interface.parse(words, width: width) else { return "" }
        return text
    }

    @Test func groupsOptionsAndExamples() throws {
        #expect(
            try shown(["sync", "--help"]) == """
                Read an account's streams and publish what is new.

                Usage
                  sluice sync --extractor NAME [options]

                Options
                  -e, --extractor NAME  The service. (required; else $SLUICE_EXTRACTOR)
                  -s, --stream NAME     Only this stream. (may be repeated)
                      --ca-file FILE    Trusted certificates.
                      --extractors DIR  Where definitions are.
                      --limit N         Stop after so many records.
                  -r, --resync          Read everything again: it's slow.
                  -q, --quiet           Say less.
                  -h, --help            Explain this command.

                Output
                      --output FORMAT   How to report. (one of text, json; default text; else
                                        $SLUICE_OUTPUT)
                  -v, --verbose         Say more. (may be repeated)

                Examples
                  # All streams
                  sluice sync --extractor stripe
                  # One stream
                  sluice sync -e stripe -s charges

                """
        )
    }

    @Test func listsCommands() throws {
        let text = try shown(["help"])
        #expect(text.contains("\nUsage\n  sluice [options] <command>\n"))
        #expect(text.contains("\n  sync           Read an account's streams and publish what is new.\n"))
        #expect(text.contains("\n  completions    Print the completions for a shell.\n"))
    }

    @Test(arguments: [60, 80, 120])
    func keepsToTheWidth(width: Int) throws {
        for line in try shown(["help", "sync"], width: width).split(separator: "\n") {
            #expect(line.count <= width)
        }
    }

    @Test func theManualHoldsEveryCommandOptionAndExitCode() throws {
        let page = try shown(["help", "--man"])
        for part in [
            ".SH NAME\nsluice \\- Copy SaaS data into Kafka, exactly once.", ".SH \"ENVIRONMENT\"",
            ".SS \"sluice sync \\-\\-extractor NAME [options]\"", ".B \\-e, \\-\\-extractor NAME",
            ".B SLUICE_OUTPUT", "sluice sync \\-e stripe \\-s charges",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(page.contains(".SH \"EXIT STATUS\"\n.TP\n.B 0\nDone.\n.TP\n.B 2\nBad usage."))
    }
}
