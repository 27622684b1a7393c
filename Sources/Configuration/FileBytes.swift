import Glibc

/// Why a file or a command gave nothing; never what it gave.
struct ReadFailure: Error {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    /// The system's words for an error number.
    init(errno code: Int32) {
        reason = unsafe String(cString: strerror(code))
    }
}

/// Whole files of a stated size at most.
package enum FileBytes {
    /// The bytes of a file that somebody named to a command.
    package static func load(_ path: String, limit: Int) throws(ConfigurationError) -> [UInt8] {
        do {
            return try read(path, limit: limit)
        } catch let failure {
            throw ConfigurationError(.unreadableFile, "cannot read \(path): \(failure.reason)")
        }
    }

    /// The folder that relative paths in the file start from.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The bytes of a file of up to `limit` bytes.
    static func read(_ path: String, limit: Int) throws(ReadFailure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReadFailure(errno: errno) }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        while try append(from: descriptor, to: &bytes, limit: limit) {}
        return bytes
    }

    /// Reads once from a descriptor; false at the end.
    static func append(from descriptor: Int32, to bytes: inout [UInt8], limit: Int) throws(ReadFailure)
        -> Bool
    {
        var code: Int32 = 0
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
            let got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if got < 0 { code = errno }
            count = max(0, got)
        }
        guard code == 0 || code == EINTR else { throw ReadFailure(errno: code) }
        bytes += piece
        guard bytes.count <= limit else { throw ReadFailure("it holds more than \(limit) bytes") }
        return !piece.isEmpty || code == EINTR
    }
}
