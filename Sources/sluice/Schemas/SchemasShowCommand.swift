import CommandLine
import Configuration
import Core
import Daemon
import Events
import Extraction
import ExtractorKit
import JSON
import Runs

/// `sluice schemas show`: what the records of a stream are compared with, or what an entity's events look like.
struct SchemasShowCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let name = command.value("extractor") ?? ""
        // No extractor's name: the part of the topics that stands in its place.
        let document = try name == "entity" ? entity(command.value("stream") ?? "") : schema(of: name)
        program.print(JSONLayout.text(document) + "\n")
        return ExitCode.success.rawValue
    }

    private func entity(_ name: String) throws -> JSONValue {
        if let entity = EntityModel.named(name) { return EntitySchema(entity).document }
        throw ExtractionError(
            .badDefinition,
            "there is no entity \(name); there are \(EntityModel.all.map(\.name).joined(separator: ", "))"
        )
    }

    private func schema(of name: String) throws -> JSONValue {
        let definition = try DefinitionPlace.find(name, locator: program.locator(command)).load()
        let stream = try definition.stream(named: command.value("stream") ?? "")
        let schemas = definition.folder.map { StreamSchemas.read(folder: $0, only: [stream.name]) }
        if let problem = schemas?.problems.first {
            throw ExtractionError(.badDefinition, "\(definition.folder ?? ""): \(problem.text)")
        }
        guard let schema = schemas?.schemas[stream.name] else {
            throw ExtractionError(
                .badDefinition,
                "\(definition.folder ?? definition.name) has no schemas/\(stream.name).json: its records are compared "
                    + "with nothing; write one, docs/extractors.md says how",
                stream: stream.name
            )
        }
        return try published(schema, stream, definition).document
    }

    /// The schema of what is published under the policy that the command names.
    private func published(
        _ schema: RecordSchema,
        _ stream: StreamDefinition,
        _ definition: ExtractorDefinition
    ) throws -> RecordSchema {
        let policy = try command.given("privacy", else: nil)?.read { try PrivacyFile.load($0) }
        let rules = try PrivacyRules(definition, account: nil, policy, reader: .blind)
        return rules.protection(of: stream)?.widened(schema) ?? schema
    }
}
