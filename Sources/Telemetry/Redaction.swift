import Core
import Synchronization

/// The secrets of a process, to be taken out of everything it says (I6).
///
/// It grows as tokens are obtained.
package final class Redaction: Sendable {
    /// What is shorter hides nothing, but would tear holes into every line.
    package static let minimumLength = 4

    private let secrets = Locked<[String]>([])

    /// A set with the secrets known so far.
    package init(_ secrets: [String] = []) {
        for secret in secrets { add(secret) }
    }

    /// From now on this is taken out too.
    package func add(_ secret: String) {
        guard secret.utf8.count >= Self.minimumLength else { return }
        secrets.withLock { known in
            guard !known.contains(secret) else { return }
            known.append(secret)
            // The longest first: a secret within another must not leave the other's ends behind.
            known.sort { $0.utf8.count > $1.utf8.count }
        }
    }

    /// The text with `***` for each secret.
    package func apply(to text: String) -> String {
        secrets.withLock { $0 }.reduce(text) { Self.replace($1, in: $0) }
    }

    private static func replace(_ secret: String, in text: String) -> String {
        let needle = Array(secret.utf8)
        let bytes = Array(text.utf8)
        guard bytes.count >= needle.count else { return text }
        var result: [UInt8] = []
        var index = 0
        var isChanged = false
        while index < bytes.count {
            if bytes[index] == needle[0], bytes[index...].starts(with: needle) {
                result += Array("***".utf8)
                index += needle.count
                isChanged = true
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return isChanged ? String(decoding: result, as: UTF8.self) : text
    }
}
