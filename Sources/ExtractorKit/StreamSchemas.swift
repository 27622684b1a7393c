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

    /// Reads those of an extractor's folder.
    package static func read(folder: String, files: ExtractorFiles = .disk) -> StreamSchemas {
        var result = StreamSchemas()
        result.names = names(in: "\(folder)/schemas", files)
        for name in result.names {
            let file = "\(folder)/schemas/\(name).json"
            do {
                result.schemas[name] = try RecordSchema(try files.read(file))
            } catch let error as SchemaError {
                result.problems.append((name, "schemas/\(name).json cannot be used: \(error)"))
            } catch {
                let reason = (error as? ExtractorFiles.Failure)?.reason ?? "\(error)"
                result.problems.append((name, "schemas/\(name).json cannot be read: \(reason)"))
            }
        }
        return result
    }

    /// The names of the JSON files in a folder, without their ending.
    static func names(in folder: String, _ files: ExtractorFiles) -> [String] {
        (files.names(folder) ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    }
}
