/// A name or a template of names that Kafka or the layout of the state could not carry.
package struct NameError: SluiceError {
    package var message: String

    /// An error of one line: the name, the rule it breaks, and what is allowed.
    package init(_ message: String) { self.message = message }

    /// Every code's text form.
    package static var allTexts: [String] { ["name.refused"] }

    package var codeText: String { "name.refused" }
    package var recovery: Recovery { .failRun }
    package var exitCode: ExitCode { .configuration }
}
