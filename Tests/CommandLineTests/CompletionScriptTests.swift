import CommandLine
import Testing

@Suite struct CompletionScriptTests {
    private func script(_ shell: String) throws -> String {
        guard case .show(let text) = try Program.interface.parse(["completions", shell]) else { return "" }
        return text
    }

    /// Runs bash over the script and the line, and returns what it would offer, in order.
    private func offers(_ words: [String]) throws -> [String] {
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        let program = """
            \(try script("bash"))
            COMP_WORDS=(\(quoted)); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
            _sluice; printf '%s\\n' "${COMPREPLY[@]}"
            """
        return try Shell.output(of: ["bash", "-c", program]).split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        (["sluice", "s"], ["sync", "state"]),
        (["sluice", "--v"], ["--verbose"]),
        (["sluice", "state", ""], ["show", "--verbose", "--help"]),
        (["sluice", "sync", "--ex"], ["--extractor", "--extractors"]),
        (["sluice", "sync", "--output", ""], ["text", "json"]),
        (["sluice", "sync", "--output", "j"], ["json"]),
        (["sluice", "sync", "--output", "="], ["text", "json"]),
        (["sluice", "sync", "--output", "=", "t"], ["text"]),
        (["sluice", "sync", "-s", ""], []),
        (["sluice", "sync", "--extractors", "/us"], ["/usr"]),
        (["sluice", "-v", "completions", ""], ["bash", "zsh", "fish", "--verbose", "--help"]),
    ])
    func bashOffers(words: [String], expected: [String]) throws {
        #expect(try offers(words) == expected)
    }

    @Test func zshAndFishKnowTheSame() throws {
        let zsh = try script("zsh")
        #expect(zsh.hasPrefix("#compdef sluice\n"))
        #expect(zsh.contains("\"sync/--output\") compadd -- text json; return ;;"))
        #expect(zsh.contains("'--resync:Read everything again\\: it'\\''s slow.'"))
        let fish = try script("fish")
        #expect(fish.contains("case 'state/show'; set at 'state show'"))
        #expect(fish.contains("-n \"__sluice_at 'sync'\" -l output -r -a 'text json' -d 'How to report.'"))
        #expect(fish.contains("-l resync -s r -d 'Read everything again: it\\'s slow.'"))
        #expect(fish.contains("-l ca-file -r -F -d"))
    }
}
