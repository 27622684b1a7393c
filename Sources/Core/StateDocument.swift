package import JSON

/// A state record's value: a JSON object with `"format"`, taken apart member by member and checked on the way.
///
/// State must last ten years: an older format is read, a newer one refused, and a member that this format does
/// not have is refused as well, since writing the record again would lose it.
package struct StateDocument {
    /// No record of state is larger: a broker's limit must never be what stops a run (I7).
    package static let maximumBytes = 64 << 10

    package let noun: String
    package private(set) var format = 0
    private var members: [JSONValue.Member]

    package init(_ bytes: [UInt8], noun: String, newestFormat: Int, limit: Int = maximumBytes)
        throws(StateError)
    {
        self.noun = noun
        guard bytes.count <= limit else { throw Self.tooLarge(noun, bytes.count, limit, Self.tokenHint) }
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes)
        } catch {
            throw StateError(.unreadable, "\(noun) cannot be read: \(error)")
        }
        guard case .object(let members) = value else {
            throw StateError(.unreadable, "\(noun) cannot be read: it is no JSON object")
        }
        self.members = members
        format = try int("format")
        guard format <= newestFormat else {
            throw StateError(
                .newerFormat,
                "\(noun) has format \(format), this version of sluice reads up to \(newestFormat); upgrade sluice"
            )
        }
        guard format >= 1 else {
            throw StateError(.unreadable, "\(noun) cannot be read: it has format \(format)")
        }
    }

    /// A document inside this one: errors name the member.
    package init(_ value: JSONValue, noun: String, format: Int) throws(StateError) {
        guard case .object(let members) = value else {
            throw StateError(.unreadable, "\(noun) cannot be read: it is no JSON object")
        }
        self.noun = noun
        self.format = format
        self.members = members
    }

    /// A member's value, without taking it.
    func peek(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    /// Whether there is such a member: for those that stand only where they apply.
    package func holds(_ name: String) -> Bool { members.contains { $0.name == name } }

    package mutating func value(_ name: String) throws(StateError) -> JSONValue {
        guard let index = members.firstIndex(where: { $0.name == name }) else {
            throw StateError(.unreadable, "\(noun) cannot be read: it has no \"\(name)\"")
        }
        return members.remove(at: index).value
    }

    package mutating func text(_ name: String) throws(StateError) -> String {
        guard let text = try value(name).text else { throw wrong(name, "text") }
        return text
    }

    package mutating func optionalText(_ name: String) throws(StateError) -> String? {
        let value = try value(name)
        if value == .null { return nil }
        guard let text = value.text else { throw wrong(name, "text or null") }
        return text
    }

    package mutating func int(_ name: String) throws(StateError) -> Int {
        guard let int = try value(name).int, int >= 0 else { throw wrong(name, "a whole number from 0") }
        return int
    }

    package mutating func optionalInt(_ name: String) throws(StateError) -> Int? {
        let value = try value(name)
        if value == .null { return nil }
        guard let int = value.int, int >= 0 else { throw wrong(name, "a whole number from 0, or null") }
        return int
    }

    package mutating func bool(_ name: String) throws(StateError) -> Bool {
        guard let bool = try value(name).bool else { throw wrong(name, "true or false") }
        return bool
    }

    package mutating func texts(_ name: String) throws(StateError) -> [String] {
        guard case .array(let elements) = try value(name) else { throw wrong(name, "an array of texts") }
        let texts = elements.compactMap(\.text)
        guard texts.count == elements.count else { throw wrong(name, "an array of texts") }
        return texts
    }

    package mutating func ints(_ name: String) throws(StateError) -> [Int] {
        guard case .array(let elements) = try value(name) else {
            throw wrong(name, "an array of whole numbers")
        }
        let ints = elements.compactMap(\.int)
        guard ints.count == elements.count else { throw wrong(name, "an array of whole numbers") }
        return ints
    }

    package mutating func document(_ name: String) throws(StateError) -> StateDocument {
        try StateDocument(value(name), noun: "\"\(name)\" of \(noun)", format: format)
    }

    package mutating func documents(_ name: String) throws(StateError) -> [StateDocument] {
        guard case .array(let elements) = try value(name) else { throw wrong(name, "an array of objects") }
        var documents: [StateDocument] = []
        for element in elements {
            documents.append(
                try StateDocument(element, noun: "an element of \"\(name)\" of \(noun)", format: format)
            )
        }
        return documents
    }

    package mutating func optionalDocument(_ name: String) throws(StateError) -> StateDocument? {
        let value = try value(name)
        if value == .null { return nil }
        return try StateDocument(value, noun: "\"\(name)\" of \(noun)", format: format)
    }

    package func finish() throws(StateError) {
        guard let member = members.first else { return }
        throw StateError(
            .unreadable,
            "\(noun) holds \"\(member.name)\", which its format \(format) does not have; a changed sluice wrote it"
        )
    }

    private func wrong(_ name: String, _ wanted: String) -> StateError {
        StateError(.unreadable, "\(noun) cannot be read: \"\(name)\" is not \(wanted)")
    }

    /// What to do about a bookmark that is too large: only a page token can be.
    package static let tokenHint = "a page token this long is most likely not meant to be kept"

    private static func tooLarge(_ noun: String, _ count: Int, _ limit: Int, _ hint: String) -> StateError {
        StateError(.tooLarge, "\(noun) takes \(count) bytes, over the \(limit) that it may have; \(hint)")
    }

    /// The bytes of a record, refused where they are too many.
    package static func encode(
        _ value: JSONValue,
        noun: String,
        limit: Int = maximumBytes,
        hint: String = tokenHint
    ) throws(StateError) -> [UInt8] {
        let bytes = value.bytes()
        guard bytes.count <= limit else { throw tooLarge(noun, bytes.count, limit, hint) }
        return bytes
    }
}
