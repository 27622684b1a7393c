import Foundation

/// Which module may import which: as the design says, and as Package.swift does.
enum Arrows {
    /// What each module may import directly; what lies below an imported module may be imported too.
    static let allowed: [String: Set<String>] = [
        "JSON": [],
        "Core": ["JSON"],
        "YAML": ["CYAML"],
        "Cryptography": ["CCrypto"],
        "Expressions": ["Core"],
        "HTTP": ["CCurl", "CDeflate", "CZlib", "Core"],
        // The disk cache is a module of its own, since a folder as the destination keeps versions as well.
        "Cache": ["CLMDB", "Core"],
        "Kafka": ["CRDKafka", "Cache", "Core"],
        "Files": ["Cache", "Core"],
        "Scheduling": ["Core"],
        // Scheduling: a schedule's file says when, and its errors have a line and a column.
        "Configuration": ["Scheduling", "YAML", "Core"],
        // CDeflate: simulators answer compressed where a client asks for it.
        "Web": ["CMicroHTTPD", "CDeflate", "JSON"],
        "CommandLine": [],
        "Telemetry": ["Core"],
        "Extraction": ["Expressions", "YAML", "Cryptography", "Core"],
        // Cryptography: the version of a record without a version field is a digest of its content.
        "Events": ["Expressions", "Cryptography", "Core"],
        "Runs": ["Extraction", "Events", "Telemetry"],
        "Simulators": ["Web", "Core"],
        "ExtractorKit": ["Runs", "Simulators"],
        // CPage: the files of the page; Cryptography: the comparison of tokens.
        "Daemon": ["Runs", "Scheduling", "Configuration", "Kafka", "Web", "Cryptography", "CPage"],
    ]

    /// What a module may import, all the way down; system libraries are for their own module only.
    static func reachable(from module: String) -> Set<String> {
        var result = allowed[module] ?? []
        for next in result { result.formUnion(reachable(from: next).filter { allowed[$0] != nil }) }
        return result
    }

    /// The table `modules` of Package.swift.
    static func declared() throws -> [String: Set<String>] {
        let text = try String(contentsOf: SourceTree.root.appending(path: "Package.swift"), encoding: .utf8)
        guard let table = text.firstMatch(of: /let modules[^=]*= \[\n([\s\S]*?)\n\]/) else { return [:] }
        var result: [String: Set<String>] = [:]
        for row in table.1.matches(of: /\(\s*"(\w+)",\s*\[([^\]]*)\]\s*\)/) {
            result[String(row.1)] = Set(row.2.matches(of: /"(\w+)"/).map { String($0.1) })
        }
        return result
    }
}
