import Core
import YAML

/// What the records of streams become: entities, by the model that all services share.
extension DefinitionDecoder {
    /// The mappings of a stream; `streams` are the names that references may lead to, `parent` that of its parent.
    mutating func entities(_ node: YAMLNode?, streams: [String], parent: String?) -> [EntityMapping] {
        guard let node else { return [] }
        var mappings: [EntityMapping] = []
        for member in members(node) {
            guard let entity = EntityModel.named(member.key) else {
                let hint = Self.hint(for: member.key, among: EntityModel.all.map(\.name))
                report(member, "unknown entity \(member.key); \(hint)")
                continue
            }
            if let mapping = mapping(member.value, to: entity, streams, parent) { mappings.append(mapping) }
        }
        return mappings
    }

    private mutating func mapping(
        _ node: YAMLNode,
        to entity: EntityModel,
        _ streams: [String],
        _ parent: String?
    )
        -> EntityMapping?
    {
        let fields = fields(node, Vocabulary.entity)
        var sources: [String: EntityMapping.Source] = [:]
        for member in required("fields", of: fields, in: node).map({ members($0) }) ?? [] {
            guard let field = entity.field(member.key) else {
                let hint = Self.hint(for: member.key, among: entity.fields.map(\.name))
                report(member, "\(entity.name) has no field \(member.key); \(hint)")
                continue
            }
            sources[field.name] = source(member.value, of: field, streams, parent)
        }
        return EntityMapping(
            entity: entity,
            fields: entity.fields.compactMap { field in
                sources[field.name].map { EntityMapping.Field(field, $0) }
            },
            condition: fields["when"].flatMap { entityCondition($0) },
            joinKeys: (fields["join_keys"].map { members($0) } ?? []).compactMap { member in
                path(member.value).map { EntityMapping.JoinKey(name: member.key, path: $0) }
            }
        )
    }

    private mutating func entityCondition(_ node: YAMLNode) -> EntityMapping.Condition? {
        let members = members(node)
        guard members.count == 1, let member = members.first else {
            report(node, "when names one field of the record, and its values: write role: [agent, admin]")
            return nil
        }
        guard let path = FieldPath.parse(member.key) else {
            report(member, "\(member.key) is no path: write names joined by dots, a dot within a name as \\.")
            return nil
        }
        return EntityMapping.Condition(path: path, values: items(member.value).compactMap { text($0) })
    }

    // MARK: What a field is made of

    private mutating func source(
        _ node: YAMLNode,
        of field: EntityField,
        _ streams: [String],
        _ parent: String?
    )
        -> EntityMapping.Source?
    {
        switch node.content {
        case .scalar, .sequence:
            if let form = Self.needs(field.kind) {
                report(node, "\(field.name) is \(Self.noun(field.kind)): write \(form)")
                return nil
            }
            return paths(node).map(EntityMapping.Source.first)
        default: break
        }
        let parts = fields(node, Vocabulary.entityValue)
        guard let style = Self.styles.first(where: { parts[$0.key] != nil }), let value = parts[style.key]
        else {
            report(
                node,
                "nothing here says what \(field.name) is made of: write a path, or one of \(Self.styleNames)"
            )
            return nil
        }
        for name in parts.keys.sorted() where name != style.key && !style.with.contains(name) {
            report(node, "\(name) does not go with \(style.key): take one of them away")
        }
        if !Self.fits(style.key, field.kind) {
            let form = Self.needs(field.kind) ?? "a path"
            report(
                node,
                "\(field.name) is \(Self.noun(field.kind)), and \(style.key) gives another thing: write \(form)"
            )
            return nil
        }
        switch style.key {
        case "minor", "major": return money(value, parts, in: node, isMinor: style.key == "minor")
        case "status": return status(value, parts, in: node, field)
        case "reference":
            let stream = required("stream", of: parts, in: node).flatMap { text($0) }
            if let stream, !streams.contains(stream), let place = parts["stream"] {
                report(place, "unknown stream \(stream); \(Self.hint(for: stream, among: streams))")
            }
            guard let path = path(value), let stream else { return nil }
            return .reference(path, stream: stream)
        case "parent":
            guard let stream = text(value) else { return nil }
            if stream != parent {
                let hint = parent.map { "write \($0)" } ?? "the stream has no for_each: write a reference"
                report(value, "\(stream) is not the stream's parent; \(hint)")
            }
            return .parent(stream: stream)
        case "joined": return .joined(items(value).compactMap { path($0) })
        case "address": return address(value)
        case "is_one":
            let values = required("of", of: parts, in: node).map { items($0).compactMap { text($0) } }
            guard let path = path(value), let values else { return nil }
            return .isOne(path, of: values)
        default: return text(value).map(EntityMapping.Source.constant)
        }
    }

