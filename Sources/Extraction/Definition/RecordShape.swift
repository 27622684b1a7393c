import Core
import JSON

/// What of a list's or an object's answer is of interest.
struct RecordShape: Sendable {
    var records: ScanPlan.Records
    /// The paths of the key's parts.
    var key: [[String]]
    var version: [String]?
    /// Fields beside them; absent where a record has none.
    var others: [[String]] = []
    /// Fields of the page, outside its records, beside those of its paging.
    var pageFields: [[String]] = []
    var deletion: DeletionRule?
    var merged: Merged?
    /// Members that are put into the records: each may stand there only once, and so no record can have it already.
    var additions: [[String]] = []
    /// How an answer is written.
    var body = BodyFormat.json
    /// How the version is written.
    var format: VersionFormat?
    /// Whether the newest version of a page is of interest.
    var hasNewest = false

    /// A stream's list.
    init(_ stream: StreamDefinition) { self.init(.list(at: stream.recordsPath), of: stream) }

    /// One object of a stream.
    init(objectOf stream: StreamDefinition) { self.init(.whole, of: stream) }

    /// Records of a stream, wherever they are.
    init(_ records: ScanPlan.Records, of stream: StreamDefinition) {
        self.records = records
        key = stream.key
        version = stream.version?.path
        format = stream.version?.format
        body = stream.format
        additions = stream.adds.map { [$0.name] }
        deletion = stream.deletedWhen
        merged = stream.merged
        switch stream.progress {
        case .list, .full: break
        case .token(let token):
            pageFields = token.pageFields
            hasNewest = true
        case .window(let window):
            pageFields = window.pageFields
            hasNewest = true
        }
    }

    /// Keys of records of another list.
    init(recordsPath: [String], key: [[String]], version: [String]? = nil) {
        records = .list(at: recordsPath)
        self.key = key
        self.version = version
    }

    /// A feed's entries.
    init(_ feed: FeedDefinition) {
        records = .list(at: feed.recordsPath)
        key = [feed.id]
        others = [feed.time, feed.type, feed.object] + (feed.snapshot.map { [$0] } ?? [])
    }
}
