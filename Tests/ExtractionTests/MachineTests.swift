import Core
import JSON
import ProcessSupport
import Testing

@testable import Extraction

@Suite struct RetryMachineTests {
    @Test func waitsDoubleUpToTheLongest() {
        var policy = RetryMachine.Policy()
        policy.tries = 10
        var machine = RetryMachine(policy: policy)
        let waits = (0..<10).map { _ in machine.failed(retryAfter: nil, draw: 1) }
        let seconds = [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
        #expect(waits == seconds.map { .wait(.seconds($0)) } + [.triesSpent(10)])
    }

    @Test(
        arguments: [
            // Retry-After, draw, action of the first failure
            (nil, 0, .wait(.zero)),
            (nil, 0.5, .wait(.milliseconds(250))),
            (.seconds(0), 0.5, .wait(.milliseconds(250))),
            (.seconds(2), 0.5, .wait(.seconds(2))),
            (.seconds(300), 0.5, .wait(.seconds(300))),
            (.seconds(301), 0.5, .tooLong(.seconds(301))),
        ] as [(Duration?, Double, RetryMachine.Action)]
    )
    func retryAfterIsTheLeast(retryAfter: Duration?, draw: Double, action: RetryMachine.Action) {
        var machine = RetryMachine()
        #expect(machine.failed(retryAfter: retryAfter, draw: draw) == action)
    }

    @Test func fiveTriesAreAll() {
        var machine = RetryMachine()
        let actions = (0..<5).map { _ in machine.failed(retryAfter: .seconds(1), draw: 0) }
        #expect(actions == Array(repeating: .wait(.seconds(1)), count: 4) + [.triesSpent(5)])
    }

    @Test func manyTriesDoNotOverflow() {
        var policy = RetryMachine.Policy()
        policy.tries = 200
        var machine = RetryMachine(policy: policy)
        for _ in 0..<199 { _ = machine.failed(retryAfter: nil, draw: 0.99) }
        #expect(machine.failed(retryAfter: nil, draw: 0.99) == .triesSpent(200))
    }
}

@Suite struct PureTests {
    @Test(
        arguments: [
            ("a", ["a"]), ("a.b", ["a", "b"]), ("@odata\\.nextLink", ["@odata.nextLink"]),
            ("a\\\\.b", ["a\\", "b"]),
            ("", nil), (".", nil), ("a.", nil), (".a", nil), ("a\\", nil), ("a\\x", nil),
        ] as [(String, [String]?)]
    )
    func pathsAreRead(text: String, path: [String]?) {
        #expect(FieldPath.parse(text) == path)
        if let path { #expect(FieldPath.text(path) == text) }
    }

    @Test(
        arguments: [
            (["<https://a/b?c=1,2>; rel=\"next\""], "https://a/b?c=1,2"),
            (["<a>; rel=prev, <b>; rel=next"], "b"),
            (["<a>; rel=prev", "<b>; rel=\"last next\""], "b"),
            (["<a>; title=\"x; rel=next, <c>\"; REL=\"Next\""], "a"),
            (["<a> ; rel = next"], "a"),
            (["<a>; rel=first; rel=next"], nil),
            (["<a>; title=\"\\\"\"; rel=next"], "a"),
            (["<a>"], nil), (["a; rel=next"], nil), (["<a; rel=next"], nil), ([""], nil), ([], nil),
            (["<>; rel=next"], ""),
            (["<a>; crossorigin; rel=next"], "a"),
        ] as [([String], String?)]
    )
    func linkHeadersAreRead(values: [String], target: String?) {
        #expect(LinkHeader.target(relation: "next", in: values) == target)
    }

    @Test func everyCodeHasItsOwnText() {
        #expect(Set(ExtractionError.Code.allTexts).count == ExtractionError.Code.allTexts.count)
        #expect(ExtractionError.Code.allTexts.allSatisfy { $0.hasPrefix("extraction.") })
    }
}
