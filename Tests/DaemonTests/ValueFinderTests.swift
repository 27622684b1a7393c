import Daemon
import Testing

@Suite("Where a document holds a value")
struct ValueFinderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var values: [String]
        var document: String
        var paths: [String]
        var testDescription: String { "\(values) in \(document)" }
    }

    static let cases = [
        Case(values: ["Ann"], document: #"{"name":"Ann","note":"Ann was here"}"#, paths: ["name"]),
        Case(values: ["ann"], document: #"{"name":"Ann"}"#, paths: []),
        Case(
            values: ["Ann@X.org"],
            document: #"{"a":{"emails":["b@x.org","ann@x.ORG"]},"ann@x.org":1}"#,
            paths: ["a.emails[1]"]
        ),
        Case(values: ["ann@x.org"], document: #"{"mail":"ann@x.org"}"#, paths: ["mail"]),
        Case(values: ["jörg"], document: #"{"a":"j\u00f6rg"}"#, paths: ["a"]),
        Case(values: ["1.50"], document: #"[1.5,1.50,"1.50",{"n":11.50}]"#, paths: ["[1]", "[2]"]),
        Case(values: ["x", "7"], document: #"{"x":7,"y":"x"}"#, paths: ["x", "y"]),
        Case(values: ["x"], document: "x", paths: []),
        Case(values: ["true"], document: #"{"a":true}"#, paths: []),
        Case(values: ["Ann"], document: "", paths: []),
    ]

    @Test(arguments: cases)
    func paths(_ test: Case) {
        #expect(ValueFinder(test.values).paths(in: Array(test.document.utf8)[...]) == test.paths)
    }
}
