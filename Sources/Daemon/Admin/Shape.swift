import Core
import JSON

/// An object of the API: what its members are called, what they mean and where they come from.
///
/// Answers and the OpenAPI document are both made of it, so that neither can say what the other does not.
struct Shape<Value: Sendable>: Sendable {
    let name: String
    let about: String
    let fields: [Field<Value>]

    init(_ name: String, _ about: String, _ fields: [Field<Value>]) {
        self.name = name
        self.about = about
        self.fields = fields
    }

    /// A value as it is answered.
    func json(_ value: Value) -> JSONValue {
        .object(fields.map { JSONValue.Member(name: $0.name, value: $0.read(value)) })
    }

    /// Values as they are answered.
    func json(_ values: some Sequence<Value>) -> JSONValue { .array(values.map(json)) }

    /// The JSON Schema: every member is there in every answer.
    var schema: JSONValue {
        [
            "type": "object",
            "description": .string(about),
            "properties": .object(fields.map { JSONValue.Member(name: $0.name, value: $0.schema) }),
            "required": .array(fields.map { .string($0.name) }),
            "additionalProperties": false,
        ]
    }

    /// What other schemas name it by.
    var reference: JSONValue { SchemaKind.reference(name) }
    /// The schema with its name, for the document.
    var component: JSONValue.Member { JSONValue.Member(name: name, value: schema) }
}

/// A member of an object of the API.
struct Field<Value: Sendable>: Sendable {
    let name: String
    let schema: JSONValue
    let read: @Sendable (Value) -> JSONValue

    private init(
        _ name: String,
        _ kind: JSONValue,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> JSONValue
    ) {
        self.name = name
        // The description goes beside a reference, which OpenAPI 3.1 allows.
        schema = .object(
            (kind.members ?? []) + [JSONValue.Member(name: "description", value: .string(about))]
        )
        self.read = read
    }

    static func text(_ name: String, _ about: String, _ read: @escaping @Sendable (Value) -> String) -> Self {
        Self(name, SchemaKind.text, about) { .string(read($0)) }
    }

    static func textOrNull(
        _ name: String,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> String?
    ) -> Self {
        Self(name, SchemaKind.orNull(SchemaKind.text), about) { read($0).map { .string($0) } ?? .null }
    }

    /// One of some words.
    static func word(
        _ name: String,
        of words: [String],
        _ about: String,
        _ read: @escaping @Sendable (Value) -> String
    ) -> Self {
        Self(name, SchemaKind.word(words), about) { .string(read($0)) }
    }

    static func number(_ name: String, _ about: String, _ read: @escaping @Sendable (Value) -> Int) -> Self {
        Self(name, SchemaKind.integer, about) { .number(read($0)) }
    }

    static func numberOrNull(
        _ name: String,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> Int?
    ) -> Self {
        Self(name, SchemaKind.orNull(SchemaKind.integer), about) { read($0).map { .number($0) } ?? .null }
    }

    static func flag(_ name: String, _ about: String, _ read: @escaping @Sendable (Value) -> Bool) -> Self {
        Self(name, SchemaKind.flag, about) { .bool(read($0)) }
    }

    static func time(_ name: String, _ about: String, _ read: @escaping @Sendable (Value) -> Instant) -> Self
    {
        Self(name, SchemaKind.time, about) { .string(read($0).rfc3339(fractionDigits: 3)) }
    }

    static func timeOrNull(
        _ name: String,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> Instant?
    ) -> Self {
        Self(name, SchemaKind.orNull(SchemaKind.time), about) {
            read($0).map { .string($0.rfc3339(fractionDigits: 3)) } ?? .null
        }
    }

    /// Seconds, to the millisecond.
    static func seconds(
        _ name: String,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> Duration?
    ) -> Self {
        Self(name, SchemaKind.orNull(SchemaKind.seconds), about) { read($0).map(Self.seconds) ?? .null }
    }

    static func texts(_ name: String, _ about: String, _ read: @escaping @Sendable (Value) -> [String])
        -> Self
    {
        Self(name, SchemaKind.list(SchemaKind.text), about) { .array(read($0).map { .string($0) }) }
    }

    static func textsOrNull(
        _ name: String,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> [String]?
    ) -> Self {
        Self(name, SchemaKind.orNull(SchemaKind.list(SchemaKind.text)), about) {
            read($0).map { .array($0.map { .string($0) }) } ?? .null
        }
    }

    /// Numbers by name, in the order of the names.
    static func counts(
        _ name: String,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> [String: Int]
    ) -> Self {
        Self(name, SchemaKind.map(SchemaKind.integer), about) {
            .object(
                read($0).sorted { $0.key < $1.key }
                    .map { JSONValue.Member(name: $0.key, value: .number($0.value)) }
            )
        }
    }

    static func object<Inner>(
        _ name: String,
        _ shape: Shape<Inner>,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> Inner
    ) -> Self {
        Self(name, shape.reference, about) { shape.json(read($0)) }
    }

    static func objectOrNull<Inner>(
        _ name: String,
        _ shape: Shape<Inner>,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> Inner?
    ) -> Self {
        Self(name, SchemaKind.orNull(shape.reference), about) { read($0).map(shape.json) ?? .null }
    }

    static func list<Inner>(
        _ name: String,
        _ shape: Shape<Inner>,
        _ about: String,
        _ read: @escaping @Sendable (Value) -> [Inner]
    ) -> Self {
        Self(name, SchemaKind.list(shape.reference), about) { shape.json(read($0)) }
    }

    /// Whatever JSON it is.
    static func any(_ name: String, _ about: String, _ read: @escaping @Sendable (Value) -> JSONValue) -> Self
    {
        Self(name, [:], about, read)
    }

    private static func seconds(_ duration: Duration) -> JSONValue {
        let (whole, attoseconds) = duration.components
        let milliseconds = abs(attoseconds / 1_000_000_000_000_000)
        guard milliseconds > 0 else { return .number(whole) }
        let digits = String(milliseconds + 1000).dropFirst()
        return .number("\(duration < .zero ? "-" : "")\(abs(whole)).\(digits)")
    }
}

/// The kinds of values in JSON Schema.
enum SchemaKind {
    static let text: JSONValue = ["type": "string"]
    static let integer: JSONValue = ["type": "integer"]
    static let flag: JSONValue = ["type": "boolean"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let seconds: JSONValue = ["type": "number", "minimum": 0]

    static func word(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map { .string($0) })]
    }

    static func list(_ element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    static func map(_ value: JSONValue) -> JSONValue { ["type": "object", "additionalProperties": value] }

    static func orNull(_ kind: JSONValue) -> JSONValue { ["anyOf": [kind, ["type": "null"]]] }

    static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)")]
    }
}
