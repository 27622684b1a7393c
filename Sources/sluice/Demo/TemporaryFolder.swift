import Core
import Glibc

/// A folder that only this user can look into, with whatever is put there, until it is removed.
struct TemporaryFolder: Sendable {
    let path: String

    /// Where such folders are made: `$TMPDIR`, else `/tmp`.
    static func parent(_ environment: [String: String]) -> String {
        environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// A new folder.
    init(environment: [String: String]) throws(DemoError) {
        let parent = Self.parent(environment)
        var template = Array("\(parent)/sluice-demo.XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            let reason = unsafe String(cString: strerror(errno))
            throw DemoError(
                "cannot make a folder in \(parent): \(reason); name another with TMPDIR",
                .environment
            )
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Makes a folder in it, and the path of that.
    func folder(_ name: String) throws(DemoError) -> String {
        let path = "\(path)/\(name)"
        guard unsafe mkdir(path, 0o700) == 0 else { throw Self.failure(path) }
        return path
    }

    /// Writes a file of a folder in it.
    func write(_ text: String, to path: String) throws(DemoError) {
        let bytes = Array(text.utf8)
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(path) }
        let count = unsafe Glibc.write(file, bytes, bytes.count)
        guard close(file) == 0, count == bytes.count else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> DemoError {
        DemoError("cannot write \(path): \(unsafe String(cString: strerror(errno)))", .environment)
    }

    /// Removes it with all that is in it; what cannot be removed stays.
    func remove() { Self.remove(path) }

    private static func remove(_ path: String) {
        // What a link leads to is none of ours.
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0, let folder = unsafe fdopendir(descriptor) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            unsafe closedir(folder)
        }
        _ = unsafe Glibc.remove(path)
    }
}
