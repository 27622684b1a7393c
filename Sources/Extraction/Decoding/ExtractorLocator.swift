import YAML

/// Finds extractors by name: in the folders of `--extractors`, else of `SLUICE_EXTRACTORS`, else beside the binary's
/// prefix (`share/sluice/extractors`) and then in the checkout that the binary was built in.
package struct ExtractorLocator: Sendable {
    /// The folders that are looked into, in this order; the first that has the extractor serves it.
    package let folders: [String]
    private let files: ExtractorFiles

    /// Takes what the command was given: the option, the variables and its own place.
    ///
    /// Several folders are joined by colons.
    package init(
        option: String?,
        environment: [String: String],
        executablePath: String,
        files: ExtractorFiles = .disk
    ) {
        self.files = files
        if let named = option ?? environment["SLUICE_EXTRACTORS"].flatMap({ $0.isEmpty ? nil : $0 }) {
            // Who names folders wants no others: a typing error must not fall back to another definition.
            folders = named.split(separator: ":").map(String.init)
            return
        }
        let place = Self.parent(of: executablePath)
        var found = ["\(Self.parent(of: place))/share/sluice/extractors"]
        var ancestor = place
        while !ancestor.isEmpty {
            if let names = files.names(ancestor), names.contains("Package.swift"),
                names.contains("extractors")
            {
                found.append("\(ancestor)/extractors")
                break
            }
            ancestor = Self.parent(of: ancestor)
        }
        folders = found
    }

    /// The names of all extractors that can be found, sorted.
    package var names: [String] {
        Set(
            folders.flatMap { folder in
                (files.names(folder) ?? []).filter {
                    files.names("\(folder)/\($0)")?.contains("extractor.yaml") ?? false
                }
            }
        ).sorted()
    }

    /// The folder of an extractor, or an error that says where it was looked for.
    package func folder(of name: String) throws(ExtractionError) -> String {
        // A name is one component: "../x" must not leave the folders.
        if !name.contains("/"), !name.hasPrefix(".") {
            for folder in folders where files.names("\(folder)/\(name)")?.contains("extractor.yaml") ?? false
            {
                return "\(folder)/\(name)"
            }
        }
        let names = names
        let hint =
            NearestName.of(name, among: names).map { "did you mean \($0)?" }
            ?? (names.isEmpty
                ? "no extractor is there: name their folder with --extractors or SLUICE_EXTRACTORS"
                : "there are \(names.joined(separator: ", "))")
        throw ExtractionError(
            .unknownExtractor,
            "there is no extractor \(name) in \(folders.joined(separator: ", ")); \(hint)"
        )
    }

    /// Finds and reads an extractor.
    package func load(_ name: String) throws(ExtractionError) -> ExtractorDefinition {
        try ExtractorDefinition.load(folder: folder(of: name), files: files)
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
