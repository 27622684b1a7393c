package import Core

/// Whose log a cache was filled from: one that was filled from another is of no use.
package struct CacheIdentity: Hashable, Sendable {
    let text: String

    /// An account's part of the versions topic.
    package init(topic: String, layoutID: String, partition: Int32, account: AccountName) {
        text = "topic \(topic) \(layoutID) \(partition) \(account)"
    }

    /// A log in a file; `id` tells it from one of the same place that was written anew.
    package init(log: String, id: String, account: AccountName) {
        text = "file \(log) \(id) \(account)"
    }
}
