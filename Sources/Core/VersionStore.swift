package import JSON

/// What an account remembers as committed: read by page, changed only by commits of `TransactionGroup.versions`.
package protocol VersionStore: Sendable {
    /// What is remembered of each key, in their order; nil where nothing is.
    ///
    /// `keys` are slices of `text`.
    func versions(of keys: [ByteSlice], in text: [UInt8], stream: StreamName) throws(StateError)
        -> [RememberedVersion?]

    /// Every key remembered as the parent's, deleted ones too, in the order of their bytes.
    func children(of parent: [UInt8], stream: StreamName) throws(StateError)
        -> [(key: [UInt8], version: RememberedVersion)]

    /// At most `limit` keys behind `after`, in the order of their bytes, that are not deleted and were in no full
    /// read since number `read`.
    func keys(notReadSince read: Int, after: [UInt8]?, limit: Int, stream: StreamName) throws(StateError)
        -> [(key: [UInt8], version: RememberedVersion)]

    /// The keys of a stream that are not deleted, and of those the ones that were in no full read since number
    /// `read`.
    func counts(notReadSince read: Int, stream: StreamName) throws(StateError) -> (live: Int, absent: Int)

    /// The keys among the next ones behind `after`, in the order of their bytes, whose ordered version is a time before
    /// `time`; at most `limit` keys are looked at.
    ///
    /// `end` is the last key looked at, nil where it is known that none is behind it.
    func keys(
        versionBefore time: Instant,
        format: VersionFormat,
        after: [UInt8]?,
        limit: Int,
        stream: StreamName
    ) throws(StateError) -> (keys: [[UInt8]], end: [UInt8]?)

    /// At most `limit` keys behind `after`, in the order of their bytes: all that are remembered, deleted ones too.
    func keys(of stream: StreamName, after: [UInt8]?, limit: Int) throws(StateError) -> [[UInt8]]

    /// The streams of which anything is remembered.
    func rememberedStreams() throws(StateError) -> Set<StreamName>

    /// Which of some entries of a stream's feed are remembered, in their order.
    func areRemembered(_ entries: [[UInt8]], stream: StreamName) throws(StateError) -> [Bool]

    /// At most `limit` of the entries of a stream's feed that are remembered and happened before a time.
    func entries(of stream: StreamName, before time: Instant, limit: Int) throws(StateError) -> [[UInt8]]

    /// All entries of a stream's feed that are remembered, at once: for a log that is written anew, and for tests.
    func entries(of stream: StreamName) throws(StateError) -> [RememberedEntry]
}

extension VersionStore {
    /// What is remembered of each key, in their order; nil where nothing is.
    package func versions(of keys: [[UInt8]], stream: StreamName) throws(StateError) -> [RememberedVersion?] {
        var text: [UInt8] = []
        var slices: [ByteSlice] = []
        slices.reserveCapacity(keys.count)
        for key in keys {
            slices.append(ByteSlice(offset: text.count, count: key.count))
            text.append(contentsOf: key)
        }
        return try versions(of: slices, in: text, stream: stream)
    }
}
