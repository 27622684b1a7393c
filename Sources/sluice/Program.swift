import Core
import Telemetry

/// What every command shares: the environment, the signals, and where its words go.
struct Program: Sendable {
    let environment: [String: String]
    let signals: SignalSet
    let terminal: Terminal
    /// The standard error: log lines, progress and errors share it.
    let console = Console()

    /// Writes to the standard output.
    func print(_ text: String) { Console.standardOutput(Array(text.utf8)) }

    /// Says what went wrong, on the standard error.
    func complain(_ text: String) { console.write(Array("sluice: \(text)\n".utf8)) }
}
