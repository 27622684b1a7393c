// `environ` is a global variable; nothing in this process changes it.
@unsafe @preconcurrency import Glibc

/// The environment that this process was started with.
package enum ProcessEnvironment {
    /// All variables; of one that stands there twice the first, as getenv does.
    package static var current: [String: String] {
        var result: [String: String] = [:]
        guard var entry = unsafe Optional(environ) else { return result }
        while let text = unsafe entry.pointee {
            let parts = unsafe String(cString: text).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if parts.count == 2, result[String(parts[0])] == nil {
                result[String(parts[0])] = String(parts[1])
            }
            unsafe entry += 1
        }
        return result
    }
}
