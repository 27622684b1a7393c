/// Runs `body` with a resource and then closes that, whatever came of it: what `defer` would do if it could wait.
package func closing<Resource, Value>(
    _ resource: Resource,
    by close: (Resource) async -> Void,
    _ body: (Resource) async throws -> Value
) async throws -> Value {
    let value: Value
    do {
        value = try await body(resource)
    } catch {
        await close(resource)
        throw error
    }
    await close(resource)
    return value
}
