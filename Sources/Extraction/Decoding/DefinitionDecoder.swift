import Core
import Expressions
import JSON
import YAML

/// Turns the tree of an `extractor.yaml` into the typed model.
///
/// It goes on after an error, so that an author sees all of them at once; a part that could not be decoded is
/// nil and takes no further part.
struct DefinitionDecoder {
    private(set) var problems: [DefinitionProblem] = []
    /// Where pages are asked for by their number.
    var numberedPages: [YAMLNode] = []
    /// Where an answer is said to be about one parent's children.
    var parentRules: [YAMLNode] = []
    /// The declared settings: all that a template can use.
    var settings: [SettingDeclaration] = []
    /// The declared limits: all that a request can count against.
    private(set) var limitNames: [String] = []

    /// The name of the folder that the definition lies in, which is the extractor's; nil where that is not known.
    private let folderName: String?

    init(folderName: String? = nil) { self.folderName = folderName }

    /// In the order of the file, each once (a default's problem shows in every stream that takes it).
    var sortedProblems: [DefinitionProblem] {
        Set(problems).sorted { ($0.line, $0.column, $0.text) < ($1.line, $1.column, $1.text) }
    }

    mutating func extractor(_ root: YAMLNode) -> ExtractorDefinition? {
        let fields = fields(root, Vocabulary.extractor)
        // The settings come first: every template is checked against them.
        settings = declarations(fields["settings"])
        let name = required("extractor", of: fields, in: root).flatMap { text($0) }
        if let name, let node = fields["extractor"] { checkExtractorName(name, at: node) }
        let authentication = authentication(fields["auth"])
        let baseURL = required("base_url", of: fields, in: root).flatMap {
            self.baseURL($0, authentication, isDeclared: fields["auth"] != nil, hosts: fields["hosts"])
        }
        let limits = limits(fields["limits"])
        limitNames = limits.map(\.name)
        let errorRules = errorRules(fields["errors"])
        let feeds = feeds(fields["feeds"], errors: fields["errors"])
        let streams = streams(
            required("streams", of: fields, in: root),
            defaults: fields["defaults"],
            // Of those that could not be decoded as well: one mistake is said once.
            feeds: fields["feeds"].map { members($0).map(\.key) } ?? [],
            errors: errorRules
        )
        if errorRules.rules.contains(where: { $0.shrink != nil }) {
            for node in numberedPages {
                report(
                    node,
                    "the number of a page means other records when pages shrink: take shrink out of the errors' rules, "
                        + "or page by offset or cursor"
                )
            }
        }
        let hasChildren =
            fields["streams"].map { members($0).contains { $0.value["for_each"] != nil } } ?? true
        for node in hasChildren ? [] : parentRules {
            report(node, "no stream has for_each, so no parent's children are asked for: take of away")
        }
        let definition = (
            description: fields["description"].flatMap { text($0) } ?? "",
            hosts: (fields["hosts"].map { items($0) } ?? []).compactMap { template($0) },
            headers: headers(fields["headers"]),
            quota: fields["quota"].flatMap { quota($0) },
            currencies: currencies(fields["currencies"])
        )
        guard let name, let baseURL, problems.isEmpty else { return nil }
        return ExtractorDefinition(
            name: name,
            description: definition.description,
            settings: settings,
            baseURL: baseURL,
            hosts: definition.hosts,
            authentication: authentication,
            headers: definition.headers,
            limits: limits,
            quota: definition.quota,
            errorRules: errorRules,
            currencies: definition.currencies,
            feeds: feeds,
            streams: streams
        )
    }

    private mutating func checkExtractorName(_ name: String, at node: YAMLNode) {
        let isNamed = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        if name.isEmpty || name.utf8.count > 40 || !isNamed {
            report(node, "an extractor's name is 1 to 40 of a-z, 0-9 and -")
        } else if ["sluice", "entity"].contains(name) {
            report(node, "\(name) is a name of the topics' own: take another one")
        }
        if let folderName, name != folderName {
            report(node, "the folder is named \(folderName) and the extractor \(name): give both one name")
        }
    }
}

// MARK: - Reading, with problems collected

extension DefinitionDecoder {
    mutating func report(_ node: YAMLNode, _ text: String) {
        problems.append(DefinitionProblem(node.fail(text)))
    }

    mutating func report(_ member: YAMLMember, _ text: String) {
        problems.append(DefinitionProblem(member.fail(text)))
    }

    /// The members of a mapping whose names are the author's own.
    mutating func members(_ node: YAMLNode) -> [YAMLMember] {
        do {
            return try node.mapping()
        } catch {
            problems.append(DefinitionProblem(error))
            return []
        }
    }

