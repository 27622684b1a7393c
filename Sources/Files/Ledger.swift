import Cache
import Core
import JSON

/// What an account has committed to a destination that is no Kafka: its state, what it remembers, and the lock on both.
///
/// The state's file is the commit: it is written aside, synced and renamed when all that it names is on the disk (I1).
struct Ledger: Sendable {
    /// What a ledger is opened with.
    struct Settings: Sendable {
        var place: LedgerPlace
        /// What the user calls it, for messages.
        var noun: String
        var account: AccountName
        var run: String
        var host: String
        /// Goes on although what was remembered is gone.
        var acceptsLoss: Bool
        /// Streams that are read anew: where no other has a bookmark, that is as good.
        var resyncs: StreamChoice = []
        /// The bytes that the log may always grow by before it is written anew.
        var slack = 1 << 20
        var wallClock: WallClock
    }

    private let settings: Settings
    private let lock: LedgerLock
    private(set) var state: LocalState
    /// Whether a session died in the middle of something: then there may be bytes behind the committed ones.
    let wasRunning: Bool
    /// Whether there was no state before.
    let isNew: Bool
    let versions: VersionCache
    /// Whether what was remembered is gone, with the settings going along.
    private let isLogLost: Bool
    private var log: VersionLog

    /// Takes the lock, reads the state, and brings what is remembered up to it; nothing is written that a commit needs.
    init(_ settings: Settings) throws {
        self.settings = settings
        try DiskFile.makeFolder(settings.place.folder)
        let place = settings.place
        let holder = "run \(settings.run) of \(settings.account) on \(settings.host)"
        let lock = try LedgerLock.take(place.lock, noun: settings.noun, holder: holder)
        var opened: DiskFile?
        do {
            let bytes = try DiskFile.contents(of: place.state, limit: LocalState.maximumBytes)
            var state =
                try bytes.map { bytes throws(StateError) in try LocalState(bytes, path: place.state) }
                ?? LocalState(account: settings.account, id: RandomID.make(), run: settings.run)
            guard state.account == settings.account else {
                throw StateError(
                    .otherLayout,
                    "\(settings.noun) belongs to \(state.account), not to \(settings.account); give each account its own"
                )
            }
            let (log, isLost) = try Self.openLog(&state, settings)
            opened = log.file
            isLogLost = isLost
            versions = try Self.openVersions(state, settings, log)
            self.log = log
            self.state = state
            self.lock = lock
            isNew = bytes == nil
            wasRunning = bytes != nil && state.status == .running
        } catch {
            opened?.close()
            lock.release()
            throw error
        }
    }

    /// Says that a session writes here, with the files as they were found; until then nothing but the lock is changed.
    ///
    /// `lost` are the streams whose files lost events. A log that has mostly become garbage is written anew before.
    mutating func begin(files: [LocalState.File], lost: Set<StreamName> = []) throws(StateError) {
        try rollBack()
        // What a crash left of a log that was being written anew.
        for generation in [state.log.generation - 1, state.log.generation + 1] {
            try DiskFile.remove(settings.place.log(generation))
        }
        var next = state
        next.status = .running
        if next.run != settings.run { next.transaction = 0 }
        next.run = settings.run
        next.files = files
        try readAnew(lost, isMemoryLost: isLogLost, in: &next)
        guard let compacted = try compactedLog() else { return try write(next) { _ in } }
        let old = log.file
        next.log = compacted.state
        do {
            try write(next) { _ in }
        } catch {
            compacted.log.file.close()
            throw error
        }
        log = compacted.log
        old.close()
        try DiskFile.remove(old.path)
        // Its rows are the same: only the place in the log is another one.
        try versions.apply([], position: Int64(next.log.length))
    }

    /// Keeps what is committed of further files, whose streams are in `lost` where they lost events.
    mutating func add(files: [LocalState.File], lost: Set<StreamName>) throws(StateError) {
        var next = state
        next.files += files
        try readAnew(lost, isMemoryLost: false, in: &next)
        try write(next) { _ in }
    }

    /// Lets the streams begin anew whose events, or what is remembered of them, are gone.
    private func readAnew(_ lost: Set<StreamName>, isMemoryLost: Bool, in next: inout LocalState)
        throws(StateError)
    {
        let anew = try Bookmark.anew(
            settings.resyncs,
            lost: lost,
            isMemoryLost: isMemoryLost,
            in: state.records,
            account: settings.account
        )
        for record in anew { next.records[record.key] = record.value }
    }

    /// The number of the transaction that comes next.
    var nextTransaction: Int { state.transaction + 1 }

    /// Commits a group's state and versions, with the files that hold its events.
    ///
    /// Where it throws, `state` says whether the commit happened.
    mutating func commit(
        _ group: TransactionGroup,
        files: [LocalState.File],
        syncing: [DiskFile],
        onStep: (CommitStep) -> Void
    ) throws(StateError) {
        var next = state
        next.transaction += 1
        next.files = files
        for record in group.state { next.records[record.key] = record.value }
        var unsynced = syncing
        if !group.versions.isEmpty {
            let lines = log.lines(of: group.versions)
            try log.file.write(lines, at: state.log.length)
            next.log.length += lines.count
            unsynced.append(log.file)
        }
        onStep(.linesWritten)
        for (index, file) in unsynced.enumerated() {
            try file.sync()
            if index == 0 { onStep(.firstSynced) }
        }
        try write(next, onStep: onStep)
        if !group.versions.isEmpty {
            try versions.apply(group.versions, position: Int64(next.log.length))
        }
        onStep(.committed)
    }

