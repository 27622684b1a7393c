package import Configuration
package import Core
package import Events
package import Extraction
import YAML

/// What becomes of the personal fields of an account's streams: by the extractor's marks and the policy's words.
///
/// The most specific word holds: that for the longest path, of equally long ones that for the account; then that for the
/// field's kind, and then the default. Without a policy everything passes.
package struct PrivacyRules: Sendable {
    /// What becomes of one field, and who says so.
    package struct FieldTreatment: Hashable, Sendable {
        package var path: [String]
        package var kind: PersonalKind
        package var action: PrivacyAction
        /// Where the policy says it; nil where nobody does, so that it passes.
        package var origin: SettingOrigin?
        /// Whether the extractor marks the field; others the policy alone names.
        package var isMarked: Bool

        /// The path as definitions write it.
        package var pathText: String { FieldPath.text(path) }
    }

    private struct Word: Sendable {
        var path: [String]
        var choice: PrivacyFile.Choice
        var isOfAccount: Bool
    }

    private var file: PrivacyFile?
    private var key: PrivacyKey?
    /// The key's text, for a `Redaction`.
    package private(set) var secrets: [String] = []
    /// By the names of streams and families.
    private var words: [String: [Word]] = [:]

    /// Everything passes.
    package static let none = PrivacyRules()

    private init() {}

    /// The rules of an account, or, where none is named, those that hold for all accounts of an extractor.
    ///
    /// Throws all that the file says wrongly of this extractor. The key is read where something of it is hashed, unless the
    /// reader is blind: then nothing can be protected, and what would become of it is known all the same.
    package init(
        _ definition: ExtractorDefinition,
        account: String?,
        _ file: PrivacyFile?,
        reader: SecretReader
    ) throws {
        var rules = PrivacyRules()
        if let file {
            rules.file = file
            rules.words = try Self.words(of: file, definition, account)
            let hashing = definition.streams.lazy.flatMap { [rules] in rules.treatments(of: $0) }.first {
                $0.action == .hash
            }
            if let hashing, !reader.isBlind {
                let (key, secret) = try Self.key(of: file, for: hashing, reader)
                rules.key = key
                rules.secrets = [secret.revealed]
            }
        }
        self = rules
    }

    private static func words(of file: PrivacyFile, _ definition: ExtractorDefinition, _ account: String?)
        throws
        -> [String: [Word]]
    {
        var problems = Problems()
        var words: [String: [Word]] = [:]
        for stream in file.streams where stream.extractor == definition.name {
            let known = try problems.take {
                try stream.name.read { _ in try Self.stream(stream.stream, of: definition) }
            }
            guard let known else { continue }
            for field in stream.fields {
                let path = try problems.take { try field.path.read { try Self.path($0, in: known) } }
                guard let path, stream.account == nil || stream.account == account else { continue }
                words[stream.stream, default: []].append(
                    Word(path: path, choice: field.choice, isOfAccount: stream.account != nil)
                )
            }
        }
        try problems.check()
        return words
    }

    private static func key(of file: PrivacyFile, for field: FieldTreatment, _ reader: SecretReader) throws
        -> (PrivacyKey, Secret)
    {
        let place = field.origin.map { "\($0)" } ?? file.path
        guard let secret = try file.secret(reader) else {
            throw ConfigurationError(
                .missingSetting,
                "\(place): \(field.pathText) is hashed, and the policy has no key; add key: \(SecretReference.forms), made with: "
                    + "openssl rand -hex 32"
            )
        }
        if let key = PrivacyKey(secret) { return (key, secret) }
        let origin = file.keyOrigin.map { "\($0)" } ?? file.path
        throw ConfigurationError(
            .badSetting,
            "\(origin): key has fewer than \(PrivacyKey.shortest) bytes, so that values could be found by trying; make one with: "
                + "openssl rand -hex 32"
        )
    }

    // MARK: Checking

    /// The stream that a policy names: one of the definition, or one that a family makes.
    private static func stream(_ name: String, of definition: ExtractorDefinition) throws -> StreamDefinition
    {
        if let family = definition.streams.first(where: { $0.isFamily && name.hasPrefix("\($0.name)_") }),
            !definition.streams.contains(where: { $0.name == name })
        {
            return family
        }
        return try definition.stream(named: name)
    }

    private static func path(_ text: String, in stream: StreamDefinition) throws -> [String] {
        guard let path = FieldPath.parse(text) else {
            throw ConfigurationError(
                .badSetting,
                "\(text) is no path: write names joined by dots, a dot within a name as \\."
            )
        }
        if let reason = stream.reasonToKeep(path) {
            throw ConfigurationError(
                .badSetting,
                "\(text) of \(stream.name) is always published, since \(reason): take it out"
            )
        }
        return path
    }

    // MARK: What becomes of fields

    /// What becomes of every field of a stream that its extractor marks or the policy names, by their paths.
    package func treatments(of stream: StreamDefinition) -> [FieldTreatment] {
        let marked = stream.personal.map(\.path)
        let named = words(of: stream).map(\.path).filter { !marked.contains($0) }
        return (marked + Set(named)).map { treatment(of: $0, in: stream) }
            .sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// What becomes of what a path leads to, marked or not.
    package func treatment(of path: [String], in stream: StreamDefinition) -> FieldTreatment {
        personal(at: path, in: stream)
            ?? FieldTreatment(path: path, kind: .other, action: .pass, isMarked: false)
    }

    /// The same; nil where neither the extractor nor the policy says anything of it or of what it stands in.
    package func personal(at path: [String], in stream: StreamDefinition) -> FieldTreatment? {
        let mark = stream.personal.filter { path.starts(with: $0.path) }.max { $0.path.count < $1.path.count }
        let word = words(of: stream).filter { path.starts(with: $0.path) }.max {
            ($0.path.count, $0.isOfAccount ? 1 : 0) < ($1.path.count, $1.isOfAccount ? 1 : 0)
        }
        guard mark != nil || word != nil else { return nil }
        let kind = word?.choice.kind ?? mark?.kind ?? .other
        let choice = word?.choice ?? (mark == nil ? nil : file?.kinds[kind] ?? file?.usual)
        return FieldTreatment(
            path: path,
            kind: kind,
            action: choice?.action ?? .pass,
            origin: choice?.origin,
            isMarked: stream.personal.contains { $0.path == path }
        )
    }

    /// Those of the stream, and behind them those of the family that it is of.
    private func words(of stream: StreamDefinition) -> [Word] {
        (words[stream.name] ?? []) + (stream.family.flatMap { words[$0] } ?? [])
    }

    /// What protects a stream's records; nil where nothing becomes of any field.
    package func protection(of stream: StreamDefinition) -> RecordProtection? {
        RecordProtection(
            treatments(of: stream).map {
                RecordProtection.Rule(path: $0.path, treatment: Treatment($0.action, $0.kind))
            },
            key: key
        )
    }
}
