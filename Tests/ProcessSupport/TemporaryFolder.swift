import Glibc

/// A folder of a test's own, removed with what is in it.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// A new, empty one.
    package init() {
        var template = Array("/tmp/sluice-test-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "cannot make a temporary folder")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a file and gives its path.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = "\(path)/\(name)"
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o700)
        precondition(descriptor >= 0, "cannot write \(file)")
        precondition(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        return file
    }

    /// The same of a text.
    @discardableResult
    package func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

    /// Whether there is such a file.
    package func contains(_ name: String) -> Bool { unsafe access("\(path)/\(name)", F_OK) == 0 }

    deinit {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                unsafe unlink("\(path)/\(name)")
            }
            unsafe closedir(folder)
        }
        unsafe rmdir(path)
    }
}
