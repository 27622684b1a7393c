/// A small document as a tree: configuration, state, error bodies.
///
/// Nothing is lost in it: a number keeps its digits, an object the order of its members.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number as it was written; see `number(_:)` for one of Swift's.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A name and its value.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        /// A member of an object.
        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }

        /// Names are the same where their bytes are: JSON knows no canonical equivalence.
        package static func == (left: Member, right: Member) -> Bool {
            left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
        }
    }

    /// Equal as documents: the same members in the same order, text byte by byte, numbers digit by digit.
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// The tree of one document.
    ///
    /// Strict: RFC 8259 and UTF-8, nothing after the document, no name twice in an object, and at most
    /// `maximumDepth` arrays and objects within each other.
    package static func parse(
        _ bytes: some Collection<UInt8>,
        maximumDepth: Int = 128
    ) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: Array(bytes), maximumDepth: maximumDepth)
        return try parser.parseDocument()
    }

    /// An integer as a number.
    package static func number(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
}

extension JSONValue {
    /// The value of an object's member; nil where there is none, or this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// What a path of members leads to (an empty one here), nil where it leads nowhere.
    package func member(at path: [String]) -> JSONValue? {
        path.reduce(JSONValue?.some(self)) { $0?[$1] }
    }

    /// The object with a value at a path of members, each of which keeps its place.
    package func setting(_ path: ArraySlice<String>, to value: JSONValue) -> JSONValue {
        guard let name = path.first else { return value }
        var members = members ?? []
        let inner = (self[name] ?? .object([])).setting(path.dropFirst(), to: value)
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = inner
        } else {
            members.append(Member(name: name, value: inner))
        }
        return .object(members)
    }

    /// The element of an array; nil beyond its ends, or where this is no array.
    package subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The text of a string; nil for everything else.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A number that is written as an integer and fits; nil for everything else.
    package var int: Int? {
        guard case .number(let lexeme) = self else { return nil }
        return Int(lexeme)
    }

    /// A truth value; nil for everything else.
    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements of an array; nil for everything else.
    package var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members of an object; nil for everything else.
    package var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// Whether this is `null`.
    package var isNull: Bool { self == .null }
}

extension JSONValue {
    /// The document without white space, members in their order.
    package func bytes() -> [UInt8] {
        var json: [UInt8] = []
        append(to: &json)
        return json
    }

    /// The document without white space, as text.
    package var compactText: String { String(decoding: bytes(), as: UTF8.self) }

    /// Appends the document without white space.
    package func append(to json: inout [UInt8]) {
        switch self {
        case .null: json.append(contentsOf: "null".utf8)
        case .bool(let value): json.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let lexeme): json.append(contentsOf: lexeme.utf8)
        case .string(let text): JSONText.appendQuoted(text.utf8, to: &json)
        case .array(let elements):
            json.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                element.append(to: &json)
            }
            json.append(UInt8(ascii: "]"))
        case .object(let members):
            json.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                JSONText.appendQuoted(member.name.utf8, to: &json)
                json.append(UInt8(ascii: ":"))
                member.value.append(to: &json)
            }
            json.append(UInt8(ascii: "}"))
        }
    }
}
