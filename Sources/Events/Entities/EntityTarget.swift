import Core
import JSON

/// One entity that the records of a stream are made into, with the places where a scan puts what it reads.
struct EntityTarget: Sendable {
    /// Why a record cannot be made into the entity.
    struct Misfit: Error {
        var text: String
    }

    private struct Field {
        /// The member's name as it is written, with the comma before it.
        var name: [UInt8]
        var target: EntityField
        var source: EntitySource<RecordPlace>
        /// What the ids begin with that it refers to.
        var reference: [UInt8]
    }

    private struct JoinKey {
        var name: [UInt8]
        var source: EntitySource<RecordPlace>
        var form: EntityMapping.JoinKey.Form
    }

    let name: String
    let topic: String
    /// What the entities' ids begin with.
    let idPrefix: [UInt8]
    private let fields: [Field]
    private let joinKeys: [JoinKey]
    private let condition: (place: RecordPlace, values: Set<String>)?
    private let currencies: CurrencyTable
    private let rest: RecordRest
    /// What stands between the id and the record's key.
    private let origin: [UInt8]

    init(
        _ mapping: EntityMapping,
        of stream: String,
        account: AccountName,
        currencies: CurrencyTable,
        prefix: TopicPrefix,
        place: ([String]) -> RecordPlace
    ) {
        func quoted(_ text: String) -> String { JSONValue.string(text).compactText }
        func ids(of stream: String) -> [UInt8] { Array("\(account):\(stream):".utf8) }
        name = mapping.entity.name
        topic = prefix.entityTopic(name)
        idPrefix = ids(of: stream)
        self.currencies = currencies
        fields = mapping.fields.map { field in
            let target: String? =
                switch field.source {
                case .reference(_, let stream), .parent(let stream): stream
                default: nil
                }
            return Field(
                name: Array(",\(quoted(field.target.name)):".utf8),
                target: field.target,
                source: field.source.placed(place),
                reference: target.map(ids) ?? []
            )
        }
        joinKeys = mapping.joinKeys.map {
            JoinKey(name: Array("\(quoted($0.name)):".utf8), source: $0.source.placed(place), form: $0.form)
        }
        condition = mapping.condition.map { (place($0.path), Set($0.values)) }
        // What only decides or joins goes along as well.
        rest = RecordRest(beside: mapping.fields.flatMap(\.source.places))
        origin = Array(
            (#","entity":\#(quoted(name)),"source":{"system":\#(quoted(account.extractor)),"#
                + #""account":\#(quoted(account.account)),"stream":\#(quoted(stream)),"key":"#).utf8
        )
    }

    /// Appends the entity of a record; false where the record is none, and nothing is appended.
    func append(
        _ reading: RecordReading,
        id: ArraySlice<UInt8>,
        key: ArraySlice<UInt8>,
        to text: inout [UInt8]
    )
        throws(Misfit) -> Bool
    {
        if let condition {
            guard let word = reading.text(condition.place), condition.values.contains(word) else {
                return false
            }
        }
        text.append(contentsOf: #"{"id":"#.utf8)
        JSONText.appendQuoted(id, to: &text)
        text.append(contentsOf: origin)
        JSONText.appendQuoted(key, to: &text)
        text.append(UInt8(ascii: "}"))
        for field in fields {
            let start = text.count
            text.append(contentsOf: field.name)
            if try !append(field, reading, to: &text) { text.removeLast(text.count - start) }
        }
        appendJoinKeys(reading, to: &text)
        let start = text.count
        text.append(contentsOf: #","custom":"#.utf8)
        let record = reading.page.records[reading.record].range
        if !rest.append(record, of: reading.page.bytes, to: &text) { text.removeLast(text.count - start) }
        text.append(UInt8(ascii: "}"))
        return true
    }

    private func appendJoinKeys(_ reading: RecordReading, to text: inout [UInt8]) {
        var isFirst = true
        for key in joinKeys {
            guard let value = value(of: key, reading), !value.isEmpty else { continue }
            text.append(contentsOf: (isFirst ? #","joinKeys":{"# : ",").utf8)
            isFirst = false
            text.append(contentsOf: key.name)
            JSONText.appendQuoted(value.utf8, to: &text)
        }
        if !isFirst { text.append(UInt8(ascii: "}")) }
    }

    /// A token joins as its value does; what is masked is the same of everybody, and joins nobody.
    private func value(of key: JoinKey, _ reading: RecordReading) -> String? {
        let value: String?
        switch key.source {
        case .joined(let places):
            guard !places.contains(where: { $0.action == .mask && reading.hasValue($0) }) else { return nil }
            value = places.compactMap { reading.text($0) }.map(ContactText.trimmed).filter { !$0.isEmpty }
                .joined(separator: " ")
        default:
            guard let place = key.source.places.first(where: { reading.hasValue($0) }), place.action != .mask
            else { return nil }
            value = reading.text(place)
        }
        return switch key.form {
        case .text: value
        case .email: value.map(ContactText.email)
        case .phone: value.map(ContactText.phone)
        }
    }

    /// Appends a field's value; false where the record has none.
    private func append(_ field: Field, _ reading: RecordReading, to text: inout [UInt8]) throws(Misfit)
        -> Bool
    {
        switch field.source {
        case .constant(let value): JSONText.appendQuoted(value.utf8, to: &text)
        case .first(let places): return try append(places, field.target, reading, to: &text)
        case .joined(let places):
            let parts = places.compactMap { reading.trimmed($0) }
            guard !parts.isEmpty else { return false }
            Self.append(Array(parts.joined(separator: CollectionOfOne(UInt8(ascii: " ")))), to: &text)
        case .minor(let place, let currency):
            return try append(place, currency, reading, to: &text) { MoneyText(minor: $0, $1, currencies) }
        case .major(let place, let currency):
            return try append(place, currency, reading, to: &text) { MoneyText(major: $0, $1) }
        case .status(let place, let means):
            guard let word = reading.text(place) else { return reading.appendNull(place, to: &text) }
            text.append(contentsOf: #"{"code":"#.utf8)
            JSONText.appendQuoted(word.utf8, to: &text)
            text.append(contentsOf: #","value":"#.utf8)
            text.append(contentsOf: (means[word].map { "\"\($0)\"}" } ?? "null}").utf8)
        case .reference(let place, _):
            // What is no key any more leads nowhere.
            guard !place.isProtected, reading.hasValue(place),
                reading.appendText(place, after: field.reference, to: &text)
            else {
                return reading.appendNull(place, to: &text)
            }
        case .parent:
            guard let parent = reading.parent else { return false }
            JSONText.appendQuoted(field.reference + parent, to: &text)
        case .address(let parts): return appendAddress(parts, reading, to: &text)
        case .isOne(let place, let values):
            guard !place.isProtected, let word = reading.text(place) else {
                return reading.appendNull(place, to: &text)
            }
            text.append(contentsOf: (values.contains(word) ? "true" : "false").utf8)
        }
        return true
    }

    private func append(
        _ places: [RecordPlace],
        _ field: EntityField,
        _ reading: RecordReading,
        to text: inout [UInt8]
    ) throws(Misfit) -> Bool {
        guard let place = places.first(where: { reading.hasValue($0) }) else {
            return places.contains { reading.appendNull($0, to: &text) }
        }
        switch field.kind {
        // A mask or a token is none of these, and no mistake of the service's.
        case .time, .number, .flag:
            if place.isProtected { return reading.appendNull(place, to: &text) }
        default: break
        }
        switch field.kind {
        case .json: text.append(contentsOf: reading.token(place))
        case .email:
            let email = try value(place, of: field, reading, "a text")
            JSONText.appendQuoted(ContactText.email(email).utf8, to: &text)
        case .phone:
            let phone = try value(place, of: field, reading, "a text")
            JSONText.appendQuoted(ContactText.phone(phone).utf8, to: &text)
        case .time:
            let told = try value(place, of: field, reading, "a time")
            guard let time = EntityTime.text(told) else { throw misfit(place, of: field, reading, "a time") }
            JSONText.appendQuoted(time.utf8, to: &text)
        case .number:
            let told = try value(place, of: field, reading, "a number")
            guard let number = Self.number(told) else { throw misfit(place, of: field, reading, "a number") }
            text.append(contentsOf: number)
        case .flag:
            let told = try value(place, of: field, reading, "true or false")
            guard told == "true" || told == "false" else {
                throw misfit(place, of: field, reading, "true or false")
            }
            text.append(contentsOf: told.utf8)
        default:
            guard reading.appendText(place, to: &text) else {
                throw misfit(place, of: field, reading, "a text or a number")
            }
        }
        return true
    }

    private func append(
        _ place: RecordPlace,
        _ currency: EntitySource<RecordPlace>.Currency,
        _ reading: RecordReading,
        to text: inout [UInt8],
        _ money: (ArraySlice<UInt8>, String?) -> MoneyText?
    ) throws(Misfit) -> Bool {
        guard !place.isProtected, !currency.isProtected, let amount = reading.text(place), !amount.isEmpty
        else {
            return reading.appendNull(place, to: &text)
        }
        let code: String? =
            switch currency {
            case .field(let field): reading.hasValue(field) ? reading.text(field)?.uppercased() : nil
            case .constant(let code): code
            }
        if let code, code.utf8.count != 3 || !code.utf8.allSatisfy({ (65...90).contains($0) }) {
            throw Misfit(text: "\(code) is no currency")
        }
        guard let number = Self.number(amount), let money = money(number[...], code) else {
            throw Misfit(text: "\(place.path.joined(separator: ".")) is \(amount), which is no amount")
        }
        money.append(to: &text)
        return true
    }

    private func appendAddress(
        _ parts: [AddressPart: [RecordPlace]],
        _ reading: RecordReading,
        to text: inout [UInt8]
    ) -> Bool {
        let start = text.count
        for part in AddressPart.allCases {
            let values = (parts[part] ?? []).compactMap { reading.trimmed($0) }
            guard let first = values.first else { continue }
            text.append(text.count == start ? UInt8(ascii: "{") : UInt8(ascii: ","))
            text.append(contentsOf: "\"\(part.rawValue)\":".utf8)
            guard part == .lines else {
                let isCode = part == .country && first.count == 2
                let code = String(decoding: first, as: UTF8.self).uppercased()
                Self.append(isCode ? Array(code.utf8) : first, to: &text)
                continue
            }
            for (number, line) in values.enumerated() {
                text.append(number == 0 ? UInt8(ascii: "[") : UInt8(ascii: ","))
                Self.append(line, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        }
        guard text.count > start else { return false }
        text.append(UInt8(ascii: "}"))
        return true
    }

    /// Appends what stands between the quotes of a string.
    private static func append(_ content: [UInt8], to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        text.append(contentsOf: content)
        text.append(UInt8(ascii: "\""))
    }

    private func value(
        _ place: RecordPlace,
        of field: EntityField,
        _ reading: RecordReading,
        _ wanted: String
    )
        throws(Misfit) -> String
    {
        guard let value = reading.text(place) else { throw misfit(place, of: field, reading, wanted) }
        return value
    }

    private func misfit(
        _ place: RecordPlace,
        of field: EntityField,
        _ reading: RecordReading,
        _ wanted: String
    )
        -> Misfit
    {
        let found = String(decoding: reading.token(place).prefix(60), as: UTF8.self)
        return Misfit(
            text: "\(field.name) is \(wanted), and \(place.path.joined(separator: ".")) is \(found)"
        )
    }

    /// The digits of a text that is a number of JSON.
    private static func number(_ text: String) -> [UInt8]? {
        let bytes = Array(ContactText.trimmed(text).utf8)
        // Whole numbers need no parser; a zero leads none but itself.
        let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
        if let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        {
            return bytes
        }
        guard case .number? = try? JSONValue.parse(bytes) else { return nil }
        return bytes
    }
}

extension EntitySource<RecordPlace>.Currency {
    /// Whether the currency cannot be read any more: of an amount nobody knows how much it is then.
    fileprivate var isProtected: Bool {
        if case .field(let place) = self { place.action != .pass } else { false }
    }
}
