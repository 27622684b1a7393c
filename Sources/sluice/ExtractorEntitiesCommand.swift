import CommandLine
import Configuration
import Core
import Extraction
import ExtractorKit

/// `sluice extractor entities`: what becomes of records, field by field.
struct ExtractorEntitiesCommand {
    let program: Program
    let command: ParsedCommand

    func run() throws -> Int32 {
        let locator = program.locator(command)
        let named = command.values("extractor")
        let definitions = try (named.isEmpty ? locator.names : named).map {
            try program.definition(of: PlacedText($0, at: .flag("EXTRACTOR")), locator)
        }
        program.print(EntityTable(definitions).text)
        return ExitCode.success.rawValue
    }
}
