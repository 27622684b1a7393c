import CommandLine
import Configuration

extension ParsedCommand {
    /// What a flag says, else the file, else the variable that the option falls back to.
    func given(_ name: String, else file: PlacedText?) -> PlacedText? {
        switch (source(name), value(name), file) {
        case (.commandLine, let value?, _): PlacedText(value, at: .flag("--\(name)"))
        case (_, _, let file?): file
        case (.environment(let variable), let value?, nil): PlacedText(value, at: .environment(variable))
        case (_, let value, nil): value.map { PlacedText($0, at: .definition) }
        }
    }
}
