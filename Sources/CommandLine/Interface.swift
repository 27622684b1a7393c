/// A program's whole command line: the declared commands, and the ones that every program has.
///
/// `help`, `version` and `completions` are answered here; what remains is the caller's to run.
package struct Interface: Sendable {
    /// What a command line comes to.
    package enum Outcome: Equatable, Sendable {
        /// Text for the standard output; the command is done with success.
        case show(String)
        case run(ParsedCommand)
    }

    /// The program with all of its commands.
    package let root: Command
    /// What `version` says; asked for only where it is shown.
    let version: @Sendable () -> String
    /// Code and meaning, for the manual.
    package let exitCodes: [(code: Int32, meaning: String)]

    /// Variables that no option names, for the manual.
    package let variables: [(name: String, meaning: String)]
    /// What is read and written, for the manual.
    package let files: [(path: String, meaning: String)]

    /// Completes the declaration with `help`, `version` and `completions`.
    package init(
        root: Command,
        version: @autoclosure @escaping @Sendable () -> String,
        exitCodes: [(code: Int32, meaning: String)] = [],
        variables: [(name: String, meaning: String)] = [],
        files: [(path: String, meaning: String)] = []
    ) {
        var root = root
        root.subcommands += Self.ownCommands(of: root.name)
        self.root = root
        self.version = version
        self.exitCodes = exitCodes
        self.variables = variables
        self.files = files
    }

    /// Reads the words after the program's name.
    package func parse(
        _ words: [String],
        environment: (String) -> String? = { _ in nil },
        width: Int = 80
    ) throws(UsageError) -> Outcome {
        // What most programs answer to.
        if words == ["--version"] { return .show(version() + "\n") }
        var parser = CommandParser(root: root)
        if words.isEmpty { return .show(HelpPage(lineage: [root], width: width).text) }
        let parsed = try parser.parse(words, environment: environment)
        if parser.wantsHelp { return .show(HelpPage(lineage: parser.lineage, width: width).text) }
        if parsed.path == ["version"] { return .show(version() + "\n") }
        if parsed.path == ["completions"] {
            return .show(CompletionScript(root: root).text(for: parsed.value("shell") ?? "bash"))
        }
        if parsed.path == ["help"] { return .show(try help(parsed, width: width)) }
        return .run(parsed)
    }

    private func help(_ parsed: ParsedCommand, width: Int) throws(UsageError) -> String {
        if parsed.has("man") { return ManualPage(interface: self).text }
        var lineage = [root]
        for word in parsed.values("command") {
            guard let next = lineage[lineage.count - 1].subcommand(word) else {
                let known = lineage[lineage.count - 1].subcommands.map(\.name)
                throw UsageError(
                    .unknownCommand,
                    "no command \"\(word)\"" + Suggestion.text(for: word, among: known),
                    command: lineage.map(\.name).joined(separator: " ")
                )
            }
            lineage.append(next)
        }
        return HelpPage(lineage: lineage, width: width).text
    }

    private static func ownCommands(of program: String) -> [Command] {
        [
            Command("version", summary: "Say the version and those of the libraries."),
            Command(
                "completions",
                summary: "Print the completions for a shell.",
                arguments: [Argument("shell", help: "The shell.", choices: ["bash", "zsh", "fish"])],
                examples: [
                    Example("For this shell", "source <(\(program) completions bash)"),
                    Example(
                        "For good",
                        "\(program) completions fish > ~/.config/fish/completions/\(program).fish"
                    ),
                ]
            ),
            Command(
                "help",
                summary: "Explain a command.",
                flags: [Flag("man", help: "Print the manual page, for man(1).")],
                arguments: [Argument("command", help: "The command.", isRequired: false, isRepeated: true)],
                examples: [Example("The manual", "\(program) help --man | man -l -")]
            ),
        ]
    }
}
