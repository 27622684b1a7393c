import YAML

/// Collects what is wrong: parts that do not depend on each other are all looked at, and all their errors told.
struct Faults<Failure: Error> {
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
    /// The text of a value with its place; nil where the file has no such value.
    mutating func text(_ node: YAMLNode?) -> PlacedText? {
        take(else: nil) { () throws(YAMLError) in try PlacedText(node) }
    }

    /// Throws what was noted, in the file's order.
    func check() throws(ConfigurationError) {
        guard !errors.isEmpty else { return }
        let sorted = errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        throw ConfigurationError.of(sorted.map { ConfigurationError(.badFile, $0.description) })
    }
}
