import Core

/// A session on this machine's files, which is over once it was ended.
protocol LocalSession: Destination {
    /// Says good-bye and gives everything back; safe to call again.
    func end() async throws
}

extension LocalSession {
    /// Runs `body` with the session, and ends it.
    func use<Value: Sendable>(_ body: @Sendable (Self) async throws -> Value) async throws -> Value {
        let value: Value
        do {
            value = try await body(self)
        } catch {
            // The first reason is the one that counts.
            try? await end()
            throw error
        }
        try await end()
        return value
    }
}
