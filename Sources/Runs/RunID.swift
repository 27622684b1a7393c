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

    /// When a run was made, as its id says; nil for what is no id.
    package static func time(of text: String) -> Instant? {
        let stamp = Array(text.prefix { $0 != "-" })
        guard stamp.count == 16, stamp[8] == "T", stamp[15] == "Z" else { return nil }
        let (date, time) = (String(stamp[..<8]), String(stamp[9..<15]))
        func part(_ text: String, _ first: Int, _ count: Int) -> String {
            String(text.dropFirst(first).prefix(count))
        }
        return Instant(
            rfc3339: "\(part(date, 0, 4))-\(part(date, 4, 2))-\(part(date, 6, 2))T"
                + "\(part(time, 0, 2)):\(part(time, 2, 2)):\(part(time, 4, 2))Z"
        )
    }

    package var description: String { text }
}
