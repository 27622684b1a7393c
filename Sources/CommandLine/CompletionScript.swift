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
            "# bash completion for \(root.name)",
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
            lines.append("        \"\(place.key)\") COMPREPLY=($(compgen -W \"\(words)\" -- \"$cur\")) ;;")
        }
        lines += ["    esac", "}", "complete -F \(identifier) \(root.name)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private func bashValues(_ option: Option) -> String {
        if !option.choices.isEmpty {
            return "COMPREPLY=($(compgen -W \"\(option.choices.joined(separator: " "))\" -- \"$cur\"))"
        }
        switch option.completion {
        case .nothing: return "COMPREPLY=()"
        case .files: return "COMPREPLY=($(compgen -f -- \"$cur\"))"
        case .folders: return "COMPREPLY=($(compgen -d -- \"$cur\"))"
        }
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
            lines.append("        \"\(place.key)\") offers=(\(list)) ;;")
        }
        lines += [
            "    esac", "    _describe '\(root.name)' offers", "}", "compdef \(identifier) \(root.name)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private func zshValues(_ option: Option) -> String {
        if !option.choices.isEmpty { return "compadd -- \(option.choices.joined(separator: " "))" }
        switch option.completion {
        case .nothing: return "_message \(Self.quoted(option.value ?? ""))"
        case .files: return "_files"
        case .folders: return "_files -/"
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
            switch option.completion {
            case .nothing: break
            case .files: parts.append("-F")
            case .folders: parts.append("-a '(__fish_complete_directories)'")
            }
        }
        parts.append("-d \(Self.quotedForFish(option.help))")
        return parts.joined(separator: " ")
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
