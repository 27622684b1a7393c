import Core

/// One partition of the state topic as a session sees it: the account's committed records, and everybody's session
/// records in the uncommitted view.
///
/// Both views are read on from where they stood, so that looking again costs what is new.
final class StateLog {
    let topic: String
    let partition: Int32
    /// Whose records are looked for; nil where only the session records of all are.
    let account: AccountName?
    let reader: TopicReader

    /// The account's records, committed, the last of each key.
    private(set) var records: [[UInt8]: [UInt8]] = [:]
    /// Its last committed session record.
    private(set) var session: SessionMachine.Sighting?
    /// The last session record of every account of the partition, committed or not.
    private(set) var sightings: [AccountName: SessionMachine.Sighting] = [:]

    private var committedPosition: Int64?
    private var uncommittedPosition: Int64?

    init(topic: String, partition: Int32, account: AccountName?, reader: TopicReader) {
        self.topic = topic
        self.partition = partition
        self.account = account
        self.reader = reader
    }

    /// The uncommitted end: up to here the committed state must be read before it is trusted (I2).
    ///
    /// Never the end that a read_committed handle sees, behind which another account's open transaction hides ours.
    func highWatermark() async throws -> Int64 {
        let end = try await reader.highWatermark(topic: topic, partition: partition)
        guard end >= max(committedPosition ?? 0, uncommittedPosition ?? 0) else {
            throw StateError(
                .topicShrank,
                "\(topic) ends at \(end) in partition \(partition) and had been read beyond: it was deleted or cut while "
                    + "\(account?.text ?? "this") ran"
            )
        }
        return end
    }

    /// Looks at the session records as they are now, in the uncommitted view.
    func look() async throws {
        let end = try await highWatermark()
        let found = Collected()
        let position = try await reader.read(
            topic: topic,
            partition: partition,
            committed: false,
            from: uncommittedPosition,
            upTo: end,
            deadline: .seconds(30)
        ) { found.take($0) }
        guard position >= end else {
            try Task.checkCancellation()
            throw PublishError(.timedOut, "reading \(topic)/\(partition) did not end within 30 s")
        }
        uncommittedPosition = position
        for record in found.records { try note(record.key, record.value, at: record.offset) }
    }

    private func note(_ key: [UInt8], _ value: [UInt8]?, at offset: Int64) throws(StateError) {
        guard let owner = Self.sessionOwner(key) else { return }
        guard owner != account else {
            sightings[owner] = try sighting(value, of: owner, at: offset)
            return
        }
        // Another account's record may be of a later version: that is its own session's to refuse.
        sightings[owner] = value.flatMap { try? SessionRecord($0, account: owner) }.map {
            SessionMachine.Sighting(record: $0, offset: offset)
        }
    }

    private static func sessionOwner(_ key: [UInt8]) -> AccountName? {
        let key: StateKey?? = try? StateKey(key)
        guard case .session(let owner)?? = key else { return nil }
        return owner
    }

    /// Reads on towards an end for so long, and says whether it was reached.
    func read(upTo end: Int64, patience: Duration) async throws -> Bool {
        guard let account else { preconditionFailure("records are read for an account") }
        let found = Collected()
        let position = try await reader.read(
            topic: topic,
            partition: partition,
            committed: true,
            from: committedPosition,
            upTo: end,
            deadline: patience
        ) { found.take($0) }
        committedPosition = position
        let sessionKey = StateKey.session(account).bytes
        for record in found.records where try StateKey.accountText(of: record.key) == account.text {
            records[record.key] = record.value
            guard record.key == sessionKey else { continue }
            session = try sighting(record.value, of: account, at: record.offset)
        }
        return position >= end
    }

    private func sighting(
        _ value: [UInt8]?,
        of account: AccountName,
        at offset: Int64
    ) throws(StateError) -> SessionMachine.Sighting? {
        guard let value else { return nil }
        return SessionMachine.Sighting(record: try SessionRecord(value, account: account), offset: offset)
    }

    /// How far the committed view was read.
    var position: Int64 { committedPosition ?? 0 }

    /// Refuses what this version cannot read, before anything is built on a part of it (I2).
    func validate() throws(StateError) {
        for (bytes, value) in records {
            let key = try StateKey(bytes)
            guard let key else { continue }
            switch key {
            case .bookmark(let account, let stream): _ = try Bookmark(value, account: account, stream: stream)
            case .session(let account): _ = try SessionRecord(value, account: account)
            case .topic(let account, let topic): _ = try KeptTopic(value, account: account, topic: topic)
            case .credential(let account): _ = try CredentialRecord(value, account: account)
            // What it says is the daemon's to read, and to refuse; that it is a record at all is seen here.
            case .schedule(let account, let id):
                let noun = "the record of the schedule \(id) of \(account)"
                _ = try StateDocument(value, noun: noun, newestFormat: .max)
            case .backfill(let account, let id, let stream):
                _ = try BackfillProgress(value, account: account, id: id, stream: stream)
            // What they say is for the runs to read.
            case .schema(let account, let stream):
                let noun = "the schema record of \(account), stream \(stream)"
                _ = try StateDocument(value, noun: noun, newestFormat: .max)
            case .catalog(let account, let stream):
                let noun = "what the catalogue was told of \(account), stream \(stream)"
                _ = try StateDocument(value, noun: noun, newestFormat: .max)
            case .layout: continue
            }
        }
    }
}

/// What one reading brought: the records with a key.
private final class Collected {
    private(set) var records: [(key: [UInt8], value: [UInt8]?, offset: Int64)] = []

    func take(_ record: TopicRecord) {
        if let key = record.key { records.append((key, record.value, record.offset)) }
    }
}
