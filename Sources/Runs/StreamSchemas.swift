package import Events
package import Extraction
import JSON

/// The schemas that lie beside a definition: `schemas/STREAM.json`, one for each stream.
package struct StreamSchemas: Sendable {
    package private(set) var schemas: [String: RecordSchema] = [:]
    /// What is wrong with a file, by the stream that it is named after.
    package private(set) var problems: [(stream: String, text: String)] = []
    /// The files, without their ending.
    package private(set) var names: [String] = []

    /// None.
    package init() {}

    /// Reads those of an extractor's folder, all of them or some.
    package static func read(
        folder: String,
        only wanted: Set<String>? = nil,
        files: ExtractorFiles = .disk
    ) -> StreamSchemas {
        var result = StreamSchemas()
        result.names = names(in: "\(folder)/schemas", files)
        for name in result.names where wanted?.contains(name) ?? true {
            let file = "\(folder)/schemas/\(name).json"
            let bytes: [UInt8]
            do {
                bytes = try files.read(file)
            } catch {
                result.problems.append((name, "schemas/\(name).json cannot be read: \(error.reason)"))
                continue
            }
            do {
                result.schemas[name] = try RecordSchema(bytes)
            } catch {
                result.problems.append((name, "schemas/\(name).json cannot be used: \(error)"))
            }
        }
        return result
    }

    /// The names of the JSON files in a folder, without their ending, sorted.
    ///
    /// Whatever else lies there is left alone, hidden files too: editors keep theirs beside what is written.
    package static func names(in folder: String, _ files: ExtractorFiles) -> [String] {
        (files.names(folder) ?? []).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(5)) }.sorted()
    }
}