    /// Takes back what a commit that failed left in the log; the files are their owner's.
    func rollBack() throws(StateError) { try log.file.truncate(to: state.log.length) }

    /// Says good-bye where `files` are as the last commit left them, and gives everything back.
    mutating func end(files: [LocalState.File]?) throws(StateError) {
        defer { close() }
        guard let files else { return }
        var next = state
        next.status = .ended
        next.files = files
        try write(next) { _ in }
    }

    /// Gives everything back without a word.
    func close() {
        versions.close()
        log.file.close()
        lock.release()
    }

    private mutating func write(_ next: LocalState, onStep: (CommitStep) -> Void) throws(StateError) {
        var next = next
        next.updated = settings.wallClock().milliseconds
        let place = settings.place
        let aside = "\(place.state).new"
        try Self.write(next.bytes, to: aside)
        onStep(.stateWritten)
        try DiskFile.rename(aside, to: place.state)
        state = next
        onStep(.renamed)
        try DiskFile.syncFolder(place.folder)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(StateError) {
        let file = try DiskFile.create(path)
        defer { file.close() }
        try file.write(bytes, at: 0)
        try file.sync()
    }

    // MARK: What is remembered

    /// The log, cut back to what is committed, and whether it lost what it had.
    private static func openLog(_ state: inout LocalState, _ settings: Settings) throws(StateError) -> (
        log: VersionLog, isLost: Bool
    ) {
        let path = settings.place.log(state.log.generation)
        guard let file = try DiskFile.open(path, creates: true) else {
            preconditionFailure("made where it is not")
        }
        var isLost = false
        do throws(StateError) {
            let size = try file.status().size
            isLost = size < state.log.length
            if isLost {
                // What is remembered is of all streams, those included that this run does not read.
                let known = try Bookmark.bookmarked(in: state.records)
                let isReadAnew = !settings.resyncs.isEmpty && settings.resyncs.containsAll(of: known)
                guard settings.acceptsLoss || isReadAnew else {
                    throw StateError(
                        .fileChanged,
                        "\(path) has \(size) bytes, \(state.log.length) were committed: what was published of each key is "
                            + "not known any more; restore it, or go on with --accept: then each key that is seen goes "
                            + "out again, and a delete is told only of keys seen since"
                    )
                }
                // Half of it would tell some keys' past and not others': all or nothing, under an id of its own.
                state.id = RandomID.make()
                state.log.length = 0
                state.log.base = 0
            }
        } catch {
            file.close()
            throw error
        }
        return (VersionLog(file: file, account: settings.account), isLost)
    }

    private static func openVersions(_ state: LocalState, _ settings: Settings, _ log: VersionLog)
        throws(StateError) -> VersionCache
    {
        let versions = try VersionCache(
            folder: settings.place.cache,
            identity: CacheIdentity(log: settings.place.state, id: state.id, account: settings.account),
            end: Int64(state.log.length),
            wall: settings.wallClock
        )
        do throws(StateError) {
            let start = Int(versions.position)
            try log.read(start..<state.log.length) { (changes, end) throws(StateError) in
                try versions.apply(
                    changes.map(\.change),
                    position: Int64(end),
                    isBehind: end < state.log.length
                )
            }
        } catch {
            versions.close()
            throw error
        }
        return versions
    }

    /// The log without what later lines replace; nil while it has not grown to twice what it was then.
    private func compactedLog() throws(StateError) -> (log: VersionLog, state: LocalState.Log)? {
        guard state.log.length > 2 * state.log.base + settings.slack else { return nil }
        let generation = state.log.generation + 1
        let file = try DiskFile.create(settings.place.log(generation))
        do throws(StateError) {
            var length = 0
            var filter = LiveVersions(versions)
            try log.read(0..<state.log.length) { (changes, _) throws(StateError) in
                var lines: [UInt8] = []
                for (change, line) in changes where try filter.isLive(change) {
                    lines += line
                    lines.append(UInt8(ascii: "\n"))
                }
                try file.write(lines, at: length)
                length += lines.count
            }
            try file.sync()
            try DiskFile.syncFolder(settings.place.folder)
            let compacted = LocalState.Log(generation: generation, length: length, base: length)
            return (VersionLog(file: file, account: settings.account), compacted)
        } catch {
            file.close()
            throw error
        }
    }
}

/// Tells the changes of a log that are what is remembered from those that later ones replaced.
///
/// A value that came, went and came again stands twice; what is remembered in the end is the same.
private struct LiveVersions {
    private let versions: VersionCache
    private var entries: [StreamName: Set<RememberedEntry>] = [:]

    init(_ versions: VersionCache) { self.versions = versions }

    mutating func isLive(_ change: VersionChange) throws(StateError) -> Bool {
        switch change.change {
        case .version(_, nil), .entry(_, nil): return false
        case .version(let key, let version?):
            let slice = ByteSlice(offset: 0, count: key.count)
            return try versions.versions(of: [slice], in: key, stream: change.stream) == [version]
        case .entry(let id, let time?):
            if entries[change.stream] == nil {
                entries[change.stream] = Set(try versions.entries(of: change.stream))
            }
            return entries[change.stream]?.contains(RememberedEntry(id: id, time: time)) ?? false
        }
    }
}
