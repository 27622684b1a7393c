import Core
package import Extraction

/// What becomes of the records of extractors, field by field, as a page of Markdown: a section an entity, a column an extractor.
package struct EntityTable {
    private let definitions: [ExtractorDefinition]

    /// The table of some definitions, in the order of their columns.
    package init(_ definitions: [ExtractorDefinition]) { self.definitions = definitions }

    /// The page.
    package var text: String {
        let sections = EntityModel.all.map(section)
        return """
            # Entities

            What the extractors at hand make of their records; written by `sluice extractor entities`. What the columns mean is in
            [events.md](events.md#entities).


            """ + sections.joined(separator: "\n")
    }

    private struct Column {
        var title: String
        var mapping: EntityMapping
    }

    private func section(_ entity: EntityModel) -> String {
        let columns = definitions.flatMap { definition in
            definition.streams.flatMap { stream in
                stream.entities.filter { $0.entity == entity }.map {
                    Column(title: "\(definition.name) `\(stream.name)`", mapping: $0)
                }
            }
        }
        var lines = ["## \(entity.name)", ""]
        guard !columns.isEmpty else { return (lines + ["No extractor has it.", ""]).joined(separator: "\n") }
        lines.append("| field | is | " + columns.map(\.title).joined(separator: " | ") + " |")
        lines.append("|---|---|" + columns.map { _ in "---|" }.joined())
        for field in entity.fields {
            let cells = columns.map { column in
                column.mapping.fields.first { $0.target == field }.map { $0.source.text } ?? ""
            }
            guard cells.contains(where: { !$0.isEmpty }) else { continue }
            lines.append(
                "| `\(field.name)` | \(Self.kind(field.kind)) | " + cells.joined(separator: " | ") + " |"
            )
        }
        let joins = columns.map { column in
            column.mapping.joinKeys.map { "\($0.name): \($0.source.text)" }.joined(
                separator: ", "
            )
        }
        if joins.contains(where: { !$0.isEmpty }) {
            lines.append("| `joinKeys` | | " + joins.joined(separator: " | ") + " |")
        }
        let conditions = columns.map { column in
            column.mapping.condition.map {
                "\(EntityMapping.Source.shown($0.path)) is \($0.values.joined(separator: " or "))"
            } ?? ""
        }
        if conditions.contains(where: { !$0.isEmpty }) {
            lines.append("| only where | | " + conditions.joined(separator: " | ") + " |")
        }
        return (lines + [""]).joined(separator: "\n")
    }

    private static func kind(_ kind: EntityField.Kind) -> String {
        switch kind {
        case .status(let values): "status: " + values.joined(separator: ", ")
        case .reference(let entity): "id of a \(entity)"
        default: kind.name
        }
    }
}

extension EntitySource<[String]> {
    /// As a cell of the table.
    fileprivate var text: String {
        switch self {
        case .first(let paths): return paths.map(Self.shown).joined(separator: ", else ")
        case .joined(let paths): return paths.map(Self.shown).joined(separator: " and ")
        case .constant(let text): return "“\(text)”"
        case .minor(let path, .field(let currency)), .major(let path, .field(let currency)):
            return "\(Self.shown(path)), \(Self.shown(currency))"
        case .minor(let path, .constant(let code)), .major(let path, .constant(let code)):
            return "\(Self.shown(path)), \(code)"
        case .status(let path, let means):
            let words = means.sorted { $0.key < $1.key }.map {
                $0.key == $0.value ? $0.key : "\($0.key) → \($0.value)"
            }
            return Self.shown(path) + (words.isEmpty ? "" : ": " + words.joined(separator: ", "))
        case .reference(let path, let stream): return "\(Self.shown(path)) of `\(stream)`"
        case .parent(let stream): return "the parent of `\(stream)`"
        case .address(let parts):
            return AddressPart.allCases.compactMap { part in
                parts[part].map { "\(part.rawValue): " + $0.map(Self.shown).joined(separator: ", ") }
            }.joined(separator: "; ")
        case .isOne(let path, let values):
            return "whether \(Self.shown(path)) is \(values.joined(separator: " or "))"
        }
    }

    fileprivate static func shown(_ path: [String]) -> String { "`\(FieldPath.text(path))`" }
}
