/// What a shell offers for a value.
package enum Completion: Hashable, Sendable {
    case nothing, files, folders
    /// The lines that the program itself prints for these words; files, where the value begins as a path does.
    case names(String)
}

/// Something said by name: `--name value`, or `--name` alone for a flag.
package struct Option: Sendable {
    /// The name without its dashes.
    package var name: String
    package var short: Character?
    /// What help calls the value (`NAME`); nil for a flag.
    package var value: String?
    /// One sentence.
    package var help: String
    /// Options of one heading stand together in help.
    package var heading: String
    package var isRequired: Bool
    /// May be said several times; otherwise a second time is an error, not the last one's win.
    package var isRepeated: Bool
    /// The only values it takes; empty for any.
    package var choices: [String]
    /// The value where neither the command line nor the environment says one.
    package var fallback: String?
    /// The variable that is asked where the command line says nothing.
    ///
    /// An empty one counts as unset.
    package var environment: String?
    package var completion: Completion

    /// Declares an option with a value.
    package init(
        _ name: String,
        short: Character? = nil,
        value: String,
        help: String,
        heading: String = "Options",
        isRequired: Bool = false,
        isRepeated: Bool = false,
        choices: [String] = [],
        fallback: String? = nil,
        environment: String? = nil,
        completion: Completion = .nothing
    ) {
        precondition(!isRequired || fallback == nil, "--\(name): what has a fallback is never missing")
        self.name = name
        self.short = short
        self.value = value
        self.help = help
        self.heading = heading
        self.isRequired = isRequired
        self.isRepeated = isRepeated
        self.choices = choices
        self.fallback = fallback
        self.environment = environment
        self.completion = completion
    }

    fileprivate init(flag: Flag) {
        name = flag.name
        short = flag.short
        value = nil
        help = flag.help
        heading = flag.heading
        isRequired = false
        isRepeated = flag.isRepeated
        choices = []
        fallback = nil
        environment = nil
        completion = .nothing
    }

    /// How help writes it: `-e, --extractor NAME`.
    var label: String {
        let shortText = short.map { "-\($0), " } ?? "    "
        return shortText + "--\(name)" + (value.map { " \($0)" } ?? "")
    }

    /// Its help with what else there is to know.
    var fullHelp: String {
        var notes: [String] = []
        if !choices.isEmpty { notes.append("one of " + choices.joined(separator: ", ")) }
        if isRequired { notes.append("required") }
        if isRepeated { notes.append("may be repeated") }
        if let fallback { notes.append("default \(fallback)") }
        if let environment { notes.append("else $\(environment)") }
        return notes.isEmpty ? help : help + " (" + notes.joined(separator: "; ") + ")"
    }
}

/// An option without a value.
package struct Flag: Sendable {
    package var name: String
    package var short: Character?
    package var help: String
    package var heading: String
    package var isRepeated: Bool

    /// Declares a flag.
    package init(
        _ name: String,
        short: Character? = nil,
        help: String,
        heading: String = "Options",
        isRepeated: Bool = false
    ) {
        self.name = name
        self.short = short
        self.help = help
        self.heading = heading
        self.isRepeated = isRepeated
    }

    var option: Option { Option(flag: self) }
}

/// Something said by its place.
package struct Argument: Sendable {
    package var name: String
    package var help: String
    package var isRequired: Bool
    /// Takes all that is left; only the last argument can.
    package var isRepeated: Bool
    /// The only values it takes; empty for any.
    package var choices: [String]
    package var completion: Completion

    /// Declares an argument.
    package init(
        _ name: String,
        help: String,
        isRequired: Bool = true,
        isRepeated: Bool = false,
        choices: [String] = [],
        completion: Completion = .nothing
    ) {
        self.name = name
        self.help = help
        self.isRequired = isRequired
        self.isRepeated = isRepeated
        self.choices = choices
        self.completion = completion
    }

    /// How a usage line writes it.
    var label: String {
        let text = "<\(name)>" + (isRepeated ? "..." : "")
        return isRequired ? text : "[\(text)]"
    }
}
