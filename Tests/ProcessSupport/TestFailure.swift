/// What keeps a test's own fixture from standing.
package struct TestFailure: Error, CustomStringConvertible {
    package var description: String

    /// A failure in one line.
    package init(_ text: String) { description = text }
}
