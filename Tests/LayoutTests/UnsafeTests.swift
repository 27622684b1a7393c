import Testing

/// Unsafe code stays countable: it lives in the files that wrap C, and in those listed here with their count.
@Suite struct UnsafeTests {
    /// What is unsafe elsewhere, and how often.
    ///
    /// A new line, or a greater number, needs a reason in its review.
    private static let allowed: [String: Int] = [
        "Core/Instant.swift": 1,
        "Core/Locked.swift": 5,
        "JSON/JSONText.swift": 5,
        "Telemetry/Console.swift": 2,
        "Telemetry/Terminal.swift": 1,
    ]
    private static let allowedUnchecked: [String: Int] = [
        "Core/Locked.swift": 1
    ]
    private static let cLibraries: Set<String> = [
        "CCurl", "CRDKafka", "CYAML", "CMicroHTTPD", "CCrypto", "CDeflate",
    ]

    private let files: [SourceTree.File]

    init() throws {
        files = try SourceTree.sources.get().filter { $0.imports.isDisjoint(with: Self.cLibraries) }
    }

    @Test func unsafeExpressions() {
        check(/\bunsafe\b/, against: Self.allowed, name: "unsafe")
    }

    @Test func uncheckedPromises() {
        check(/@unchecked\b/, against: Self.allowedUnchecked, name: "@unchecked")
    }

    @Test func everyUncheckedPromiseHasAReason() throws {
        for file in try SourceTree.sources.get() {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in file.lines.enumerated() where line.contains("@unchecked Sendable") {
                let around = lines[max(0, index - 6)...min(index + 3, lines.count - 1)]
                #expect(
                    around.contains { $0.contains("//") },
                    "\(file.path):\(index + 1): say why it is safe"
                )
            }
        }
    }

    private func check(_ pattern: Regex<Substring>, against allowed: [String: Int], name: String) {
        for file in files {
            let count = file.count(of: pattern, word: name)
            let limit = allowed[file.path] ?? 0
            #expect(count <= limit, "\(name): \"\(file.path)\": \(count), where \(limit) are stated")
        }
        let gone = allowed.keys.filter { path in !files.contains { $0.path == path } }
        #expect(gone.isEmpty, "\(name): the list names files that are not there: \(gone.sorted())")
    }
}
