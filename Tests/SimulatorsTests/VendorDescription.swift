import Foundation
import JSON
import Testing

/// What a vendor says about its own API, where the folder with such descriptions is.
enum VendorDescription {
    static let folder =
        ProcessInfo.processInfo.environment["SLUICE_SPECS"]
        ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/specs").path

    /// Whether there is that file below it.
    static func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(path)")
    }

    /// A document below it.
    static func document(_ path: String) throws -> JSONValue {
        try JSONValue.parse(Array(try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))))
    }
}
