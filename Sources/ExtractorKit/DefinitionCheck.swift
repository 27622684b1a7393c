package import Extraction
import YAML

/// All that is to be said of one definition.
package struct DefinitionCheck: Sendable {
    package var file: String
    /// The definition; nil where there is an error.
    package var definition: ExtractorDefinition?
    /// In the order of the file.
    package var findings: [Finding]
    /// The file's lines, to show what a finding is about.
    package var lines: [String]
    /// What lies beside it, where that was looked at.
    package var folder: FolderContents?

    /// Reads and checks a file.
    package static func read(
        _ place: DefinitionPlace,
        files: ExtractorFiles = .disk
    ) throws(ExtractionError) -> DefinitionCheck {
        do {
            return DefinitionCheck(
                try files.read(place.file),
                at: place,
                beside: place.folder.map { FolderContents($0, files) }
            )
        } catch {
            throw ExtractionError(
                .badDefinition,
                "\(place.file) cannot be read: \(error.reason); name an extractor, its folder or its file"
            )
        }
    }

    /// Checks the bytes of a file, and what lies beside it where that is known.
    package init(_ bytes: [UInt8], at place: DefinitionPlace, beside folder: FolderContents? = nil) {
        file = place.file
        self.folder = folder
        lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        findings = []
        let root = try? YAMLDocument.parse(bytes, file: place.file)
        do {
            definition = try ExtractorDefinition.decode(
                bytes,
                file: place.file,
                folderName: place.folderName
            )
        } catch {
            findings = error.problems.map { Finding($0, severity: .error) }
        }
        guard let root, let definition else { return }
        findings = DefinitionReview(definition, root, beside: folder).findings
        findings.sort { ($0.line, $0.column, $0.text) < ($1.line, $1.column, $1.text) }
        if errors > 0 { self.definition = nil }
    }

    package var errors: Int { findings.count { $0.severity == .error } }
    package var warnings: Int { findings.count { $0.severity == .warning } }
}

/// One thing to say of a definition: what it is, and what to do about it.
package struct Finding: Hashable, Sendable {
    package enum Severity: String, Sendable {
        /// The definition cannot be used.
        case error
        /// It can, and does what its author may not expect.
        case warning
    }

    package var severity: Severity
    /// A warning's stable name (`read_once`); nil for an error.
    package var rule: String?
    package var line: Int
    package var column: Int
    package var text: String

    init(_ severity: Severity, rule: String? = nil, at node: YAMLNode, _ text: String) {
        self.severity = severity
        self.rule = rule
        line = node.line
        column = node.column
        self.text = text
    }

    init(_ problem: DefinitionProblem, severity: Severity) {
        self.severity = severity
        line = problem.line
        column = problem.column
        text = problem.text
    }
}
