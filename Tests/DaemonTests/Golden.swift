import Glibc
import Testing

/// A checked-in file of a persisted format: a change of format adds one and never edits one.
enum Golden {
    static func bytes(_ name: String, of file: String = #filePath) throws -> [UInt8] {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/"
        )
        let stream = unsafe fopen("\(folder)/Golden/\(name)", "r")
        try #require(unsafe stream != nil, "\(name) is missing")
        defer { unsafe _ = stream.map { unsafe fclose($0) } }
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        let count = unsafe fread(&bytes, 1, bytes.count, stream)
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The lines of a file.
    static func lines(_ name: String) throws -> [[UInt8]] {
        try bytes(name).split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
}
