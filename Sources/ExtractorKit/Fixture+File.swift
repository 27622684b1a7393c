import Glibc

extension Fixture {
    /// Writes the file, whole or not at all, into a folder that is made where there is none.
    package func write(to path: String) throws(FixtureError) {
        if let slash = path.lastIndex(of: "/") {
            let folder = String(path[..<slash])
            guard unsafe mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw Self.failure(folder) }
        }
        let part = "\(path).part"
        let file = unsafe open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw Self.failure(part) }
        let isWritten = Self.write(Array(text.utf8), to: file)
        guard close(file) == 0, isWritten, unsafe rename(part, path) == 0 else {
            let error = Self.failure(path)
            unsafe unlink(part)
            throw error
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func failure(_ path: String) -> FixtureError {
        FixtureError(.bad, "cannot write \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
