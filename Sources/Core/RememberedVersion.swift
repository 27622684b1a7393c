/// What is remembered of one key of a stream: enough to tell a change from a repetition.
package struct RememberedVersion: Hashable, Sendable {
    /// The declared version's text, for streams whose versions have an order; nil where the content is the version.
    package var version: [UInt8]?
    /// The content that was published last.
    package var content: ContentHash
    /// The changes published: of the key where the content is the version, else under this version.
    package var count: Int
    /// Whether the last change was a delete: what comes back is new.
    package var isDeleted: Bool
    /// When the answer that told it was given at the latest: what happened later is not in it.
    package var seen: Instant
    /// The number of the stream's last full read that had the key.
    package var read: Int
    /// The key of the parent whose child it is.
    package var parent: [UInt8]?

    /// What is remembered of a key.
    package init(
        version: [UInt8]? = nil,
        content: ContentHash,
        count: Int,
        isDeleted: Bool = false,
        seen: Instant,
        read: Int,
        parent: [UInt8]? = nil
    ) {
        self.version = version
        self.content = content
        self.count = count
        self.isDeleted = isDeleted
        self.seen = seen
        self.read = read
        self.parent = parent
    }
}

extension RememberedVersion {
    /// Whether its version is a time before another; never where the content is the version.
    package func isPassed(by time: Instant, format: VersionFormat) -> Bool {
        guard let version, let at = format.instant(version[...]) else { return false }
        return at < time
    }
}

extension RememberedVersion {
    /// Whether its record was erased: the state that was known of it then must not go out again.
    package var isErased: Bool { isDeleted && content == .erased }

    /// What stays of it once its record is erased: its version, which says what is no news, and nothing of what it held.
    package var erased: RememberedVersion {
        guard !isErased else { return self }
        return RememberedVersion(
            version: version,
            content: .erased,
            count: count + 1,
            isDeleted: true,
            seen: seen,
            read: read
        )
    }
}

/// An entry of a feed that is done: read again over the overlap, it tells nothing new.
package struct RememberedEntry: Hashable, Sendable {
    package var id: [UInt8]
    /// When it happened: it is forgotten once the overlap has passed it.
    package var time: Instant

    /// An entry.
    package init(id: [UInt8], time: Instant) {
        self.id = id
        self.time = time
    }
}

/// A change of what is remembered; commits with the events that made it (I1).
package struct VersionChange: Hashable, Sendable {
    /// What it changes.
    package enum Change: Hashable, Sendable {
        /// A key's version; nil where it is forgotten.
        case version(key: [UInt8], RememberedVersion?)
        /// A feed's entry; without a time it is forgotten.
        case entry(id: [UInt8], time: Instant?)
    }

    package var stream: StreamName
    package var change: Change

    /// A change of a stream's versions.
    package init(_ stream: StreamName, _ change: Change) {
        self.stream = stream
        self.change = change
    }
}
