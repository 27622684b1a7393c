import JSON

/// What of a list's or an object's answer is of interest.
struct RecordShape: Sendable {
    var records: ScanPlan.Records
    /// The paths of the key's parts.
    var key: [[String]]
    var version: [String]?
    /// Fields beside them; absent where a record has none.
    var others: [[String]] = []

    /// A stream's list.
    init(_ stream: StreamDefinition) {
        records = .list(at: stream.recordsPath)
        key = stream.key
        version = stream.version?.path
    }

    /// One object of a stream.
    init(objectOf stream: StreamDefinition) {
        records = .whole
        key = stream.key
        version = stream.version?.path
    }

    /// A feed's entries.
    init(_ feed: FeedDefinition) {
        records = .list(at: feed.recordsPath)
        key = [feed.id]
        others = [feed.time, feed.type, feed.object] + (feed.snapshot.map { [$0] } ?? [])
    }
}
