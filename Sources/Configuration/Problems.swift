package import Core

/// Collects what is wrong with an account: parts that do not depend on each other are all looked at, and told at once.
package struct Problems {
    package private(set) var errors: [any SluiceError] = []

    /// Nothing is wrong yet.
    package init() {}

    /// The value of a part; nil where its error was noted.
    package mutating func take<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch let error as any SluiceError {
            errors.append(error)
            return nil
        }
    }

    /// Notes errors.
    package mutating func note(_ more: [any SluiceError]) { errors += more }

    /// Throws what was noted, as one error.
    package func check() throws {
        if !errors.isEmpty { throw ConfigurationError.of(errors) }
    }
}

extension SluiceError {
    /// The errors that it stands for.
    package var single: [any SluiceError] {
        guard let error = self as? ConfigurationError, !error.parts.isEmpty else { return [self] }
        return error.parts
    }
}
