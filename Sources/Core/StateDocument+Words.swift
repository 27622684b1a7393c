package import JSON

/// What records hold beside numbers and texts: times, accounts, words of a list.
extension StateDocument {
    /// A time, as `Instant.recordText` writes it.
    package mutating func time(_ name: String) throws(StateError) -> Instant {
        try Self.time(text(name), name, noun)
    }

    package mutating func optionalTime(_ name: String) throws(StateError) -> Instant? {
        guard let text = try optionalText(name) else { return nil }
        return try Self.time(text, name, noun)
    }

    private static func time(_ text: String, _ name: String, _ noun: String) throws(StateError) -> Instant {
        guard let instant = Instant(rfc3339: text) else {
            throw unreadable(noun, "\"\(name)\" is no time: \(text.prefix(100))")
        }
        return instant
    }

    package mutating func account(_ name: String) throws(StateError) -> AccountName {
        try Self.account(text(name), name, noun)
    }

    package mutating func optionalAccount(_ name: String) throws(StateError) -> AccountName? {
        guard let text = try optionalText(name) else { return nil }
        return try Self.account(text, name, noun)
    }

    private static func account(_ text: String, _ name: String, _ noun: String) throws(StateError)
        -> AccountName
    {
        do {
            return try AccountName(text)
        } catch {
            throw unreadable(noun, "\"\(name)\": \(error.message)")
        }
    }

    package mutating func optionalTexts(_ name: String) throws(StateError) -> [String]? {
        guard case .null? = peek(name) else { return try texts(name) }
        _ = try value(name)
        return nil
    }

    /// One of the words of a list.
    package mutating func word<Word: RawRepresentable<String>>(_ name: String) throws(StateError) -> Word {
        let text = try text(name)
        guard let word = Word(rawValue: text) else {
            throw Self.unreadable(noun, "its \(name) is \"\(text.prefix(100))\"")
        }
        return word
    }

    /// The error of a record that says what this version does not know.
    package static func unreadable(_ noun: String, _ reason: String) -> StateError {
        StateError(.unreadable, "\(noun) cannot be read: \(reason)")
    }
}

extension Instant {
    /// As records hold it: RFC 3339 with as many digits as nothing is lost, in groups of three.
    package var recordText: String {
        let fraction = (nanoseconds % 1_000_000_000 + 1_000_000_000) % 1_000_000_000
        if fraction == 0 { return rfc3339() }
        if fraction % 1_000_000 == 0 { return rfc3339(fractionDigits: 3) }
        return rfc3339(fractionDigits: fraction % 1000 == 0 ? 6 : 9)
    }
}

extension JSONValue {
    /// A time as records hold it.
    package static func time(_ instant: Instant) -> JSONValue { .string(instant.recordText) }

    package static func optional(_ instant: Instant?) -> JSONValue { instant.map(JSONValue.time) ?? .null }

    package static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    package static func optional(_ number: Int?) -> JSONValue { number.map { .number($0) } ?? .null }

    package static func optional(_ texts: [String]?) -> JSONValue {
        texts.map { .array($0.map(JSONValue.string)) } ?? .null
    }
}
