import Core
import Expressions
import JSON
import YAML

/// What belongs to the account: settings, credentials, headers, limits and the table of errors.
extension DefinitionDecoder {
    mutating func declarations(_ node: YAMLNode?) -> [SettingDeclaration] {
        guard let node else { return [] }
        return members(node).compactMap { setting($0) }
    }

    private mutating func setting(_ member: YAMLMember) -> SettingDeclaration? {
        let fields = fields(member.value, Vocabulary.setting)
        let first = member.key.utf8.first ?? 0
        let isNamed = member.key.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == 95
        }
        guard isNamed, (97...122).contains(first) else {
            report(member, "a setting's name is of a-z, 0-9 and _ and begins with a letter")
            return nil
        }
        let setting = SettingDeclaration(
            name: member.key,
            isSecret: fields["secret"].flatMap { bool($0) } ?? false,
            isRequired: fields["required"].flatMap { bool($0) } ?? false,
            defaultValue: fields["default"].flatMap { json($0) },
            pattern: fields["pattern"].flatMap { text($0) },
            summary: fields["description"].flatMap { text($0) } ?? ""
        )
        if let node = fields["default"], setting.isSecret {
            report(node, "a secret has no default: take one of the two away")
        } else if let node = fields["default"], setting.isRequired {
            report(node, "a setting with a default is never missing: take required or the default away")
        }
        return setting
    }

    /// A value as JSON, its digits kept.
    private mutating func json(_ node: YAMLNode) -> JSONValue? {
        switch node.content {
        case .sequence(let items): return .array(items.compactMap { json($0) })
        case .mapping:
            report(node, "a default is a text, a number, true, false or a list of them")
            return nil
        case .scalar:
            switch node.scalar {
            case .bool(let value): return .bool(value)
            case .number(let lexeme): return .number(lexeme)
            case .text(let text): return .string(text)
            case .null, nil:
                report(node, "the default is empty: give it a value or take the line away")
                return nil
            }
        }
    }

    mutating func authentication(_ node: YAMLNode?) -> AuthenticationChoice {
        guard let node else { return AuthenticationChoice(.none) }
        guard case .sequence(let items) = node.content else {
            guard let (style, value) = only(node, of: Vocabulary.authentication) else {
                return AuthenticationChoice(.none)
            }
            checkSecrets(node)
            return AuthenticationChoice(proof(style, value))
        }
        checkSecrets(node)
        if items.count < 2 {
            report(node, "a list has ways to choose from: give several, or write the one without the list")
        }
        let last = items.count - 1
        return AuthenticationChoice(items.enumerated().compactMap { way($1, isLast: $0 == last) })
    }

    private mutating func checkSecrets(_ node: YAMLNode) {
        guard !settings.contains(where: \.isSecret) else { return }
        report(node, "no setting is a secret: declare the credential's with secret: true")
    }

    /// One of several ways to prove who asks, and when it is taken.
    private mutating func way(_ node: YAMLNode, isLast: Bool) -> AuthenticationChoice.Way? {
        var fields = fields(node, Vocabulary.way)
        let when = fields.removeValue(forKey: "when")
        let condition = when.flatMap { self.condition($0, over: "config") }
        if when == nil, !isLast {
            report(node, "only the last way is taken without a condition: add when: \"{{ config.name }}\"")
        }
        guard let (style, value) = fields.first, fields.count == 1 else {
            let styles = Vocabulary.authentication.names.joined(separator: ", ")
            report(node, "beside when exactly one of these belongs here: \(styles)")
            return nil
        }
        let proof = proof(style, value)
        if case .login(let login) = proof, !login.learned.isEmpty, let learns = value["learns"] {
            report(
                learns,
                "base_url is one for all ways, so that no login of several tells it: take learns away"
            )
        }
        return AuthenticationChoice.Way(proof, when: condition)
    }

    /// What is shown, in one of the styles.
    private mutating func proof(_ style: String, _ value: YAMLNode) -> Authentication {
        switch style {
        case "bearer": return credential(value).map { .bearer($0) } ?? .none
        case "oauth": return oauth(value).map { .login($0) } ?? .none
        case "session": return session(value).map { .login($0) } ?? .none
        case "basic":
            let fields = fields(value, Vocabulary.basic)
            let user = required("user", of: fields, in: value).flatMap { template($0) }
            // An API key as the user goes with an empty password.
            let password = fields["password"].flatMap { template($0) } ?? (try? Template(parsing: ""))
            guard let user, let password else { return .none }
            return .basic(user: user, password: password)
        default:
            let fields = fields(value, Vocabulary.credential)
            let name = required("name", of: fields, in: value).flatMap { text($0) }
            let credential = required("value", of: fields, in: value).flatMap { self.credential($0) }
            guard let name, let credential else { return .none }
            return style == "header"
                ? .header(name: name, value: credential) : .query(name: name, value: credential)
        }
    }

    /// A template that takes a credential from a setting.
    mutating func credential(_ node: YAMLNode) -> Template? {
        guard let template = template(node) else { return nil }
        if template.references.isEmpty {
            report(
                node,
                "a credential never stands in a definition: take it from a setting, {{ config.name }}"
            )
        }
        return template
    }

    /// The one member of a mapping that chooses between styles.
    mutating func only(_ node: YAMLNode, of group: FieldGroup) -> (style: String, value: YAMLNode)? {
        let styles = group.names
        let members = members(node)
        guard let member = members.first, members.count == 1 else {
            report(node, "exactly one of these belongs here: \(styles.joined(separator: ", "))")
            return nil
        }
        guard styles.contains(member.key) else {
            report(member, "unknown field \(member.key); \(Self.hint(for: member.key, among: styles))")
            return nil
        }
        return (member.key, member.value)
    }

    mutating func headers(_ node: YAMLNode?) -> [(name: String, value: Template)] {
        guard let node else { return [] }
        return members(node).compactMap { member -> (name: String, value: Template)? in
            let isToken = member.key.utf8.allSatisfy {
                0x21...0x7E ~= $0 && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0)
            }
            if member.key.isEmpty || !isToken {
                report(member, "\(member.key) is no name of a header")
            } else if member.key.lowercased() == "authorization" {
                report(member, "credentials are declared under auth, where they are kept out of logs")
            }
            return template(member.value).map { (member.key, $0) }
        }
    }

    /// `404`, `5xx` or a list of them.
    mutating func statuses(_ node: YAMLNode) -> [ClosedRange<Int>] {
        if case .sequence(let items) = node.content { return items.flatMap { statuses($0) } }
        guard let text = text(node) else { return [] }
        if let status = Int(text), (300...599).contains(status) { return [status...status] }
        if text.count == 3, text.hasSuffix("xx"), let hundreds = text.first?.wholeNumberValue,
            (3...5).contains(hundreds)
        {
            return [hundreds * 100...hundreds * 100 + 99]
        }
        report(node, "\(text) is no status of an error: write 404, 5xx or a list of them")
        return []
    }
}
