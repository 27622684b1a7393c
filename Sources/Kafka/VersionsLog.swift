import Cache
package import Core

/// Where the records of an account's versions lie.
package struct VersionsPlace: Hashable, Sendable {
    package var topic: String
    package var partition: Int32
    package var account: AccountName

    /// A partition of a topic.
    package init(topic: String, partition: Int32, account: AccountName) {
        self.topic = topic
        self.partition = partition
        self.account = account
    }
}

/// The account's part of the versions topic, and the cache that it fills.
///
/// The topic is the truth and the cache a copy: read on from where the cache stands at the start, then told of each
/// commit after it. Only this account's fenced producer writes these records (I3), so nothing comes in between.
final class VersionsLog {
    let place: VersionsPlace
    private let settings: SessionSettings
    private let layoutID: String
    private let reader: TopicReader
    private var opened: VersionCache?
    /// The log's end, uncommitted records included, and when it was asked for: up to here it must be read (I2).
    private var target: (end: Int64, asked: Instant)?
    private var isReady = false
    private var isCacheDistrusted = false
    /// Changes of which the cache's position knows nothing yet.
    private var changesBehindPosition = 0

    /// So many changes at most are read again after a crash.
    private static let longestWayBack = 20_000
    private static let batch = 5000
    /// The broker's own default, where the topic's setting may not be read.
    private static let standardRetention: Duration = .seconds(86_400)

    init(settings: SessionSettings, layout: LayoutRecord, partition: Int32, reader: TopicReader) {
        self.settings = settings
        layoutID = layout.id
        self.reader = reader
        place = VersionsPlace(
            topic: settings.prefix.versionsTopic,
            partition: partition,
            account: settings.account
        )
    }

    /// What is remembered; only after it was read.
    var cache: VersionCache {
        get throws {
            guard let opened, isReady else {
                throw PublishError(.fatal, "what is remembered of \(settings.account) was not read yet")
            }
            return opened
        }
    }

    /// The cache is emptied when it is opened: the topic it was filled from is not what it was.
    func distrustCache() { isCacheDistrusted = true }

    /// How far the cache has come.
    var position: Int64 { opened?.position ?? 0 }

    /// Reads on for as long as there is progress, and says whether the end was reached; once it was, at no cost.
    func read(retention: Duration?) async throws -> Bool {
        if isReady { return true }
        let target = try await findTarget()
        let cache = try open(end: target.end, retention: retention)
        do {
            guard try await fill(cache, upTo: target.end) else { return false }
        } catch let error as PublishError where error.code == .fatal && cache.position > 0 {
            // The log no longer has the place to go on from: from its beginning, then.
            try cache.clear()
            guard try await fill(cache, upTo: target.end) else { return false }
        }
        try cache.caughtUp(to: target.end, at: target.asked)
        isReady = true
        return true
    }

    private func findTarget() async throws -> (end: Int64, asked: Instant) {
        if let target { return target }
        let asked = settings.wallClock()
        let end = try await reader.highWatermark(topic: place.topic, partition: place.partition)
        target = (end, asked)
        return (end, asked)
    }

    private func open(end: Int64, retention: Duration?) throws -> VersionCache {
        if let opened { return opened }
        let folder = (settings.cacheFolder ?? .standard()).folder(
            prefix: settings.prefix,
            account: settings.account,
            layoutID: layoutID
        )
        let cache = try VersionCache(
            folder: folder,
            identity: CacheIdentity(
                topic: place.topic,
                layoutID: layoutID,
                partition: place.partition,
                account: settings.account
            ),
            end: end,
            retention: retention ?? Self.standardRetention,
            limit: settings.cacheLimit,
            wall: settings.wallClock
        )
        opened = cache
        if isCacheDistrusted, cache.position > 0 { try cache.clear() }
        if let reason = cache.discarded {
            settings.kafka.onLog(
                KafkaSettings.LogLine(
                    level: 5,
                    facility: "CACHE",
                    text: "the cache in \(folder) is filled anew: \(reason)"
                )
            )
        }
        return cache
    }

    private func fill(_ cache: VersionCache, upTo end: Int64) async throws -> Bool {
        let filler = CacheFiller(cache: cache, account: settings.account, batch: Self.batch)
        let start = cache.position
        let reached = try await reader.read(
            topic: place.topic,
            partition: place.partition,
            committed: true,
            from: start > 0 ? start : nil,
            upTo: end,
            deadline: .seconds(3600),
            standstill: .seconds(1)
        ) { filler.take($0) }
        try filler.finish(at: reached)
        return reached >= end
    }

    // MARK: While the session runs

    /// The log's end before a transaction, now and then, or always: once that transaction is committed, everything of
    /// this account before that end is known to the cache.
    func mark(isLast: Bool = false) async throws -> Int64? {
        guard isReady, isLast || changesBehindPosition >= Self.longestWayBack else { return nil }
        return try await reader.highWatermark(topic: place.topic, partition: place.partition)
    }

    /// Takes over what a transaction committed, with the mark that was asked for before it.
    func committed(_ changes: [VersionChange], mark: Int64?) throws {
        guard let opened, isReady, mark != nil || !changes.isEmpty else { return }
        try opened.apply(changes, position: max(mark ?? 0, opened.position))
        changesBehindPosition = mark == nil ? changesBehindPosition + changes.count : changes.count
    }

    /// Gives the cache back, synced.
    func close() {
        opened?.close()
        isReady = false
    }
}

/// Brings records into a cache as they are read, in batches: a first reading can be of any length (I7).
private final class CacheFiller {
    private let cache: VersionCache
    private let batch: Int
    private var records: VersionRecordReader
    private var changes: [VersionChange] = []
    private var failure: StateError?

    init(cache: VersionCache, account: AccountName, batch: Int) {
        self.cache = cache
        self.batch = batch
        records = VersionRecordReader(account: account)
    }

    func take(_ record: TopicRecord) {
        guard failure == nil, let key = record.key else { return }
        do throws(StateError) {
            guard let change = try records.change(key: key, value: record.value) else { return }
            changes.append(change)
            guard changes.count >= batch else { return }
            try cache.apply(changes, position: record.offset + 1, isBehind: true)
            changes.removeAll(keepingCapacity: true)
        } catch {
            failure = error
        }
    }

    func finish(at position: Int64) throws(StateError) {
        if let failure { throw failure }
        guard position > cache.position else { return }
        try cache.apply(changes, position: position, isBehind: true)
    }
}
