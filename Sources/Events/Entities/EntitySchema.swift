package import Core
package import JSON

/// What the events of an entity look like, as JSON Schema 2020-12: made of the entity's own definition, so that they cannot
/// differ.
///
/// Closed but for `custom`, where all of a record goes that has no place in the entity: a field that a later version adds then
/// breaks nobody who reads with the newer schema.
package struct EntitySchema: Sendable {
    private let entity: EntityModel

    /// The schema of an entity.
    package init(_ entity: EntityModel) { self.entity = entity }

    /// The schema, in the subset that `RecordSchema` checks.
    package var document: JSONValue {
        var properties: [JSONValue.Member] = [
            .init(
                name: "id",
                value: Self.text("The key in Kafka: extractor/account:stream:key. Other entities refer to it")
            ),
            .init(name: "entity", value: ["const": .string(entity.name)]),
            .init(name: "source", value: Self.source),
        ]
        properties += entity.fields.map { .init(name: $0.name, value: Self.schema(of: $0.kind)) }
        properties += [
            .init(name: "joinKeys", value: Self.joinKeys),
            .init(name: "custom", value: Self.custom),
        ]
        return [
            "$schema": .string(RecordSchema.dialect),
            "$id": .string("urn:sluice:entity:\(entity.name)"),
            "title": .string(entity.name),
            "description": .string(
                "What sluice publishes of a \(entity.name), whichever service it comes from; docs/events.md has the members"
            ),
            "type": "object",
            "required": ["id", "entity", "source"],
            "properties": .object(properties),
            "additionalProperties": false,
        ]
    }

    // MARK: What every entity has

    private static let source: JSONValue = [
        "description": "The record that it was made of",
        "type": "object",
        "required": ["system", "account", "stream", "key"],
        "properties": [
            "system": text("The extractor"), "account": text("The account's name at it"),
            "stream": text("The stream"), "key": text("The record's key"),
        ],
        "additionalProperties": false,
    ]

    private static let joinKeys: JSONValue = [
        "description": "Values by which to find the same in other services",
        "type": "object",
        "additionalProperties": ["type": "string"],
    ]

    private static let custom: JSONValue = [
        "description": "All of the record that has no place above, as it came", "type": "object",
    ]

    // MARK: Fields

    private static func schema(of kind: EntityField.Kind) -> JSONValue {
        switch kind {
        case .text: nullable("string")
        case .email: nullable("string", "An e-mail address in small letters, without white space around it")
        case .phone: nullable("string", "+ and digits where the country is told, else the digits")
        case .reference(let entity): nullable("string", "The id of the \(entity)")
        case .number: nullable("number", "With all its digits")
        case .flag: nullable("boolean")
        case .time: time
        case .money: money
        case .status(let values): status(values)
        case .address: address
        case .json: ["description": "What the service has, as it has it"]
        }
    }

    private static func text(_ description: String) -> JSONValue {
        ["description": .string(description), "type": "string"]
    }

    private static func nullable(_ type: String, _ description: String? = nil) -> JSONValue {
        let told = description.map { JSONValue.Member(name: "description", value: .string($0)) }
        return .object([told].compactMap(\.self) + [.init(name: "type", value: [.string(type), "null"])])
    }

    private static let time: JSONValue = [
        "description": "In UTC, with the digits of the second that the service tells; a date alone is one",
        "anyOf": [
            ["type": "string", "format": "date-time"], ["type": "string", "format": "date"], ["type": "null"],
        ],
    ]

    private static let money: JSONValue = [
        "description": "An amount: minor × 10^-exponent",
        "type": ["object", "null"],
        "required": ["minor", "currency", "exponent"],
        "properties": [
            "minor": ["description": "A whole number with all its digits", "type": "integer"],
            "currency": nullable("string", "The three capital letters of ISO 4217"),
            "exponent": ["type": "integer"],
        ],
        "additionalProperties": false,
    ]

    private static func status(_ values: [String]) -> JSONValue {
        [
            "type": ["object", "null"],
            "required": ["code", "value"],
            "properties": [
                "code": text("The service's own word"),
                "value": [
                    "description": "What it means, null where nobody says",
                    "enum": .array(values.map(JSONValue.string) + [.null]),
                ],
            ],
            "additionalProperties": false,
        ]
    }

    private static let address: JSONValue = [
        "type": "object",
        "properties": .object(
            AddressPart.allCases.map { part in
                let text: JSONValue = ["type": "string"]
                return .init(
                    name: part.rawValue,
                    value: part == .lines ? ["type": "array", "items": text] : text
                )
            }
        ),
        "additionalProperties": false,
    ]
}
