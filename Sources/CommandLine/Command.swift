/// A command and what it takes: parsing, help, completions and the manual page all come from this one value.
package struct Command: Sendable {
    package var name: String
    /// One line, for lists: what it does, as a verb.
    package var summary: String
    /// Paragraphs for the command's own help.
    package var discussion: [String]
    /// Flags and options; a command's subcommands accept them too.
    package var options: [Option]
    package var arguments: [Argument]
    package var examples: [Example]
    /// A command with subcommands only groups them: it cannot be run itself.
    package var subcommands: [Command]

    /// Declares a command.
    package init(
        _ name: String,
        summary: String,
        discussion: [String] = [],
        options: [Option] = [],
        flags: [Flag] = [],
        arguments: [Argument] = [],
        examples: [Example] = [],
        subcommands: [Command] = []
    ) {
        precondition(subcommands.isEmpty || arguments.isEmpty, "\(name): arguments or subcommands, not both")
        precondition(
            !arguments.dropLast().contains { $0.isRepeated },
            "\(name): only the last argument can be repeated"
        )
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.options = options + flags.map(\.option)
        self.arguments = arguments
        self.examples = examples
        self.subcommands = subcommands
    }

    /// The subcommand of that name.
    package func subcommand(_ name: String) -> Command? { subcommands.first { $0.name == name } }
}

/// A line that works as it stands, for help and the manual.
package struct Example: Sendable {
    /// Examples of one heading stand together.
    package var heading: String
    package var line: String

    /// Declares an example.
    package init(_ heading: String, _ line: String) {
        self.heading = heading
        self.line = line
    }
}
