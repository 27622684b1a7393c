import Glibc

/// What the kernel says of this machine.
enum HostFacts {
    static var user: UInt32 { getuid() }

    /// What a user without special rights can write to a path's file system; nil where it does not say.
    static func freeBytes(_ path: String) -> UInt64? {
        var facts = statvfs()
        guard unsafe statvfs(path, &facts) == 0 else { return nil }
        return UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
    }
}
