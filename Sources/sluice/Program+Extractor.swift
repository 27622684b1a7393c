import CommandLine
import Configuration
import Core
import Extraction
import ExtractorKit

extension Program {
    /// Where a command or an account's file says that its extractor is: by name, folder or file.
    ///
    /// A path in a file starts where the file is.
    func place(of extractor: PlacedText, _ locator: ExtractorLocator, file: AccountFile? = nil) throws
        -> DefinitionPlace
    {
        var word = extractor.text
        if case .file = extractor.origin, DefinitionPlace.isPath(word) { word = file?.path(word) ?? word }
        return try extractor.read { _ in try DefinitionPlace.find(word, locator: locator) }
    }

    /// The definition that is there.
    func definition(of extractor: PlacedText, _ command: ParsedCommand, file: AccountFile? = nil) throws
        -> ExtractorDefinition
    {
        try definition(of: extractor, locator(command), file: file)
    }

    /// The definition that is there, looked for in these folders.
    func definition(of extractor: PlacedText, _ locator: ExtractorLocator, file: AccountFile? = nil) throws
        -> ExtractorDefinition
    {
        let place = try place(of: extractor, locator, file: file)
        return try extractor.read { _ in try place.load() }
    }

    /// The name of an extractor, for which nothing is read where it is one.
    func extractorName(_ extractor: PlacedText, _ command: ParsedCommand, file: AccountFile? = nil) throws
        -> String
    {
        guard DefinitionPlace.isPath(extractor.text) else { return extractor.text }
        return try definition(of: extractor, command, file: file).name
    }
}
