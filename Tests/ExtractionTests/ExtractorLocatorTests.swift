import Testing

@testable import Extraction

@Suite struct ExtractorLocatorTests {
    /// A file system of these paths.
    static func files(_ paths: [String: String]) -> ExtractorFiles {
        ExtractorFiles(
            read: { path throws(ExtractorFiles.Failure) in
                guard let text = paths[path] else { throw ExtractorFiles.Failure(reason: "no such file") }
                return Array(text.utf8)
            },
            names: { folder in
                let inside = paths.keys.filter { $0.hasPrefix(folder + "/") }
                guard !inside.isEmpty else { return nil }
                return Set(
                    inside.compactMap {
                        $0.dropFirst(folder.count + 1).split(separator: "/").first.map(String.init)
                    }
                )
                .sorted()
            }
        )
    }

    static let tree = [
        "/co/Package.swift": "", "/co/extractors/stripe/extractor.yaml": "", "/co/.build/debug/sluice": "",
        "/usr/bin/sluice": "", "/usr/share/sluice/extractors/stripe/extractor.yaml": "",
        "/own/shop/extractor.yaml": "", "/own/notes/README.md": "",
    ]

    @Test(
        arguments: [
            // option, variable, binary, folders
            ("/own", "/other", "/usr/bin/sluice", ["/own"]),
            (nil, "/own:/other", "/usr/bin/sluice", ["/own", "/other"]),
            (nil, "", "/usr/bin/sluice", ["/usr/share/sluice/extractors"]),
            (nil, nil, "/co/.build/debug/sluice", ["/co/.build/share/sluice/extractors", "/co/extractors"]),
        ] as [(String?, String?, String, [String])]
    )
    func foldersAreLookedIntoInOrder(option: String?, variable: String?, binary: String, folders: [String]) {
        let locator = ExtractorLocator(
            option: option,
            environment: variable.map { ["SLUICE_EXTRACTORS": $0] } ?? [:],
            executablePath: binary,
            files: Self.files(Self.tree)
        )
        #expect(locator.folders == folders)
    }

    @Test func extractorIsFoundByName() throws {
        let locator = ExtractorLocator(
            option: "/own:/co/extractors",
            environment: [:],
            executablePath: "",
            files: Self.files(Self.tree)
        )
        #expect(locator.names == ["shop", "stripe"])
        #expect(try locator.folder(of: "stripe") == "/co/extractors/stripe")
        #expect(try locator.folder(of: "shop") == "/own/shop")
    }

    @Test(arguments: [
        ("stirpe", "did you mean stripe?"), ("crm", "there are shop, stripe"),
        ("../own/shop", "there is no extractor"),
        ("notes", "there is no extractor notes in /own, /co/extractors"),
    ])
    func unknownExtractorIsSaidWithWhatThereIs(name: String, text: String) {
        let locator = ExtractorLocator(
            option: "/own:/co/extractors",
            environment: [:],
            executablePath: "",
            files: Self.files(Self.tree)
        )
        let error = #expect(throws: ExtractionError.self) { try locator.folder(of: name) }
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.codeText == "extraction.unknown_extractor")
    }

    @Test func folderAndExtractorShareAName() {
        let files = Self.files(["/x/store/extractor.yaml": "\n\(DefinitionErrorTests.sound)"])
        let error = #expect(throws: ExtractionError.self) {
            try ExtractorDefinition.load(folder: "/x/store", files: files)
        }
        // Where the name stands, below an empty line.
        #expect(
            error?.problems.map { "\($0.file):\($0.line):\($0.column)" } == ["/x/store/extractor.yaml:2:12"]
        )
        #expect(error?.message.contains("give both one name") == true)
    }
}
