extension Fingerprint {
    /// The topics that it names: the stream's own, then those of its entities.
    package var topics: [String] { topic.split(separator: Self.beside).map(String.init) }

    /// What stands between two of them; no topic's name has a space.
    package static let beside = " and "

    /// In the place of a key's first part where that is the account.
    package static let accountPart = "<account>"

    /// Whether the account is the first part of every key.
    package var isAccountInKey: Bool { key.first == Self.accountPart }
}
