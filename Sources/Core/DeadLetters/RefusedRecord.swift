package import JSON

/// A record of a page that cannot be published, and why: it becomes a dead letter, or stops its stream.
package struct RefusedRecord: Hashable, Sendable {
    /// Of `EventPage.values`: the record as compact JSON.
    package var record: ByteSlice
    /// Of `EventPage.text`.
    package var key: ByteSlice
    package var reason: DeadLetter.Reason

    /// A record that is refused.
    package init(record: ByteSlice, key: ByteSlice, reason: DeadLetter.Reason) {
        self.record = record
        self.key = key
        self.reason = reason
    }
}

extension EventPage {
    /// Takes events out that cannot be published, by their keys, each of which stands once in a page.
    package mutating func refuse(_ records: [RefusedRecord]) {
        let keys = Set(records.map(\.key))
        events.removeAll { $0.kind == .upsert && keys.contains($0.key) }
        refused += records
    }
}
