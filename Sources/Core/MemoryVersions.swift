package import JSON
import Synchronization

/// What is remembered, in memory: for destinations that keep nothing, and the plain twin that caches are compared with.
package final class MemoryVersions: VersionStore {
    private struct Stream {
        var versions: [[UInt8]: RememberedVersion] = [:]
        var entries: [[UInt8]: Instant] = [:]
    }

    private let streams = Locked<[StreamName: Stream]>([:])

    /// A store that remembers nothing yet.
    package init() {}

    /// Takes over what a committed group changes.
    package func apply(_ changes: [VersionChange]) {
        streams.withLock { streams in
            for change in changes {
                switch change.change {
                case .version(let key, let version):
                    streams[change.stream, default: Stream()].versions[key] = version
                case .entry(let id, let time): streams[change.stream, default: Stream()].entries[id] = time
                }
            }
        }
    }

    package func versions(of keys: [ByteSlice], in text: [UInt8], stream: StreamName)
        -> [RememberedVersion?]
    {
        streams.withLock { streams in
            guard let versions = streams[stream]?.versions else {
                return [RememberedVersion?](repeating: nil, count: keys.count)
            }
            return keys.map { versions[Array(text[$0.range])] }
        }
    }

    package func children(of parent: [UInt8], stream: StreamName)
        -> [(key: [UInt8], version: RememberedVersion)]
    {
        sorted(stream) { $0.parent == parent }
    }

    package func keys(notReadSince read: Int, after: [UInt8]?, limit: Int, stream: StreamName)
        -> [(key: [UInt8], version: RememberedVersion)]
    {
        Array(behind(after, sorted(stream) { !$0.isDeleted && $0.read < read }).prefix(limit))
    }

    package func counts(notReadSince read: Int, stream: StreamName) -> (live: Int, absent: Int) {
        let live = sorted(stream) { !$0.isDeleted }
        return (live.count, live.count { $0.version.read < read })
    }

    package func keys(
        versionBefore time: Instant,
        format: VersionFormat,
        after: [UInt8]?,
        limit: Int,
        stream: StreamName
    ) -> (keys: [[UInt8]], end: [UInt8]?) {
        let looked = behind(after, sorted(stream) { _ in true }).prefix(limit)
        let passed = looked.filter { $0.version.isPassed(by: time, format: format) }
        return (passed.map(\.key), looked.count == limit ? looked.last?.key : nil)
    }

    package func keys(of stream: StreamName, after: [UInt8]?, limit: Int) -> [[UInt8]] {
        behind(after, sorted(stream) { _ in true }).prefix(limit).map(\.key)
    }

    package func rememberedStreams() -> Set<StreamName> {
        streams.withLock { streams in
            Set(streams.filter { !$0.value.versions.isEmpty || !$0.value.entries.isEmpty }.keys)
        }
    }

    package func areRemembered(_ entries: [[UInt8]], stream: StreamName) -> [Bool] {
        streams.withLock { streams in entries.map { streams[stream]?.entries[$0] != nil } }
    }

    package func entries(of stream: StreamName, before time: Instant, limit: Int) -> [[UInt8]] {
        let passed = entries(of: stream).filter { $0.time < time }.map(\.id)
        return Array(passed.sorted { $0.lexicographicallyPrecedes($1) }.prefix(limit))
    }

    package func entries(of stream: StreamName) -> [RememberedEntry] {
        streams.withLock { streams in
            (streams[stream]?.entries ?? [:]).map { RememberedEntry(id: $0.key, time: $0.value) }
        }
    }

    private func sorted(_ stream: StreamName, where isWanted: (RememberedVersion) -> Bool)
        -> [(key: [UInt8], version: RememberedVersion)]
    {
        let found = streams.withLock { streams in
            (streams[stream]?.versions ?? [:]).filter { isWanted($0.value) }
        }
        return found.map { ($0.key, $0.value) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    private func behind(_ after: [UInt8]?, _ keys: [(key: [UInt8], version: RememberedVersion)])
        -> ArraySlice<(key: [UInt8], version: RememberedVersion)>
    {
        guard let after else { return keys[...] }
        return keys.drop { !after.lexicographicallyPrecedes($0.key) }
    }
}
