/// One tenant at one service, `stripe/acme`: the unit of ownership, of rate budgets and of writing.
package struct AccountName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let extractor: String
    package let account: String

    /// An account from its two names.
    package init(extractor: String, account: String) throws(NameError) {
        try NameRule.extractor.check(extractor)
        try NameRule.account.check(account)
        self.extractor = extractor
        self.account = account
    }

    /// An account from its text, `stripe/acme`.
    package init(_ text: String) throws(NameError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw NameError(
                "\"\(text)\" names no account; write it as <extractor>/<account>, like stripe/acme"
            )
        }
        try self.init(extractor: String(parts[0]), account: String(parts[1]))
    }

    /// `<extractor>/<account>`: how state, logs and commands name it.
    package var text: String { "\(extractor)/\(account)" }
    package var description: String { text }

    package static func < (left: AccountName, right: AccountName) -> Bool { left.text < right.text }

    /// The partition of the state topic that holds everything of the account.
    ///
    /// It is set explicitly on every record, so no partitioner's change can ever move an account.
    package func statePartition(of partitions: Int) -> Int32 {
        Murmur2.partition(of: text.utf8, among: partitions)
    }
}
