package import Core

/// The state of accounts as a file: what `sluice state export` writes and `sluice state import` reads.
package struct StateFile: Hashable, Sendable {
    /// The format that this version writes.
    package static let format = 1

    /// One account's records.
    package struct Account: Hashable, Sendable {
        package var name: AccountName
        /// By their keys' bytes, in the order of those.
        package var records: [StateRecord]

        /// An account.
        package init(name: AccountName, records: [StateRecord]) {
            self.name = name
            self.records = records
        }

        /// The records by their keys' bytes.
        package var state: [[UInt8]: [UInt8]] {
            var state: [[UInt8]: [UInt8]] = [:]
            for record in records { state[record.key] = record.value }
            return state
        }
    }

    /// Where it comes from.
    package var prefix: TopicPrefix
    /// The id of the state topic that it comes from: of another one, the lengths of topics say nothing.
    package var layout: String
    package var at: Instant
    package var accounts: [Account]

    /// A file's content.
    package init(prefix: TopicPrefix, layout: String, at: Instant, accounts: [Account]) {
        self.prefix = prefix
        self.layout = layout
        self.at = at
        self.accounts = accounts
    }

    /// What can be moved of the state that was found: all but who writes the account, and sealed credentials unless asked
    /// for, which stay sealed (I6).
    package init(
        _ accounts: [AccountName: [[UInt8]: [UInt8]]],
        prefix: TopicPrefix,
        layout: String,
        at: Instant,
        withCredentials: Bool
    ) throws(StateError) {
        self.init(prefix: prefix, layout: layout, at: at, accounts: [])
        for (name, state) in accounts.sorted(by: { $0.key < $1.key }) {
            var records: [StateRecord] = []
            for (key, value) in state.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                switch try StateKey(key) {
                case .session, .layout: continue
                // A backfill's place in its stretch of time belongs to the topics that it publishes to. Its schedule's record
                // says that it goes on: elsewhere its next chunk reads from the beginning.
                case .backfill: continue
                // Another installation has a catalogue of its own, which is told all of it anew.
                case .catalog: continue
                case .credential where !withCredentials: continue
                case nil:
                    throw StateError(
                        .newerFormat,
                        "the state of \(name) holds a record that this version does not know: "
                            + "\(String(decoding: key.prefix(200), as: UTF8.self)); upgrade sluice"
                    )
                default: records.append(StateRecord(key: key, value: value))
                }
            }
            if !records.isEmpty { self.accounts.append(Account(name: name, records: records)) }
        }
    }
}
