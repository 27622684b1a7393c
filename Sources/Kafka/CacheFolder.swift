import Core
import Glibc

/// Where the caches of what accounts remember lie: copies that can be deleted at any time while nothing runs.
package struct CacheFolder: Hashable, Sendable {
    package let path: String

    /// A folder that the user named; made where it is not there, when a session first needs it.
    package init(path: String) { self.path = path }

    /// `$XDG_CACHE_HOME/sluice`, `~/.cache/sluice`, or `/tmp/sluice-UID/cache`: the first that can be written to.
    package static func standard(environment: (String) -> String? = LockFolder.variable) -> CacheFolder {
        var paths: [String] = []
        if let cache = environment("XDG_CACHE_HOME"), cache.hasPrefix("/") { paths.append("\(cache)/sluice") }
        if let home = environment("HOME"), home.hasPrefix("/") { paths.append("\(home)/.cache/sluice") }
        for path in paths where LockFolder.prepare(path) { return CacheFolder(path: path) }
        return CacheFolder(path: "/tmp/sluice-\(getuid())/cache")
    }

    /// The folder of an account; the layout's id in its name keeps two installations on one host apart.
    func folder(prefix: TopicPrefix, account: AccountName, layoutID: String) -> String {
        "\(path)/\(prefix).\(account.extractor).\(account.account).\(layoutID)"
    }
}
