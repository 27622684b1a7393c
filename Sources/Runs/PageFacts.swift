package import Core
package import Events

/// What a page's events are compared by with what was published before; pages of streams that remember nothing have
/// none.
package struct PageFacts: Sendable {
    package var stream: StreamName
    /// How the declared version is written; nil where the content is the version.
    package var format: VersionFormat?
    /// When the answer was given at the latest: nothing later can be in it.
    package var seen: Instant
    /// The number of the stream's full read.
    package var read: Int
    /// The key of the parent whose children these are.
    package var parent: [UInt8]?
    package var now: Instant
    /// Whether what earlier full reads published is not there any more.
    package var isAnew: Bool
    /// Nil where all that was published is remembered.
    package var forgotten: VersionRule.Forgotten?

    /// A page's facts.
    package init(
        stream: StreamName,
        format: VersionFormat?,
        seen: Instant,
        read: Int,
        parent: [UInt8]? = nil,
        now: Instant,
        isAnew: Bool = false,
        forgotten: VersionRule.Forgotten? = nil
    ) {
        self.stream = stream
        self.format = format
        self.seen = seen
        self.read = read
        self.parent = parent
        self.now = now
        self.isAnew = isAnew
        self.forgotten = forgotten
    }
}
