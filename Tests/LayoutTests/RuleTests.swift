import Testing

/// A text that must not stand in the code, and why.
struct Rule: Sendable, CustomTestStringConvertible {
    /// A part of all that the pattern finds.
    var name: String
    var reason: String
    private var source: @Sendable () -> Regex<Substring>

    var pattern: Regex<Substring> { source() }
    var testDescription: String { name }

    init(_ name: String, _ reason: String, _ source: @escaping @Sendable () -> Regex<Substring>) {
        self.name = name
        self.reason = reason
        self.source = source
    }

    static let sources: [Rule] = [
        Rule("print", "the standard output belongs to the command: use a writer") { /(?:^|[^\w.])print\(/ },
        Rule("Date", "time is injected: WallClock or a Clock") { /\bDate(?:\(\)|\.now)/ },
        Rule("Task.sleep", "waits are timers of an injected clock, or signals") { /\bTask\.sleep/ },
        Rule("Task", "structured only: a service's run() owns its children in a task group") {
            /\bTask(?:<[^>]*>)?(?:\.detached|\.immediate)?(?:\([^)]*\))?\s*\{/
        },
        Rule("Foundation", "no Foundation: it brings its own time zones and a slow JSON") {
            /\bimport (?:\w+ )?Foundation\w*/
        },
        Rule("sleep", "no thread sleeps: wait on a thing") { /\b(?:usleep|nanosleep)\(/ },
    ]
}

@Suite struct SourceTreeTests {
    @Test(arguments: [
        ("print(1) // print(2)", "print(1) "),
        ("a(\"print(1) // \\\" x\") // y", "a() "),
        ("/// unsafe", ""),
        ("let x = \"\"\"\n  unsafe \"q\"\n  \"\"\" + y", "let x = \n\n + y"),
        ("x / y\n\"open\nz", "x / y\n\nz"),
        ("", ""),
    ])
    func onlyCodeIsRead(text: String, code: String) {
        #expect(SourceTree.code(of: text).joined(separator: "\n") == code)
    }

    @Test(
        arguments: [
            ("import Core", ["Core"]), ("package import JSON", ["JSON"]), ("@testable import Runs", ["Runs"]),
            ("@_spi(X) internal import struct Web.Y", ["Web"]), ("// import Kafka", []), ("important x", []),
        ] as [(String, Set<String>)]
    )
    func importsAreFound(line: String, modules: Set<String>) {
        let file = SourceTree.File(path: "A/B.swift", lines: SourceTree.code(of: line), text: line)
        #expect(file.imports == modules)
    }
}

@Suite struct RuleTests {
    /// The command's wiring may do what nothing below it may.
    private static let free: Set<String> = ["sluice"]
    /// Suites that cancel real transfers may wait for real time.
    private static let maySleep: Set<String> = []

    @Test(arguments: Rule.sources)
    func sourcesKeepTo(rule: Rule) throws {
        let places = try SourceTree.sources.get().filter { !Self.free.contains($0.module) }
            .flatMap { $0.places(of: rule.pattern, word: rule.name) }
        #expect(places.isEmpty, "\(rule.reason): \(places)")
    }

    @Test(arguments: [
        ("print(1)", "print"), ("  Task { x }", "Task"), ("Task.detached { x }", "Task"),
        ("Task(priority: .low) {", "Task"), ("Task<Void, Never> {", "Task"),
        ("import Foundation", "Foundation"),
        ("package import struct Foundation.Date", "Foundation"),
        ("try await Task.sleep(for: x)", "Task.sleep"),
        ("x = Date()", "Date"), ("x = Date.now", "Date"), ("usleep(3)", "sleep"),

    ])
    func rulesFind(line: String, name: String) {
        let file = SourceTree.File(path: "A/B.swift", lines: [line], text: line)
        #expect(
            Rule.sources.filter { !file.places(of: $0.pattern, word: $0.name).isEmpty }.map(\.name) == [name]
        )
    }

    @Test(arguments: [
        "console.print(x)", "sprint(1)", "CivilDate()", "withTask {", "Task.isCancelled", "asleep(1)",
        "func sleep(x)",
    ])
    func rulesLeaveAlone(line: String) {
        let file = SourceTree.File(path: "A/B.swift", lines: [line], text: line)
        #expect(Rule.sources.allSatisfy { file.places(of: $0.pattern, word: $0.name).isEmpty })
    }

    @Test func testsWaitOnThings() throws {
        let places = try SourceTree.tests.get().filter { !Self.maySleep.contains($0.path) }
            .flatMap { $0.places(of: /\bTask\.sleep/, word: "Task.sleep") }
        #expect(places.isEmpty, "wait on a signal, a manual clock or a stream: \(places)")
    }

    @Test func filesStaySmall() throws {
        let files = try SourceTree.sources.get() + SourceTree.tests.get()
        for file in files where file.lines.count > 800 {
            Issue.record("\(file.path) has \(file.lines.count) lines: split it")
        }
    }

    @Test func filesAreNamedAfterANoun() throws {
        let vague = /(?:Utils?|Utilities|Helpers?|Common|Manager|Misc)\.swift$/
        let names = try SourceTree.sources.get().map(\.path).filter { $0.contains(vague) }
        #expect(names.isEmpty, "name what is in it: \(names)")
    }

    @Test func everyErrorCodeStandsOnce() throws {
        var seen: [String: String] = [:]
        for file in try SourceTree.sources.get() {
            let lines = file.text.split(separator: "\n").filter {
                $0.contains(" = \"") && $0.contains("case ")
            }
            for match in lines.compactMap({ $0.firstMatch(of: /case \w+ = "([a-z]+\.[a-z_]+)"/) }) {
                let code = String(match.1)
                if let other = seen[code] { Issue.record("\(code) stands in \(other) and in \(file.path)") }
                seen[code] = file.path
            }
        }
        #expect(seen.count > 20, "the error codes were not found: did their form change?")
    }
}
