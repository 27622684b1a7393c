package import Extraction
package import Runs

/// What lies beside a definition in an extractor's folder.
package struct FolderContents: Sendable {
    package var schemas: StreamSchemas
    /// The names of the fixtures, without their ending.
    package var fixtures: [String]

    /// What is there now.
    package init(_ folder: String, _ files: ExtractorFiles = .disk) {
        schemas = StreamSchemas.read(folder: folder, files: files)
        fixtures = StreamSchemas.names(in: "\(folder)/fixtures", files)
    }
}
