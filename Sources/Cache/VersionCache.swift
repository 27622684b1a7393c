package import Core
package import JSON
import Synchronization

/// What an account remembers, on disk: a copy of a log, filled from it and told of each commit after it.
///
/// It may lag behind the log and never runs ahead: `position` says how far it has come. What cannot be trusted is
/// thrown away when it is opened, and read anew.
package final class VersionCache: VersionStore {
    private let folder: String
    private let identity: CacheIdentity
    private let wall: WallClock
    private let store: Locked<Store?>
    /// Why what was there was thrown away; nil where it was kept, or nothing was there.
    package let discarded: String?

    /// What the lock protects: LMDB is used from one thread at a time.
    struct Store {
        let place: CachePlace
        let file: CacheFile
        var position: CachePosition
    }

    /// Opens the cache in a folder, or begins a new one where there is none that can be used.
    ///
    /// `end` is where the log ends now. A log that forgets its tombstones after `retention` makes a cache useless that
    /// was up to date longer ago: what was forgotten meanwhile would stay. It takes at most `limit` bytes (I7).
    package init(
        folder: String,
        identity: CacheIdentity,
        end: Int64,
        retention: Duration? = nil,
        limit: Int = 64 << 30,
        wall: @escaping WallClock = Instant.systemClock,
        boot: String? = nil
    ) throws(StateError) {
        self.folder = folder
        self.identity = identity
        self.wall = wall
        let opening = CacheOpening(
            identity: identity,
            end: end,
            retention: retention,
            limit: limit,
            now: wall(),
            boot: boot ?? CachePlace.currentBoot()
        )
        do throws(CacheFault) {
            let opened = try opening.open(folder: folder)
            discarded = opened.discarded
            store = Locked(Store(place: opened.place, file: opened.file, position: opened.position))
        } catch {
            throw error.error(in: folder)
        }
    }

    /// How far into the log it has come: everything before this is in it.
    package var position: Int64 { store.withLock { $0?.position.offset ?? 0 } }

    /// Takes over what was committed up to a position, all or nothing.
    ///
    /// `isBehind` where the log is being read and goes on after it: only who has reached its end is up to date.
    package func apply(_ changes: [VersionChange], position: Int64, isBehind: Bool = false)
        throws(StateError)
    {
        let now = wall()
        try use { store throws(CacheFault) in
            var next = store.position
            next.offset = position
            if !isBehind { next.isCurrentAt = now }
            try store.file.write { transaction throws(CacheFault) in
                var writer = VersionWriter(transaction: transaction)
                for change in changes { try writer.apply(change) }
                try next.write(to: transaction)
            }
            store.position = next
        }
    }

    /// Notes that the log was read to its end, which it had at a time.
    package func caughtUp(to position: Int64, at time: Instant) throws(StateError) {
        try use { store throws(CacheFault) in
            let next = CachePosition(offset: position, isCurrentAt: time)
            try store.file.write { transaction throws(CacheFault) in try next.write(to: transaction) }
            store.position = next
        }
    }

    /// Forgets everything, to be filled anew from the log's beginning.
    package func clear() throws(StateError) {
        let now = wall()
        try use { store throws(CacheFault) in
            let next = CachePosition(offset: 0, isCurrentAt: now)
            try store.file.write { transaction throws(CacheFault) in
                try transaction.clear()
                try next.write(to: transaction)
            }
            store.position = next
        }
    }

    /// Brings everything to the disk and gives the folder back.
    ///
    /// Safe to call again. What cannot be brought to the disk is read anew after the machine's next start.
    package func close() {
        let identity = identity
        store.withLock { store in
            guard let closing = store else { return }
            store = nil
            try? closing.file.sync()
            let transaction = closing.file.extent.transaction
            closing.file.close()
            if let bytes = closing.place.fileBytes {
                let mark = CacheMark(
                    identity: identity,
                    condition: .closed(transaction: transaction, bytes: bytes)
                )
                try? closing.place.write(mark)
            }
            closing.place.release()
        }
    }

    // MARK: What is remembered

    package func versions(of keys: [ByteSlice], in text: [UInt8], stream: StreamName) throws(StateError)
        -> [RememberedVersion?]
    {
        try read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.versions(stream))
            var versions: [RememberedVersion?] = []
            versions.reserveCapacity(keys.count)
            for key in keys { versions.append(try table.cell(of: text[key.range], VersionCell.version)) }
            return versions
        }
    }

    package func children(of parent: [UInt8], stream: StreamName) throws(StateError)
        -> [(key: [UInt8], version: RememberedVersion)]
    {
        try read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.versions(stream))
            let index = CellTable(transaction: transaction, head: CacheHead.children(of: parent, stream))
            var children: [(key: [UInt8], version: RememberedVersion)] = []
            try index.scan { (key, _) throws(CacheFault) in
                let key = key.bytes(0..<key.count)
                // Two parents can have one hash.
                let version = try table.cell(of: key, VersionCell.version)
                if let version, version.parent == parent { children.append((key, version)) }
                return true
            }
            return children
        }
    }

    package func keys(notReadSince read: Int, after: [UInt8]?, limit: Int, stream: StreamName)
        throws(StateError) -> [(key: [UInt8], version: RememberedVersion)]
    {
        guard limit > 0 else { return [] }
        return try self.read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.versions(stream))
            var keys: [(key: [UInt8], version: RememberedVersion)] = []
            try table.scan(after: after) { (key, cell) throws(CacheFault) in
                let summary = try VersionCell.summary(cell)
                if !summary.isDeleted, summary.read < read {
                    keys.append((key.bytes(0..<key.count), try VersionCell.version(cell)))
                }
                return keys.count < limit
            }
            return keys
        }
    }

    package func counts(notReadSince read: Int, stream: StreamName) throws(StateError) -> (
        live: Int, absent: Int
    ) {
        try self.read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.versions(stream))
            var counts = (live: 0, absent: 0)
            try table.scan { (_, cell) throws(CacheFault) in
                let summary = try VersionCell.summary(cell)
                guard !summary.isDeleted else { return true }
                counts.live += 1
                if summary.read < read { counts.absent += 1 }
                return true
            }
            return counts
        }
    }

    package func keys(
        versionBefore time: Instant,
        format: VersionFormat,
        after: [UInt8]?,
        limit: Int,
        stream: StreamName
    ) throws(StateError) -> (keys: [[UInt8]], end: [UInt8]?) {
        guard limit > 0 else { return ([], nil) }
        let bound = VersionBound(time: time, format: format)
        return try read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.versions(stream))
            var passed: [[UInt8]] = []
            var end: [UInt8]?
            var looked = 0
            try table.scan(after: after) { (key, cell) throws(CacheFault) in
                looked += 1
                let isPassed = try VersionCell.isPassed(cell, by: bound)
                let isLast = looked == limit
                guard isPassed || isLast else { return true }
                let bytes = key.bytes(0..<key.count)
                if isPassed { passed.append(bytes) }
                if isLast { end = bytes }
                return !isLast
            }
            return (passed, end)
        }
    }

    package func keys(of stream: StreamName, after: [UInt8]?, limit: Int) throws(StateError) -> [[UInt8]] {
        guard limit > 0 else { return [] }
        return try read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.versions(stream))
            var keys: [[UInt8]] = []
            try table.scan(after: after) { (key, _) throws(CacheFault) in
                keys.append(key.bytes(0..<key.count))
                return keys.count < limit
            }
            return keys
        }
    }

    package func rememberedStreams() throws(StateError) -> Set<StreamName> {
        try read { transaction throws(CacheFault) in
            var streams: Set<StreamName> = []
            for letter in CacheHead.letters {
                var start = [letter]
                while let name = try Self.stream(of: letter, from: start, transaction) {
                    if let stream = try? StreamName(String(decoding: name, as: UTF8.self)) {
                        streams.insert(stream)
                    }
                    // Behind the last of its rows: no name holds a byte so small.
                    start = [letter] + name + [1]
                }
            }
            return streams
        }
    }

    /// The name in the first row of a kind from a place on.
    private static func stream(of letter: UInt8, from start: [UInt8], _ transaction: CacheTransaction)
        throws(CacheFault) -> [UInt8]?
    {
        var name: [UInt8]?
        try transaction.scan(from: start) { (row, _) throws(CacheFault) in
            guard row.count > 1, row[0] == letter else { return false }
            var end = 1
            while end < row.count, row[end] != 0 { end += 1 }
            name = row.bytes(1..<end)
            return false
        }
        return name
    }

    package func areRemembered(_ entries: [[UInt8]], stream: StreamName) throws(StateError) -> [Bool] {
        try read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.entries(stream))
            var found: [Bool] = []
            found.reserveCapacity(entries.count)
            for id in entries {
                found.append(try table.cell(of: id) { (_) throws(CacheFault) in true } ?? false)
            }
            return found
        }
    }

    package func entries(of stream: StreamName, before time: Instant, limit: Int) throws(StateError)
        -> [[UInt8]]
    {
        guard limit > 0 else { return [] }
        return try read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.entries(stream))
            var ids: [[UInt8]] = []
            try table.scan { (id, cell) throws(CacheFault) in
                if try Self.time(ofEntry: cell) < time { ids.append(id.bytes(0..<id.count)) }
                return ids.count < limit
            }
            return ids
        }
    }

    package func entries(of stream: StreamName) throws(StateError) -> [RememberedEntry] {
        try read { transaction throws(CacheFault) in
            let table = CellTable(transaction: transaction, head: CacheHead.entries(stream))
            var entries: [RememberedEntry] = []
            try table.scan { (id, cell) throws(CacheFault) in
                let time = try Self.time(ofEntry: cell)
                entries.append(RememberedEntry(id: id.bytes(0..<id.count), time: time))
                return true
            }
            return entries
        }
    }

    private static func time(ofEntry cell: Span<UInt8>) throws(CacheFault) -> Instant {
        guard cell.count == 8 else { throw VersionCell.damaged }
        return Instant(milliseconds: Int(truncatingIfNeeded: cell.number(at: 0)))
    }

    private func read<Value: Sendable>(_ body: (CacheTransaction) throws(CacheFault) -> Value)
        throws(StateError) -> Value
    {
        try use { store throws(CacheFault) in try store.file.read(body) }
    }

    private func use<Value: Sendable>(_ body: (inout Store) throws(CacheFault) -> Value) throws(StateError)
        -> Value
    {
        do throws(CacheFault) {
            return try store.withLock { store throws(CacheFault) in
                guard var open = store else {
                    throw CacheFault(kind: .failed, attempt: "using", reason: "it is closed")
                }
                defer { store = open }
                return try body(&open)
            }
        } catch {
            throw error.error(in: folder)
        }
    }
}
