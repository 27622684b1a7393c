/// The `Retry-After` header (RFC 9110 §10.2.3).
package enum RetryAfter {
    /// The wait a header asks for: seconds (a fraction, which some APIs send, counts too) or a date seen from
    /// `now`.
    ///
    /// A date in the past is no wait; what is neither is nil. A wait too long to count is cut to 68 years.
    package static func parse(_ header: String, now: Instant) -> Duration? {
        let text = header.trimmingHTTPSpace()
        guard let first = text.utf8.first else { return nil }
        guard isDigit(first) else {
            return HTTPDate.parse(String(text), now: now).map { $0 < now ? .zero : $0.since(now) }
        }
        let whole = text.utf8.prefix(while: isDigit)
        let seconds = Duration.seconds(min(Int64(String(Substring(whole))) ?? .max, Int64(Int32.max)))
        guard whole.endIndex < text.utf8.endIndex else { return seconds }
        let fraction = text.utf8[whole.endIndex...].dropFirst()
        guard text.utf8[whole.endIndex] == UInt8(ascii: "."), !fraction.isEmpty, fraction.allSatisfy(isDigit)
        else {
            return nil
        }
        let nanoseconds = fraction.prefix(9).reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        let scale = (min(fraction.count, 9)..<9).reduce(Int64(1)) { scale, _ in scale * 10 }
        return seconds + .nanoseconds(nanoseconds * scale)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}

extension String {
    /// The text without the spaces and tabs around it.
    func trimmingHTTPSpace() -> Substring {
        var text = self[...]
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return text
    }
}
