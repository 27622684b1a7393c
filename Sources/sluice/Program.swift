import CommandLine
import Core
import Extraction
import Glibc
import Telemetry

/// What every command shares: the environment, the signals, and where its words go.
struct Program: Sendable {
    let environment: [String: String]
    let signals: Signals
    let terminal: Terminal
    /// The standard error: log lines, progress and errors share it.
    let console = Console()
    let output = StandardOutput()

    /// Where this binary is, for what is installed beside it.
    var executablePath: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Who asks, for a daemon's log of changes.
    var operatorName: String {
        let user = environment["USER"] ?? environment["LOGNAME"] ?? "uid \(getuid())"
        return "\(user)@\(hostName)"
    }

    /// Where extractors are looked for, as a command's `--extractors` says.
    func locator(_ command: ParsedCommand) -> ExtractorLocator {
        locator(extractors: command.value("extractors"))
    }

    /// The same where the folders are known, or none is named.
    func locator(extractors: String?) -> ExtractorLocator {
        ExtractorLocator(
            option: extractors,
            environment: environment,
            executablePath: executablePath
        )
    }

    /// Writes to the standard output.
    func print(_ text: String) { output.write(Array(text.utf8)) }

    /// Writes names and values to the standard output, a line each.
    func print(pairs: [(name: String, value: String)]) {
        let width = pairs.map(\.name.count).max() ?? 0
        for (name, value) in pairs {
            print(name + String(repeating: " ", count: width - name.count + 2) + value + "\n")
        }
    }

    /// Writes a table to the standard output: as wide as it is, or on a terminal as wide as that.
    func print(_ table: Table) {
        let width = Terminal.behind(STDOUT_FILENO) { environment[$0] }.printedWidth
        print(table.wrapped(width: width).map { $0 + "\n" }.joined())
    }

    /// Says what went wrong, on the standard error.
    func complain(_ text: String) { console.write(Array("sluice: \(text)\n".utf8)) }

    /// Says on a terminal which topic is read: all of it may take a while.
    @Sendable func looksThrough(_ topic: String) {
        guard terminal.isInteractive else { return }
        complain("looking through \(topic)")
    }

    /// Says why a command line cannot be run: the error begins with the command's name, the program's before it.
    func complain(_ error: UsageError) { console.write(Array("\(error)\n".utf8)) }
}
