import Core

extension ObjectWriter {
    /// A time as ISO 8601 in UTC, by its seconds since 1970; nil is null.
    mutating func time(_ name: String, _ seconds: Int?) {
        text(name, seconds.map { Instant(seconds: Int64($0)).rfc3339() })
    }

    /// A list of integers.
    mutating func numbers(_ name: String, _ values: some Sequence<Int>) {
        raw(name, "[" + values.map(String.init).joined(separator: ",") + "]")
    }

    /// A list of strings that need no escapes.
    mutating func words(_ name: String, _ values: some Sequence<String>) {
        raw(name, "[" + values.map { "\"\($0)\"" }.joined(separator: ",") + "]")
    }

    /// Lists without elements.
    mutating func empties(_ names: String...) {
        for name in names { raw(name, "[]") }
    }
}
