package import Core
import Cryptography
import Runs

/// What is said of an erasure where it stays: keys stand there as hashes only, or the audit would bring back what was erased.
package struct ErasureWords: Sendable {
    private let account: AccountName
    private let erased: StateChange.ErasedKeys

    /// Words about keys of an account's stream.
    package init(_ account: AccountName, _ erased: StateChange.ErasedKeys) {
        self.account = account
        self.erased = erased
    }

    /// What names a key to whoever knows it: the first 64 bits of the SHA-256 over account, stream and key.
    package func hash(of name: [UInt8]) -> String {
        let text = Array("\(account)/\(erased.stream)/".utf8) + name
        return String(Digest.hex(Digest.sha256(text)).prefix(16))
    }

    /// What the audit says; throws where nothing was ever known of a key, which is a mistake in it or in the stream's name.
    package func changed(_ result: ErasureSurvey.Result) throws(StateError) -> ChangedState {
        let found = result.found
        let unknown = found.filter { !$0.isKnown }
        guard unknown.isEmpty || result.isNamedByLog else {
            throw unknownKeys(unknown.map { "sha256:\(hash(of: $0.name))" })
        }
        return ChangedState(lines: found.map(line))
    }

    /// The refusal of keys that nothing knows.
    package func unknownKeys(_ keys: [String]) -> StateError {
        let shown = keys.prefix(5).joined(separator: ", ")
        return StateError(
            .unknownKey,
            "nothing is known of \(keys.count) of \(erased.keys.count) keys of \(account) \(erased.stream) (\(shown)): no topic holds a record "
                + "of them, none is remembered and none is a dead letter; look at the stream and at how the key is written, "
                + "and leave out what is not there"
        )
    }

    private func line(_ found: Erasure.Found) -> ChangedState.Line {
        let parts = [
            Self.count(found.children, "child", "children"),
            Self.count(found.remembered, "remembered version"),
            Self.count(found.letters, "dead letter"),
        ].compactMap { $0 }
        let before = parts.isEmpty ? "not remembered" : parts.joined(separator: ", ")
        return ChangedState.Line(
            stream: erased.stream,
            before: "key sha256:\(hash(of: found.name)): \(before)",
            after:
                "key sha256:\(hash(of: found.name)) \(erased.forgets ? "erased and forgotten" : "erased") by \(found.deletes) deletes"
        )
    }

    private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String? {
        guard number > 0 else { return nil }
        return "\(number) \(number == 1 ? one : many ?? one + "s")"
    }
}
