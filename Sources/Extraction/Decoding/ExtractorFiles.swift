import Glibc

/// The few things that are asked of a file system to find and read definitions; tests give their own.
package struct ExtractorFiles: Sendable {
    /// Why something could not be read, in the system's words.
    package struct Failure: Error {
        package var reason: String

        /// A failure.
        package init(reason: String) { self.reason = reason }
    }

    /// The bytes of a file.
    package var read: @Sendable (String) throws(Failure) -> [UInt8]
    /// The names in a folder; nil where there is no such folder.
    package var names: @Sendable (String) -> [String]?

    /// A file system of two closures.
    package init(
        read: @escaping @Sendable (String) throws(Failure) -> [UInt8],
        names: @escaping @Sendable (String) -> [String]?
    ) {
        self.read = read
        self.names = names
    }

    /// A definition is a few kilobytes; what is larger is something else (I7).
    private static let maximumBytes = 4 << 20

    /// The machine's own.
    package static let disk = ExtractorFiles(
        read: { path throws(Failure) in try readFile(path) },
        names: { path in
            guard let folder = unsafe opendir(path) else { return nil }
            defer { unsafe closedir(folder) }
            var names: [String] = []
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name != ".", name != ".." { names.append(name) }
            }
            return names.sorted()
        }
    )

    private static func readFile(_ path: String) throws(Failure) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw lastFailure() }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(file, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw lastFailure()
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= maximumBytes else {
                throw Failure(reason: "it is larger than \(maximumBytes) bytes")
            }
        }
    }

    private static func lastFailure() -> Failure {
        Failure(reason: unsafe String(cString: strerror(errno)))
    }
}
