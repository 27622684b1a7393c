/// A simulator that was asked for what it cannot do.
package struct SimulatorError: Error, CustomStringConvertible, Sendable {
    /// One line: what was asked, and what is possible.
    package var message: String

    package init(_ message: String) { self.message = message }

    package var description: String { "simulator: \(message)" }
}
