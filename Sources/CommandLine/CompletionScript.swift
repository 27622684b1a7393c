/// Completions for a shell: a function that walks to the command at hand and offers what it takes.
struct CompletionScript {
    let root: Command

    /// The script for bash, zsh or fish.
    func text(for shell: String) -> String {
        switch shell {
        case "zsh": zsh
        case "fish": fish
        default: bash
        }
    }

    /// A command with the path to it and the options it takes, its own and the inherited ones.
    private struct Place {
        var path: [String]
        var command: Command
        var options: [Option]

        var key: String { path.joined(separator: " ") }
        var valued: [Option] { options.filter { $0.value != nil } }
        var argumentChoices: [String] { command.arguments.flatMap(\.choices) }
        /// What is offered for the arguments beside their choices; which of them is at hand no shell counts.
        var argumentCompletions: [Completion] {
            var found: [Completion] = []
            for argument in command.arguments
            where argument.completion != .nothing && !found.contains(argument.completion) {
                found.append(argument.completion)
            }
            return found
        }
        /// What can stand in the place of a word: subcommands and choices.
        var words: [String] { command.subcommands.map(\.name) + argumentChoices }
    }

    private var places: [Place] {
        var result: [Place] = []
        func visit(_ command: Command, _ path: [String], _ inherited: [Option]) {
            let options = command.options + inherited
            result.append(Place(path: path, command: command, options: options + [HelpPage.helpOption]))
            for child in command.subcommands { visit(child, path + [child.name], options) }
        }
        visit(root, [], [])
        return result
    }

