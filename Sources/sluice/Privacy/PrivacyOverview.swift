import CommandLine
import Configuration
import Core
import Daemon
import Events
import Extraction
import ExtractorKit
import Runs
import YAML

/// A policy against the extractors at hand.
struct PrivacyOverview {
    /// The personal fields of a stream, and what becomes of them.
    struct Stream {
        var extractor: String
        var name: String
        var fields: [PrivacyRules.FieldTreatment]
        /// What the policy names and no record seems to have, with the names that it may stand for.
        var unknown: [(field: PrivacyRules.FieldTreatment, hint: String?)]
    }

    private(set) var streams: [Stream] = []
    /// The policy's path; nil where there is none.
    let path: String?

    /// Looks at the extractors that the command names, or all that can be found; throws all that is wrong with the policy.
    init(program: Program, command: ParsedCommand, reader: SecretReader) throws {
        path = command.given("privacy", else: nil).map(\.text)
        var problems = Problems()
        let file = try problems.take {
            try command.given("privacy", else: nil)?.read { try PrivacyFile.load($0) }
        }
        let definitions = try problems.take { try Self.definitions(program, command) } ?? []
        try problems.check()
        let policy = file ?? nil
        for name in Set((policy?.streams ?? []).map(\.extractor)).sorted() {
            guard command.value("extractor") == nil, !definitions.contains(where: { $0.name == name }) else {
                continue
            }
            let hint = NearestName.hint(for: name, among: definitions.map(\.name))
            for stream in policy?.streams ?? [] where stream.extractor == name {
                let error = ConfigurationError(.badSetting, "unknown extractor \(name); \(hint)")
                problems.note([PlacedError(error, at: stream.name.origin)])
            }
        }
        for definition in definitions {
            let rules = try problems.take {
                try PrivacyRules(definition, account: command.value("account"), policy, reader: reader)
            }
            guard let rules else { continue }
            let schemas = definition.folder.map { StreamSchemas.read(folder: $0) }
            for stream in definition.streams {
                add(stream, of: definition.name, rules, schemas?.schemas[stream.name])
            }
        }
        try problems.check()
    }

    private mutating func add(
        _ stream: StreamDefinition,
        of extractor: String,
        _ rules: PrivacyRules,
        _ schema: RecordSchema?
    ) {
        let fields = rules.treatments(of: stream)
        let unknown = fields.compactMap { field -> (PrivacyRules.FieldTreatment, String?)? in
            guard !field.isMarked, let schema, case .unknown(let known) = schema.knowledge(of: field.path)
            else { return nil }
            return (field, NearestName.of(field.path.last ?? "", among: known))
        }
        streams.append(Stream(extractor: extractor, name: stream.name, fields: fields, unknown: unknown))
    }

    private static func definitions(_ program: Program, _ command: ParsedCommand) throws
        -> [ExtractorDefinition]
    {
        if let name = command.value("extractor") {
            return [try program.definition(of: PlacedText(name, at: .flag("--extractor")), command)]
        }
        let locator = program.locator(command)
        // What is wrong with one is said by extractor check.
        return locator.names.compactMap { name in
            (try? DefinitionPlace.find(name, locator: locator)).flatMap { try? $0.load() }
        }
    }
}
