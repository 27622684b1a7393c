package import Core

/// One run's name: when it began and 32 random bits, so that names sort by time and two of a second differ.
package struct RunID: Hashable, Sendable, CustomStringConvertible {
    /// As in `20261125T130743Z-1f3a09bc`.
    package let text: String

    /// A new one.
    package init(at now: Instant, random: UInt32 = .random(in: .min ... .max)) {
        let digits = String(random, radix: 16)
        let stamp = now.rfc3339().filter { $0 != "-" && $0 != ":" }
        text = "\(stamp)-" + String(repeating: "0", count: 8 - digits.count) + digits
    }

    package var description: String { text }
}
