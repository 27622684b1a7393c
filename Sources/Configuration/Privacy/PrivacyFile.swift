package import Core
import YAML

/// What becomes of personal fields, in one file for all extractors and accounts.
///
///     key: env:SLUICE_PRIVACY_KEY
///     default: pass
///     kinds: {email: hash, phone: hash, name: mask, text: drop}
///     fields:
///       stripe.customers: {email: pass, metadata: drop}
///       hubspot/eu.contacts: {properties.favourite_colour: {do: hash, kind: text}}
///
/// Of names and paths only the form is known here: which there are say the extractors.
package struct PrivacyFile: Sendable {
    /// What becomes of something, and where that is said.
    package struct Choice: Hashable, Sendable {
        package var action: PrivacyAction
        /// Of a field: in place of what its extractor says that it is.
        package var kind: PersonalKind?
        package var origin: SettingOrigin
    }

    /// One field.
    package struct Field: Hashable, Sendable {
        package var path: PlacedText
        package var choice: Choice
    }

    /// The fields of a stream, of all accounts or of one.
    package struct Stream: Hashable, Sendable {
        /// As it is written: `stripe.customers`, `hubspot/eu.contacts`.
        package var name: PlacedText
        package var extractor: String
        package var account: String?
        package var stream: String
        package var fields: [Field]
    }

    /// The path as it was given.
    package var path: String
    /// What becomes of marked fields that nothing else names; nil where nobody says.
    package var usual: Choice?
    package var kinds: [PersonalKind: Choice]
    package var streams: [Stream]
    /// The key under which values are hashed, unread.
    private var key: GivenSetting?

    /// Where the key stands; nil where there is none.
    package var keyOrigin: SettingOrigin? { key?.origin }

    /// Reads the file at a path.
    package static func load(_ path: String) throws(ConfigurationError) -> PrivacyFile {
        try parse(try FileBytes.load(path, limit: YAMLDocument.maximumBytes), path: path)
    }

    /// Reads a file's bytes; the path is for errors and for relative paths in it.
    package static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> PrivacyFile {
        try FileFaults.read(bytes, path: path) { PrivacyFile($0, path: path, &$1) }
    }

    /// The secret that the file names as its key; nil where it names none.
    package func secret(_ reader: SecretReader) throws(ConfigurationError) -> Secret? {
        guard let key else { return nil }
        return try key.secret(folder: FileBytes.folder(of: path), reader: reader)
    }

    private init(_ root: YAMLNode, path: String, _ faults: inout FileFaults) {
        self.path = path
        faults.note(root.unknownKeys(["key", "default", "kinds", "fields"]))
        key = root["key"].flatMap { node in
            faults.text(node).map { GivenSetting("key", .text(Secret($0.text)), at: node) }
        }
        usual = root["default"].flatMap { Self.choice($0, &faults) }
        kinds = [:]
        for member in Self.members(root["kinds"], &faults) {
            guard let kind = PersonalKind(rawValue: member.key) else {
                faults.note([member.fail(Self.unknownKind(member.key))])
                continue
            }
            kinds[kind] = Self.choice(member.value, &faults)
        }
        streams = []
        for member in Self.members(root["fields"], &faults) {
            guard let stream = Self.stream(member, &faults) else { continue }
            streams.append(stream)
        }
    }

    private static func members(_ node: YAMLNode?, _ faults: inout FileFaults) -> [YAMLMember] {
        guard let node else { return [] }
        return faults.take(else: []) { () throws(YAMLError) in try node.mapping() }
    }

    private static func unknownKind(_ name: String) -> String {
        "unknown kind \(name); \(NearestName.hint(for: name, among: PersonalKind.allCases.map(\.rawValue)))"
    }

    private static func choice(_ node: YAMLNode, _ faults: inout FileFaults) -> Choice? {
        guard let text = faults.text(node)?.text else { return nil }
        guard let action = PrivacyAction(rawValue: text) else {
            let hint = NearestName.hint(for: text, among: PrivacyAction.allCases.map(\.rawValue))
            faults.note([node.fail("\"\(text)\" is not \(PrivacyAction.words); \(hint)")])
            return nil
        }
        return Choice(action: action, kind: nil, origin: SettingOrigin(of: node))
    }

    /// The word alone, or `{do: WORD, kind: KIND}`.
    private static func fieldChoice(_ node: YAMLNode, _ faults: inout FileFaults) -> Choice? {
        guard node.isMapping else { return choice(node, &faults) }
        faults.note(node.unknownKeys(["do", "kind"]))
        guard let word = node["do"] else {
            faults.note([node.fail("nothing says what becomes of the field; add do: \(PrivacyAction.words)")])
            return nil
        }
        var choice = choice(word, &faults)
        if let kind = node["kind"], let text = faults.text(kind)?.text {
            choice?.kind = PersonalKind(rawValue: text)
            if PersonalKind(rawValue: text) == nil { faults.note([kind.fail(unknownKind(text))]) }
        }
        return choice
    }

    private static func stream(_ member: YAMLMember, _ faults: inout FileFaults) -> Stream? {
        let name = PlacedText(member)
        // No name of an extractor or account has a dot.
        let parts = member.key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let names = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, names.count <= 2, !(parts + names).contains(where: \.isEmpty) else {
            faults.note([
                member.fail(
                    "\(member.key) names no stream: write extractor.stream, or extractor/account.stream for one account"
                )
            ])
            return nil
        }
        let fields = members(member.value, &faults).compactMap { field in
            fieldChoice(field.value, &faults).map { Field(path: PlacedText(field), choice: $0) }
        }
        return Stream(
            name: name,
            extractor: String(names[0]),
            account: names.count == 2 ? String(names[1]) : nil,
            stream: String(parts[1]),
            fields: fields
        )
    }
}
