extension VersionFormat {
    /// How two versions of a record stand to each other.
    package enum Order: Sendable {
        case older, same, newer
        /// One of them cannot be read, or lies in the future: they say nothing about each other.
        case unknown
    }

    /// How `left` stands to `right`, both as they are written.
    ///
    /// A version later than `now` gives no order: a mistyped year must not hide its correction.
    package func order(of left: ArraySlice<UInt8>, to right: ArraySlice<UInt8>, now: Instant) -> Order {
        if left == right { return .same }
        switch self {
        case .number:
            guard let left = Self.integer(left), let right = Self.integer(right) else { return .unknown }
            return left < right ? .older : left == right ? .same : .newer
        case .epochSeconds, .epochMilliseconds, .rfc3339:
            guard let left = instant(left), let right = instant(right), max(left, right) <= now else {
                return .unknown
            }
            return left < right ? .older : left == right ? .same : .newer
        }
    }

    /// The time that a version is; nil where it is none, or cannot be read.
    package func instant(_ text: ArraySlice<UInt8>) -> Instant? {
        switch self {
        case .number: return nil
        case .rfc3339: return Instant(rfc3339: String(decoding: text, as: UTF8.self))
        case .epochSeconds: return Self.integer(text).map(Instant.init(seconds:))
        case .epochMilliseconds: return Self.integer(text).map { Instant(milliseconds: Int($0)) }
        }
    }

    /// Appends a time as a version of this format; a number is none.
    package func append(_ time: Instant, to text: inout [UInt8]) {
        switch self {
        case .number: preconditionFailure("a number is no time")
        case .rfc3339:
            // To the nanosecond where it has any: a version that is cut would stand before what it is not older than.
            time.appendRFC3339(fractionDigits: time.nanoseconds % 1_000_000 == 0 ? 3 : 9, to: &text)
        case .epochSeconds: text.append(contentsOf: String(time.seconds).utf8)
        case .epochMilliseconds: text.append(contentsOf: String(time.milliseconds).utf8)
        }
    }

    private static func integer(_ digits: ArraySlice<UInt8>) -> Int64? {
        Int64(String(decoding: digits, as: UTF8.self))
    }
}
