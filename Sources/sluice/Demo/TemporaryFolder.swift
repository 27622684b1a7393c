import Glibc

/// A folder that only this user can look into, with whatever is put there, until it is removed.
struct TemporaryFolder: Sendable {
    let path: String

    /// A new folder below `$TMPDIR`, else `/tmp`.
    init(environment: [String: String]) throws(DemoError) {
        let parent = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
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

    /// Removes it with all that is in it; what cannot be removed stays.
    func remove() {
        _ = unsafe nftw(path, { file, _, _, _ in unsafe Glibc.remove(file) }, 16, FTW_DEPTH | FTW_PHYS)
    }
}
