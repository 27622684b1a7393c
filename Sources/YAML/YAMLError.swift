/// Text that is no YAML, or YAML that does not say what was expected, with the place where it stands.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named when it was read.
    package var file: String
    /// The line, from 1.
    package var line: Int
    /// The column in characters, from 1.
    package var column: Int
    /// What is wrong and, where it is known, what to write instead.
    package var problem: String

    /// An error at a place.
    package init(file: String, line: Int, column: Int, problem: String) {
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
    }

    package var description: String { "\(file):\(line):\(column): \(problem)" }
}
