import Core

/// A stream that the demonstration reads.
struct DemoStream: Sendable {
    let account: AccountName
    let name: StreamName
    let topic: String

    init(_ name: String, of account: AccountName, prefix: TopicPrefix) throws(NameError) {
        self.account = account
        self.name = try StreamName(name)
        topic = try TopicTemplate.standard.topic(prefix: prefix, account: account, stream: self.name)
    }

    /// How it is told from those of other accounts: `stripe/customers`.
    var label: String { Self.label(account, name.text) }

    static func label(_ account: AccountName, _ stream: String) -> String {
        "\(account.extractor)/\(stream)"
    }
}
