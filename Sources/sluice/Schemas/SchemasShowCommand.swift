import CommandLine
import Core
import Events
import Extraction
import ExtractorKit
import Runs

/// `sluice schemas show`: what the records of a stream are compared with.
struct SchemasShowCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let name = command.value("extractor") ?? ""
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
        program.print(JSONLayout.text(schema.document) + "\n")
        return ExitCode.success.rawValue
    }
}
