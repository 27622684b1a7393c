import Core

/// What an answer's headers say of a limit.
package struct LimitReading: Hashable, Sendable {
    /// Requests in a period.
    package var limit: Int?
    /// Requests that are left of it.
    package var remaining: Int?
    /// Until it begins anew.
    package var reset: Duration?
    package var period: Duration?

    /// A reading.
    package init(limit: Int? = nil, remaining: Int? = nil, reset: Duration? = nil, period: Duration? = nil) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
        self.period = period
    }

    /// What the first family of headers that is in an answer says; nil where there is none.
    init?(_ families: [LimitHeaders], in response: HTTPResponse, now: Instant) {
        for family in families {
            let reading = LimitReading(
                limit: family.limit.flatMap { $0.count(in: response) },
                remaining: family.remaining.flatMap { $0.count(in: response) },
                reset: family.reset.flatMap { $0.duration(in: response, now: now) },
                period: family.intervalMilliseconds.flatMap { $0.count(in: response) }
                    .flatMap { $0 > 0 ? .milliseconds($0) : nil }
            )
            guard reading.limit != nil || reading.remaining != nil else { continue }
            self = reading
            return
        }
        return nil
    }
}

/// The headers by which an API tells of one limit.
package struct LimitHeaders: Hashable, Sendable {
    package var limit: HeaderField?
    package var remaining: HeaderField?
    package var reset: ResetField?
    package var intervalMilliseconds: HeaderField?
}

/// When a limit begins anew, as a header has it.
package struct ResetField: Hashable, Sendable {
    /// What its number counts.
    package enum Format: String, CaseIterable, Sendable {
        /// Seconds from now.
        case seconds
        /// Seconds since 1970.
        case epoch
    }

    package var field: HeaderField
    package var format: Format

    /// How long it is until then; at most a year.
    func duration(in response: HTTPResponse, now: Instant) -> Duration? {
        guard let text = field.text(in: response) else { return nil }
        switch format {
        case .seconds: return RetryAfter.parse(text, now: now).map { min($0, .seconds(366 * 86_400)) }
        case .epoch:
            guard let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else { return nil }
            return min(max(.zero, Instant(seconds: seconds).since(now)), .seconds(366 * 86_400))
        }
    }
}

/// A header's value, or one field of it where it holds several (`total=10; remaining=9`).
package struct HeaderField: Hashable, Sendable {
    package var header: String
    package var field: String?

    func text(in response: HTTPResponse) -> String? {
        guard let value = response[header: header] else { return nil }
        guard let field else { return Self.trimmed(value[...]) }
        for part in value.split(whereSeparator: { $0 == ";" || $0 == "," }) {
            guard let equals = part.firstIndex(of: "=") else { continue }
            guard Self.trimmed(part[..<equals]) == field else { continue }
            return Self.trimmed(part[part.index(after: equals)...])
        }
        return nil
    }

    func count(in response: HTTPResponse) -> Int? {
        text(in: response).flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
