package import Core
import Glibc

/// Where a host's lock files lie: all sessions of a host must agree, so it is found the same way by all.
package struct LockFolder: Hashable, Sendable {
    package let path: String

    /// A folder that the user named; made where it is not there.
    package init(path: String) throws(PublishError) {
        guard Self.prepare(path) else {
            throw PublishError(
                .badSetting,
                "the lock folder \(path) cannot be made or written to; name another with --lock-folder"
            )
        }
        self.path = path
    }

    /// The first of these that can be written to: `/var/lib/sluice/locks`, `$XDG_STATE_HOME/sluice/locks`,
    /// `~/.local/state/sluice/locks`, `/tmp/sluice-UID/locks`.
    ///
    /// Two users of one host may end up with two folders; then the lease decides between them, as between hosts.
    package static func standard(environment: (String) -> String? = Self.variable) throws(PublishError)
        -> LockFolder
    {
        var paths = ["/var/lib/sluice/locks"]
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
            paths.append("\(state)/sluice/locks")
        }
        if let home = environment("HOME"), home.hasPrefix("/") {
            paths.append("\(home)/.local/state/sluice/locks")
        }
        for path in paths where prepare(path) { return try LockFolder(path: path) }
        return try LockFolder(path: "/tmp/sluice-\(getuid())/locks")
    }

    /// A variable of the process's environment.
    package static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// Makes a folder, and says whether it can be written to.
    package static func prepare(_ path: String) -> Bool {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if unsafe mkdir(made, 0o770) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES {
                return false
            }
        }
        return unsafe access(path, W_OK | X_OK) == 0
    }

    /// The file of an installation's daemon.
    func file(prefix: TopicPrefix, clusterID: String) -> String {
        "\(path)/\(prefix).sluice.\(clusterID.replacing("/", with: "_")).lock"
    }

    /// The file of an account; the layout's id in its name keeps two installations on one host apart.
    func file(prefix: TopicPrefix, account: AccountName, layoutID: String) -> String {
        "\(path)/\(prefix).\(account.extractor).\(account.account).\(layoutID).lock"
    }
}
