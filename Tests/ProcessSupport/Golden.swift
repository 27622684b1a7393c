import Glibc

/// A checked-in file of a persisted format, in the folder Golden beside the test: a change of format adds one and never edits
/// one.
package enum Golden {
    /// Its bytes, without the line end behind the last one.
    package static func bytes(_ name: String, of file: String = #filePath) throws -> [UInt8] {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/"
        )
        guard let stream = unsafe fopen("\(folder)/Golden/\(name)", "r") else {
            throw TestFailure("\(name) is missing")
        }
        defer { unsafe fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        let count = unsafe fread(&bytes, 1, bytes.count, stream)
        bytes.removeLast(bytes.count - count)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return bytes
    }

    /// The lines of a file.
    package static func lines(_ name: String, of file: String = #filePath) throws -> [[UInt8]] {
        try bytes(name, of: file).split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
}