    private static let styles: [(key: String, with: [String])] = [
        ("minor", ["currency", "currency_code"]), ("major", ["currency", "currency_code"]),
        ("status", ["means"]),
        ("reference", ["stream"]), ("parent", []), ("joined", []), ("address", []), ("constant", []),
        ("is_one", ["of"]),
    ]
    private static let styleNames = styles.map(\.key).joined(separator: ", ")

    /// How a field of a kind must be written, where a path is not enough.
    private static func needs(_ kind: EntityField.Kind) -> String? {
        switch kind {
        case .money: "{minor: PATH, currency: PATH}, or major in minor's place"
        case .status: "{status: PATH, means: {WORD: VALUE}}"
        case .reference: "{reference: PATH, stream: STREAM}, or {parent: STREAM}"
        case .address: "{address: {lines: [PATH], city: PATH}}"
        default: nil
        }
    }

    private static func fits(_ style: String, _ kind: EntityField.Kind) -> Bool {
        switch (style, kind) {
        case ("minor", .money), ("major", .money), ("status", .status), ("reference", .reference),
            ("parent", .reference),
            ("address", .address), ("joined", .text), ("constant", .text), ("is_one", .flag):
            true
        default: false
        }
    }

    private static func noun(_ kind: EntityField.Kind) -> String {
        switch kind {
        case .money: "an amount of money"
        case .reference(let entity): "the id of a \(entity)"
        case .address: "an address"
        default: "a \(kind.name)"
        }
    }

    private mutating func paths(_ node: YAMLNode) -> [[String]]? {
        guard case .sequence(let items) = node.content else { return path(node).map { [$0] } }
        return items.compactMap { path($0) }
    }

    private mutating func money(
        _ value: YAMLNode,
        _ parts: [String: YAMLNode],
        in node: YAMLNode,
        isMinor: Bool
    )
        -> EntityMapping.Source?
    {
        let field = parts["currency"].flatMap { path($0) }
        let code = parts["currency_code"].flatMap { text($0) }
        guard (parts["currency"] == nil) != (parts["currency_code"] == nil) else {
            report(node, "an amount has one currency: write currency: PATH, or currency_code: EUR")
            return nil
        }
        if let code, code.utf8.count != 3 || !code.utf8.allSatisfy({ (65...90).contains($0) }),
            let place = parts["currency_code"]
        {
            report(place, "\(code) is no currency: write the three capital letters of ISO 4217")
        }
        guard let path = path(value),
            let currency = field.map(EntityMapping.Source.Currency.field)
                ?? code.map(EntityMapping.Source.Currency.constant)
        else { return nil }
        return isMinor ? .minor(path, currency) : .major(path, currency)
    }

    private mutating func status(
        _ value: YAMLNode,
        _ parts: [String: YAMLNode],
        in node: YAMLNode,
        _ field: EntityField
    ) -> EntityMapping.Source? {
        guard case .status(let known) = field.kind else { return nil }
        var means: [String: String] = [:]
        for member in parts["means"].map({ members($0) }) ?? [] {
            guard let word = text(member.value) else { continue }
            if !known.contains(word) {
                report(member.value, "unknown value \(word); \(Self.hint(for: word, among: known))")
            }
            means[member.key] = word
        }
        return path(value).map { .status($0, means: means) }
    }

    private mutating func address(_ node: YAMLNode) -> EntityMapping.Source {
        var parts: [AddressPart: [[String]]] = [:]
        for member in members(node) {
            guard let part = AddressPart(rawValue: member.key) else {
                let names = AddressPart.allCases.map(\.rawValue)
                report(member, "an address has no \(member.key); \(Self.hint(for: member.key, among: names))")
                continue
            }
            guard let paths = paths(member.value) else { continue }
            if part != .lines, paths.count != 1 { report(member.value, "only lines may have several paths") }
            parts[part] = paths
        }
        return .address(parts)
    }

    /// In how many digits the service counts the smallest unit of its currencies, where that is not ISO's.
    mutating func currencies(_ node: YAMLNode?) -> CurrencyTable {
        var units: [String: Int] = [:]
        for member in node.map({ members($0) }) ?? [] {
            guard let text = text(member.value) else { continue }
            guard let digits = Int(text), (0...4).contains(digits) else {
                report(member.value, "\(text) is no number of digits: write 0 to 4")
                continue
            }
            if member.key.utf8.count != 3 || !member.key.utf8.allSatisfy({ (65...90).contains($0) }) {
                report(member, "\(member.key) is no currency: write the three capital letters of ISO 4217")
            }
            units[member.key] = digits
        }
        return CurrencyTable(units: units)
    }
}
