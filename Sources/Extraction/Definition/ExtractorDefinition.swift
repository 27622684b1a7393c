package import Core
package import Expressions
import YAML

/// One service: how to reach it, what its errors mean and which streams it has.
///
/// Data only (`extractor.yaml`).
package struct ExtractorDefinition: Sendable {
    package var name: String
    package var description: String
    package var settings: [SettingDeclaration]
    /// What every stream's path is put behind.
    package var baseURL: Template
    /// Hosts beside the base address's own that requests may go to (I6): `host`, `host:port` or `*.suffix`.
    package var hosts: [Template]
    package var authentication: AuthenticationChoice
    package var headers: [(name: String, value: Template)]
    /// The rate limits of an account; `default` counts every request.
    package var limits: [LimitDefinition]
    package var quota: QuotaDefinition?
    package var errorRules: ErrorRules
    /// In how many digits its amounts count currencies.
    package var currencies: CurrencyTable
    package var feeds: [FeedDefinition]
    package var streams: [StreamDefinition]
    /// Where it was read from; nil for one that lies in no folder.
    package var folder: String?

    /// A definition.
    package init(
        name: String,
        description: String,
        settings: [SettingDeclaration],
        baseURL: Template,
        hosts: [Template],
        authentication: AuthenticationChoice,
        headers: [(name: String, value: Template)],
        limits: [LimitDefinition],
        quota: QuotaDefinition? = nil,
        errorRules: ErrorRules,
        currencies: CurrencyTable = CurrencyTable(),
        feeds: [FeedDefinition] = [],
        streams: [StreamDefinition]
    ) {
        self.name = name
        self.description = description
        self.settings = settings
        self.baseURL = baseURL
        self.hosts = hosts
        self.authentication = authentication
        self.headers = headers
        self.limits = limits
        self.quota = quota
        self.errorRules = errorRules
        self.currencies = currencies
        self.feeds = feeds
        self.streams = streams
    }

    /// The stream of a name, or an error with the nearest one.
    package func stream(named name: String) throws(ExtractionError) -> StreamDefinition {
        if let stream = streams.first(where: { $0.name == name }) { return stream }
        let names = streams.map(\.name)
        let hint =
            NearestName.of(name, among: names).map { "did you mean \($0)?" }
            ?? "it has \(names.joined(separator: ", "))"
        throw ExtractionError(
            .unknownStream,
            "extractor \(self.name) has no stream \(name); \(hint)",
            stream: name
        )
    }

    /// The feed that a stream follows, if it follows one.
    package func feed(of stream: StreamDefinition) -> FeedDefinition? {
        stream.follow.flatMap { follow in feeds.first { $0.name == follow.feed } }
    }
}

extension ExtractorDefinition {
    /// Reads a definition, collecting everything that is wrong with it; `file` is what its errors call it.
    ///
    /// `folderName` is that of the folder it lies in, where it has to bear the extractor's name.
    package static func decode(
        _ bytes: [UInt8],
        file: String,
        folderName: String? = nil
    ) throws(ExtractionError) -> ExtractorDefinition {
        let root: YAMLNode
        do {
            root = try YAMLDocument.parse(bytes, file: file)
        } catch {
            throw ExtractionError(problems: [DefinitionProblem(error)])
        }
        var decoder = DefinitionDecoder(folderName: folderName)
        let definition = decoder.extractor(root)
        guard let definition, decoder.problems.isEmpty else {
            throw ExtractionError(problems: decoder.sortedProblems)
        }
        return definition
    }

    /// Reads `extractor.yaml` of a folder, which bears the extractor's name.
    package static func load(
        folder: String,
        files: ExtractorFiles = .disk
    ) throws(ExtractionError) -> ExtractorDefinition {
        try load(
            file: "\(folder)/extractor.yaml",
            folder: folder,
            folderName: String(folder.split(separator: "/").last ?? ""),
            files: files
        )
    }

    /// Reads a file; `folder` is where its schemas lie, and `folderName` the name that the folder has to share with it.
    package static func load(
        file: String,
        folder: String?,
        folderName: String?,
        files: ExtractorFiles = .disk
    ) throws(ExtractionError) -> ExtractorDefinition {
        let bytes: [UInt8]
        do {
            bytes = try files.read(file)
        } catch {
            throw ExtractionError(.badDefinition, "\(file) cannot be read: \(error.reason)")
        }
        var definition = try decode(bytes, file: file, folderName: folderName)
        definition.folder = folder
        return definition
    }
}

extension DefinitionProblem {
    /// What the reader of YAML says.
    init(_ error: YAMLError) {
        self.init(file: error.file, line: error.line, column: error.column, text: error.problem)
    }
}
