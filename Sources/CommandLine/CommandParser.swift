/// Reads the words of a command line against a declaration.
struct CommandParser {
    /// The commands from the program down to the one that was named.
    private(set) var lineage: [Command]
    private(set) var wantsHelp = false
    private var said: [String: [String]] = [:]
    private var places: [String] = []

    init(root: Command) { lineage = [root] }

    /// The program's name and the path below it.
    var title: String { lineage.map(\.name).joined(separator: " ") }
    var path: [String] { lineage.dropFirst().map(\.name) }
    private var command: Command { lineage[lineage.count - 1] }

    /// Takes all words; the environment answers for options that were not said.
    mutating func parse(
        _ words: [String],
        environment: (String) -> String?
    ) throws(UsageError) -> ParsedCommand {
        try read(words)
        if wantsHelp { return ParsedCommand(path: path, title: title, entries: [:]) }
        guard command.subcommands.isEmpty else {
            throw fail(.missingCommand, "a command is missing: " + names(of: command).joined(separator: ", "))
        }
        var entries: [String: ParsedCommand.Entry] = [:]
        for option in lineage.flatMap(\.options) {
            entries[option.name] = try entry(for: option, environment: environment)
        }
        try place(into: &entries)
        return ParsedCommand(path: path, title: title, entries: entries)
    }

    private mutating func read(_ words: [String]) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                places += rest
                return
            }
            if word.hasPrefix("--") {
                try readLong(word.dropFirst(2), rest: &rest)
            } else if word.hasPrefix("-"), word.count > 1 {
                try readShort(word.dropFirst(), rest: &rest)
            } else if !command.subcommands.isEmpty {
                try descend(to: word)
            } else {
                places.append(word)
            }
        }
    }

    private mutating func descend(to word: String) throws(UsageError) {
        guard let next = command.subcommand(word) else {
            let hint = Suggestion.text(for: word, among: names(of: command))
            throw fail(
                .unknownCommand,
                hint.isEmpty
                    ? "no command \"\(word)\"; there are " + names(of: command).joined(separator: ", ")
                    : "no command \"\(word)\"\(hint)"
            )
        }
        lineage.append(next)
    }

    private mutating func readLong(
        _ text: Substring,
        rest: inout ArraySlice<String>
    ) throws(UsageError) {
        let name = String(text.prefix { $0 != "=" })
        let attached = name.count < text.count ? String(text.dropFirst(name.count + 1)) : nil
        if name == "help", attached == nil {
            wantsHelp = true
            return
        }
        let known = lineage.flatMap(\.options)
        guard let option = known.first(where: { $0.name == name }) else {
            let hint = Suggestion.text(for: name, among: known.map(\.name) + ["help"], prefix: "--")
            throw fail(.unknownOption, "no option --\(name)\(hint)")
        }
        try take(option, attached: attached, rest: &rest)
    }

    /// `-a`, `-abc` for flags, `-a value`, `-a=value`.
    private mutating func readShort(
        _ text: Substring,
        rest: inout ArraySlice<String>
    ) throws(UsageError) {
        let letters = text.prefix { $0 != "=" }
        let attached = letters.count < text.count ? String(text.dropFirst(letters.count + 1)) : nil
        for (index, letter) in letters.enumerated() {
            let isLast = index == letters.count - 1
            if letter == "h" {
                wantsHelp = true
                continue
            }
            guard let option = lineage.flatMap(\.options).first(where: { $0.short == letter }) else {
                throw fail(.unknownOption, "no option -\(letter)")
            }
            guard isLast || option.value == nil else {
                throw fail(.missingValue, "-\(letter) needs a value: write -\(letter) \(option.value ?? "")")
            }
            try take(option, attached: isLast ? attached : nil, rest: &rest)
        }
    }

    private mutating func take(
        _ option: Option,
        attached: String?,
        rest: inout ArraySlice<String>
    ) throws(UsageError) {
        guard let placeholder = option.value else {
            if let attached {
                throw fail(.unexpectedValue, "--\(option.name) takes no value, but got \"\(attached)\"")
            }
            try add("", to: option)
            return
        }
        if let attached {
            try add(attached, to: option)
        } else if let next = rest.first, !next.hasPrefix("-") || next == "-" || Int(next) != nil {
            rest.removeFirst()
            try add(next, to: option)
        } else {
            // A value that begins with a dash is more often a forgotten value than a meant one.
            throw fail(
                .missingValue,
                "--\(option.name) needs a value: --\(option.name) \(placeholder)"
                    + (rest.first.map { ", or --\(option.name)=\($0) if that is the value" } ?? "")
            )
        }
    }

    private mutating func add(_ text: String, to option: Option) throws(UsageError) {
        guard option.isRepeated || option.value == nil || said[option.name] == nil else {
            throw fail(.repeatedOption, "--\(option.name) was given twice")
        }
        said[option.name, default: []].append(text)
    }

    private func entry(
        for option: Option,
        environment: (String) -> String?
    ) throws(UsageError) -> ParsedCommand.Entry? {
        if let texts = said[option.name] {
            for text in texts { try check(text, option.choices, label: "--\(option.name)") }
            return .init(texts: texts, source: .commandLine)
        }
        if let variable = option.environment, let text = environment(variable), !text.isEmpty {
            try check(text, option.choices, label: "$\(variable)")
            return .init(texts: [text], source: .environment(variable))
        }
        if let fallback = option.fallback { return .init(texts: [fallback], source: .fallback) }
        guard option.isRequired else { return nil }
        throw fail(
            .missingOption,
            "--\(option.name) \(option.value ?? "") is missing"
                + (option.environment.map { "; give it, or set $\($0)" } ?? "")
        )
    }

    private func place(into entries: inout [String: ParsedCommand.Entry]) throws(UsageError) {
        var rest = places[...]
        for argument in command.arguments {
            let texts = argument.isRepeated ? Array(rest) : Array(rest.prefix(1))
            rest = rest.dropFirst(texts.count)
            for text in texts { try check(text, argument.choices, label: "<\(argument.name)>") }
            if !texts.isEmpty {
                entries[argument.name] = .init(texts: texts, source: .commandLine)
            } else if argument.isRequired {
                let choices =
                    argument.choices.isEmpty ? "" : ": one of " + argument.choices.joined(separator: ", ")
                throw fail(.missingArgument, "<\(argument.name)> is missing\(choices)")
            }
        }
        if let extra = rest.first { throw fail(.unexpectedArgument, "unexpected \"\(extra)\"") }
    }

    private func check(_ text: String, _ choices: [String], label: String) throws(UsageError) {
        guard !choices.isEmpty, !choices.contains(text) else { return }
        throw fail(
            .badValue,
            "\(label): \"\(text)\" is not one of \(choices.joined(separator: ", "))"
                + Suggestion.text(for: text, among: choices)
        )
    }

    private func names(of command: Command) -> [String] { command.subcommands.map(\.name) }

    private func fail(_ code: UsageError.Code, _ message: String) -> UsageError {
        UsageError(code, message, command: title)
    }
}