    private var identifier: String {
        "_" + root.name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    /// The branches of a shell's `case` that follow a path from word to word.
    private func steps(_ indent: String) -> [String] {
        places.dropFirst().map { place in
            let parent = place.path.dropLast().joined(separator: " ")
            let name = place.path[place.path.count - 1]
            return "\(indent)\"\(parent)/\(name)\") at=\"\(place.key)\" ;;"
        }
    }

    private func names(_ option: Option) -> [String] {
        ["--\(option.name)"] + (option.short.map { ["-\($0)"] } ?? [])
    }

    private var bash: String {
        var lines = [
            "# bash completion for \(root.name)"
        ]
        lines += bashHelpers
        lines += [
            "\(identifier)() {",
            "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" at=\"\" word",
            "    # bash makes = a word of its own",
            "    if [[ $cur == = ]]; then cur=\"\"; elif [[ $prev == = ]]; then prev=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi",
            "    COMPREPLY=()",
            "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do",
            "        case \"$at/$word\" in",
        ]
        lines += steps("            ")
        lines += ["        esac", "    done", "    case \"$at/$prev\" in"]
        for place in places {
            for option in place.valued {
                let patterns = names(option).map { "\"\(place.key)/\($0)\"" }.joined(separator: "|")
                lines.append("        \(patterns)) \(bashValues(option)); return ;;")
            }
        }
        lines += ["    esac", "    case \"$at\" in"]
        for place in places {
            let words = (place.words + place.options.map { "--\($0.name)" }).joined(separator: " ")
            let more = place.argumentCompletions.map {
                "; COMPREPLY+=(\(bashOffers($0))); compopt -o filenames 2>/dev/null"
            }.joined()
            lines.append(
                "        \"\(place.key)\") COMPREPLY=($(compgen -W \"\(words)\" -- \"$cur\"))\(more) ;;"
            )
        }
        lines += ["    esac", "}", "complete -F \(identifier) \(root.name)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private func bashValues(_ option: Option) -> String {
        if !option.choices.isEmpty {
            return "COMPREPLY=($(compgen -W \"\(option.choices.joined(separator: " "))\" -- \"$cur\"))"
        }
        if option.completion == .nothing { return "COMPREPLY=()" }
        return "COMPREPLY=(\(bashOffers(option.completion))); compopt -o filenames 2>/dev/null"
    }

    private func bashOffers(_ completion: Completion) -> String {
        switch completion {
        case .nothing: ""
        case .files: "$(\(identifier)_paths -f)"
        case .folders: "$(\(identifier)_paths -d)"
        case .names(let words): "$(\(identifier)_names \(words))"
        }
    }

    /// What the offers are made of: paths as bash completes them, and what the program prints.
    private var bashHelpers: [String] {
        [
            "\(identifier)_paths() {",
            "    compgen \"$1\" -- \"$cur\"",
            "}",
            "\(identifier)_names() {",
            "    case \"$cur\" in",
            "        */*|.*) \(identifier)_paths -f ;;",
            "        *) compgen -W \"$(\"${COMP_WORDS[0]}\" \"$@\" 2>/dev/null)\" -- \"$cur\" ;;",
            "    esac",
            "}",
        ]
    }

    private var zsh: String {
        var lines = [
            "#compdef \(root.name)",
            "\(identifier)() {",
            "    # not \"path\": zsh ties that name to PATH",
            "    local at=\"\" word",
            "    local -a offers",
            "    for word in \"${(@)words[2,CURRENT-1]}\"; do",
            "        case \"$at/$word\" in",
        ]
        lines += steps("            ")
        lines += ["        esac", "    done", "    case \"$at/${words[CURRENT-1]}\" in"]
        for place in places {
            for option in place.valued {
                let patterns = names(option).map { "\"\(place.key)/\($0)\"" }.joined(separator: "|")
                lines.append("        \(patterns)) \(zshValues(option)); return ;;")
            }
        }
        lines += ["    esac", "    case \"$at\" in"]
        for place in places {
            var offers = place.command.subcommands.map { ($0.name, $0.summary) }
            offers += place.argumentChoices.map { ($0, "") }
            offers += place.options.map { ("--\($0.name)", $0.help) }
            let list = offers.map { Self.quoted("\($0.0):\(Self.escapedColon($0.1))") }.joined(separator: " ")
            let more = place.argumentCompletions.map { "; \(zshOffers($0))" }.joined()
            lines.append("        \"\(place.key)\") offers=(\(list))\(more) ;;")
        }
        lines += [
            "    esac", "    _describe '\(root.name)' offers", "}", "compdef \(identifier) \(root.name)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private func zshValues(_ option: Option) -> String {
        if !option.choices.isEmpty { return "compadd -- \(option.choices.joined(separator: " "))" }
        if option.completion == .nothing { return "_message \(Self.quoted(option.value ?? ""))" }
        return zshOffers(option.completion)
    }

    private func zshOffers(_ completion: Completion) -> String {
        switch completion {
        case .nothing: ":"
        case .files: "_files"
        case .folders: "_files -/"
        case .names(let words): "compadd -- ${(f)\"$(${words[1]} \(words) 2>/dev/null)\"}; _files"
        }
    }

    private var fish: String {
        var lines = [
            "# fish completion for \(root.name)",
            "function _\(identifier)_at",
            "    set -l at ''",
            "    for word in (commandline -opc)[2..]",
            "        switch \"$at/$word\"",
        ]
        for place in places.dropFirst() {
            let parent = place.path.dropLast().joined(separator: " ")
            lines.append(
                "            case '\(parent)/\(place.path[place.path.count - 1])'; set at '\(place.key)'"
            )
        }
        lines += [
            "        end", "    end", "    test \"$at\" = \"$argv[1]\"", "end", "complete -c \(root.name) -f",
        ]
        for place in places {
            let start = "complete -c \(root.name) -n \"_\(identifier)_at '\(place.key)'\""
            for child in place.command.subcommands {
                lines.append("\(start) -a \(child.name) -d \(Self.quotedForFish(child.summary))")
            }
            if !place.argumentChoices.isEmpty {
                lines.append("\(start) -a '\(place.argumentChoices.joined(separator: " "))'")
            }
            lines += place.argumentCompletions.map { "\(start)\(fishOffers($0))" }
            lines += place.options.map { "\(start) \(fishOption($0))" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func fishOption(_ option: Option) -> String {
        var parts = ["-l \(option.name)"]
        if let short = option.short { parts.append("-s \(short)") }
        if option.value != nil {
            parts.append("-r")
            if !option.choices.isEmpty { parts.append("-a '\(option.choices.joined(separator: " "))'") }
            let offers = fishOffers(option.completion)
            if !offers.isEmpty { parts.append(String(offers.dropFirst())) }
        }
        parts.append("-d \(Self.quotedForFish(option.help))")
        return parts.joined(separator: " ")
    }

    private func fishOffers(_ completion: Completion) -> String {
        switch completion {
        case .nothing: ""
        case .files: " -F"
        case .folders: " -a '(__fish_complete_directories)'"
        case .names(let words): " -F -a '(\(root.name) \(words) 2>/dev/null)'"
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static func quotedForFish(_ text: String) -> String {
        "'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }

    private static func escapedColon(_ text: String) -> String {
        text.map { $0 == ":" ? "\\:" : String($0) }.joined()
    }
}
