package import Core
import Glibc

extension VersionCache {
    /// A cache of nothing, for one run: it lies on the disk so that memory stays bounded (I7), in files without a name
    /// below `folder`, which end with the process whatever ends it.
    package static func unnamed(below folder: String, account: AccountName) throws(StateError) -> VersionCache
    {
        var template = Array("\(folder)/sluice-versions-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
            throw StateError(
                .diskFailed,
                "what a run remembers is kept on the disk, and no folder for it can be made in \(folder): \(reason); "
                    + "name another with TMPDIR"
            )
        }
        let made = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer {
            for name in ["versions.mdb", "mark.json", "lock"] { unsafe unlink("\(made)/\(name)") }
            unsafe rmdir(made)
        }
        return try VersionCache(
            folder: made,
            identity: CacheIdentity(log: made, id: "unnamed", account: account),
            end: 0
        )
    }
}
