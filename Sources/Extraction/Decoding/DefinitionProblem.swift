/// One thing wrong with an extractor's definition, where it stands and what to do about it.
package struct DefinitionProblem: Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1, as editors count.
    package var line: Int
    package var column: Int
    package var text: String

    /// A problem at a place of a file.
    package init(file: String, line: Int, column: Int, text: String) {
        self.file = file
        self.line = line
        self.column = column
        self.text = text
    }

    package var description: String { "\(file):\(line):\(column): \(text)" }
}