    /// The members of a mapping by name; each that its group does not have is a problem.
    mutating func fields(_ node: YAMLNode, _ group: FieldGroup) -> [String: YAMLNode] {
        let known = group.names
        var fields: [String: YAMLNode] = [:]
        for member in members(node) {
            if known.contains(member.key) {
                fields[member.key] = member.value
            } else {
                report(member, "unknown field \(member.key); \(Self.hint(for: member.key, among: known))")
            }
        }
        return fields
    }

    static func hint(for name: String, among known: [String]) -> String {
        NearestName.hint(for: name, among: known)
    }

    mutating func required(_ name: String, of fields: [String: YAMLNode], in node: YAMLNode) -> YAMLNode? {
        if let field = fields[name] { return field }
        // What is no mapping at all was said to be none.
        guard node.isNull || node.isMapping else { return nil }
        report(node, "the field \(name) is missing: add it here")
        return nil
    }

    mutating func items(_ node: YAMLNode) -> [YAMLNode] {
        do {
            return try node.sequence()
        } catch {
            problems.append(DefinitionProblem(error))
            return []
        }
    }

    mutating func text(_ node: YAMLNode) -> String? {
        do {
            return try node.string()
        } catch {
            problems.append(DefinitionProblem(error))
            return nil
        }
    }

    mutating func bool(_ node: YAMLNode) -> Bool? {
        do {
            return try node.bool()
        } catch {
            problems.append(DefinitionProblem(error))
            return nil
        }
    }

    /// What a template may read of a variable beside `config`.
    enum Variable {
        case anything
        /// A field of it, whatever that is.
        case field
        case fields([[String]])
    }

    /// A template over `config`, each of whose settings is declared, and over other variables by name.
    mutating func template(_ node: YAMLNode, variables: [String: Variable] = [:]) -> Template? {
        guard let text = text(node) else { return nil }
        do {
            let template = try Template(parsing: text)
            for reference in template.references { check(reference, variables, at: node) }
            return template
        } catch {
            report(node, "in the template, character \(error.offset + 1): \(error.message)")
            return nil
        }
    }

    private mutating func check(
        _ reference: Template.Reference,
        _ variables: [String: Variable],
        at node: YAMLNode
    ) {
        let place = "in the template, character \(reference.offset + 1):"
        let name = reference.path.first ?? ""
        switch variables[name] {
        case .anything: return
        case .field:
            if reference.path.count > 1 { return }
            report(node, "\(place) name a field of the object, as {{ \(name).id }}")
            return
        case .fields(let known):
            let path = Array(reference.path.dropFirst())
            if known.contains(path) { return }
            let names = known.map { "{{ \(name).\(FieldPath.text($0)) }}" }.joined(separator: " or ")
            report(node, "\(place) of \(name) there is \(names) only")
            return
        case nil: break
        }
        guard name == "config" else {
            let others = variables.keys.sorted().map { "; known here: \($0)" }.joined()
            report(
                node,
                "\(place) unknown variable \(name); a setting is written {{ config.name }}\(others)"
            )
            return
        }
        guard reference.path.count > 1 else {
            report(node, "\(place) a setting is written {{ config.name }}")
            return
        }
        let names = settings.map(\.name)
        if !names.contains(reference.path[1]) {
            let hint =
                NearestName.of(reference.path[1], among: names).map { "did you mean config.\($0)?" }
                ?? "declare it under settings"
            report(node, "\(place) unknown setting config.\(reference.path[1]); \(hint)")
        }
    }

    /// A length of time: `60s`, `10m`, `36h`, `30d`.
    mutating func duration(_ node: YAMLNode) -> Duration? {
        guard let text = text(node) else { return nil }
        let seconds: Int? =
            switch text.last {
            case "s": 1
            case "m": 60
            case "h": 3600
            case "d": 86_400
            default: nil
            }
        let digits = text.dropLast()
        guard let seconds, digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(digits),
            count <= 10 * 366 * 86_400 / seconds
        else {
            report(node, "\(text) is no length of time: write 60s, 10m, 36h or 30d, at most ten years")
            return nil
        }
        return .seconds(count * seconds)
    }

    /// A value of a fixed set.
    mutating func choice<Value: RawRepresentable & CaseIterable>(_ node: YAMLNode, _ noun: String) -> Value?
    where Value.RawValue == String {
        guard let text = text(node) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let hint = Self.hint(for: text, among: Value.allCases.map(\.rawValue))
        report(node, "unknown \(noun) \(text); \(hint)")
        return nil
    }

    mutating func path(_ node: YAMLNode) -> [String]? {
        guard let text = text(node) else { return nil }
        guard let path = FieldPath.parse(text) else {
            report(node, "\(text) is no path: write names joined by dots, a dot within a name as \\.")
            return nil
        }
        return path
    }
}
