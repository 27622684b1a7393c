import Events
import Extraction
import ExtractorKit
import Foundation
import JSON
import Testing

/// A stream of an extractor that ships.
struct ShippedStream: Sendable, CustomTestStringConvertible {
    var extractor: String
    var stream: String

    var testDescription: String { "\(extractor) \(stream)" }
    var folder: String { Repository.root.appending(path: "extractors/\(extractor)").path }

    /// All of them: what is added is tested with the rest.
    static let all = extractors.flatMap { name in
        ((try? ExtractorDefinition.load(folder: Repository.root.appending(path: "extractors/\(name)").path))?
            .streams ?? []).map { ShippedStream(extractor: name, stream: $0.name) }
    }

    static let extractors = Repository.names("extractors").filter { !$0.contains(".") }

    func definition() throws -> ExtractorDefinition { try ExtractorDefinition.load(folder: folder) }

    func schema() throws -> RecordSchema {
        try RecordSchema(try Repository.bytes("extractors/\(extractor)/schemas/\(stream).json"))
    }
}
