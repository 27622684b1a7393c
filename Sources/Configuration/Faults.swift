import YAML

/// Collects what is wrong: parts that do not depend on each other are all looked at, and all their errors told.
struct Faults<Failure: Error>: Sendable {
    private var errors: [Failure] = []

    /// The value of a part, or the fallback where its error was noted.
    mutating func take<Value>(else fallback: Value, _ body: () throws(Failure) -> Value) -> Value {
        do {
            return try body()
        } catch {
            errors.append(error)
            return fallback
        }
    }

    /// How much was noted.
    var count: Int { errors.count }

    /// Notes errors.
    mutating func note(_ more: [Failure]) { errors += more }
}

/// What is wrong with settings.
typealias SettingFaults = Faults<ConfigurationError>

extension SettingFaults {
    /// Throws what was noted.
    func check() throws(ConfigurationError) {
        if !errors.isEmpty { throw ConfigurationError.of(errors) }
    }
}

/// What is wrong with a file.
typealias FileFaults = Faults<YAMLError>

extension FileFaults {
    /// What a file's bytes say, read by `body`; all that it noted is thrown.
    static func read<File>(
        _ bytes: [UInt8],
        path: String,
        _ body: (YAMLNode, inout FileFaults) -> File
    ) throws(ConfigurationError) -> File {
        let root: YAMLNode
        do {
            root = try YAMLDocument.parse(bytes, file: path)
            // What is no mapping at all has nothing else to say.
            _ = try root.mapping()
        } catch let error {
            throw ConfigurationError(.badFile, error.description)
        }
        var faults = FileFaults()
        let file = body(root, &faults)
        try faults.check()
        return file
    }

    /// The text of a value with its place; nil where the file has no such value.
    mutating func text(_ node: YAMLNode?) -> PlacedText? {
        take(else: nil) { () throws(YAMLError) in try PlacedText(node) }
    }

    /// What was noted, with its places.
    var placed: [(line: Int, column: Int, error: ConfigurationError)] {
        errors.map { ($0.line, $0.column, ConfigurationError(.badFile, $0.description)) }
    }

    /// Throws what was noted, in the file's order.
    func check() throws(ConfigurationError) {
        guard count > 0 else { return }
        let sorted = placed.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        throw ConfigurationError.of(sorted.map(\.error))
    }
}
