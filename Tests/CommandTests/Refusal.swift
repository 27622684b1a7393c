import ProcessSupport
import Testing

/// A command line that cannot be run, and what is said of it.
struct Refusal: Sendable, CustomTestStringConvertible {
    var words: [String]
    var says: [String]
    var testDescription: String { words.joined(separator: " ") }

    /// Checks that it ends with 2 and says so.
    func check() async throws {
        let process = try SluiceProcess(words)
        try #require(await process.waitForEnd(atMost: 60))
        #expect(process.exitCode == 2, "\(process.standardError)")
        for text in says { #expect(process.standardError.contains(text), "\(process.standardError)") }
    }
}
