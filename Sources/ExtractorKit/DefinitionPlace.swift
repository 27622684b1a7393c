package import Extraction

/// The file of a definition, as a command names it: an extractor's name, a folder or a file.
package struct DefinitionPlace: Sendable {
    package var file: String
    /// The name that the folder gives the extractor; nil where a file was named itself.
    package var folderName: String?

    /// The folder that has the schemas and fixtures too; nil where the file is no extractor's own.
    package var folder: String? {
        let name = "extractor.yaml"
        if file == name { return "." }
        return file.hasSuffix("/\(name)") ? String(file.dropLast(name.count + 1)) : nil
    }

    /// A file.
    package init(file: String, folderName: String? = nil) {
        self.file = file
        self.folderName = folderName
    }

    /// Whether a word is a path: one with a slash, a dot alone, or the end of a YAML file.
    package static func isPath(_ word: String) -> Bool {
        word.contains("/") || word == "." || word == ".." || word.hasSuffix(".yaml") || word.hasSuffix(".yml")
    }

    /// Reads the definition.
    package func load(files: ExtractorFiles = .disk) throws(ExtractionError) -> ExtractorDefinition {
        try ExtractorDefinition.load(file: file, folder: folder, folderName: folderName, files: files)
    }

    /// What a word names: one with a slash, a dot alone, or the end of a YAML file is a path, all else a name.
    package static func find(
        _ word: String,
        locator: ExtractorLocator,
        files: ExtractorFiles = .disk
    ) throws(ExtractionError) -> DefinitionPlace {
        if isPath(word) {
            guard files.names(word) != nil else { return DefinitionPlace(file: word) }
            let path = String(word.reversed().drop { $0 == "/" }.reversed())
            let name = path.split(separator: "/").last.map(String.init)
            let isNamed = name != nil && name != "." && name != ".."
            return DefinitionPlace(file: "\(path)/extractor.yaml", folderName: isNamed ? name : nil)
        }
        do {
            return DefinitionPlace(file: "\(try locator.folder(of: word))/extractor.yaml", folderName: word)
        } catch {
            guard files.names(word)?.contains("extractor.yaml") == true else { throw error }
            var error = error
            error.message += "; for the folder that is here write ./\(word)"
            throw error
        }
    }
}
