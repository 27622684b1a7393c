import YAML

/// Collects what is wrong with a file: parts that do not depend on each other are all read, and all their errors told.
struct FileFaults {
    private var errors: [YAMLError] = []

    /// The value of a part, or the fallback where its error was noted.
    mutating func take<Value>(else fallback: Value, _ body: () throws(YAMLError) -> Value) -> Value {
        do {
            return try body()
        } catch {
            errors.append(error)
            return fallback
        }
    }

    /// The text of a value with its place; nil where the file has no such value.
    mutating func text(_ node: YAMLNode?) -> PlacedText? {
        take(else: nil) { () throws(YAMLError) in try PlacedText(node) }
    }

    /// Notes errors.
    mutating func note(_ more: [YAMLError]) { errors += more }

    /// Throws what was noted, in the file's order.
    func check() throws(ConfigurationError) {
        guard !errors.isEmpty else { return }
        let sorted = errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        throw ConfigurationError.of(sorted.map { ConfigurationError(.badFile, $0.description) })
    }
}
