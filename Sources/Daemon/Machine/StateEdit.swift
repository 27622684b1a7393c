import Core

/// A change of state by hand, from its command to its end.
package struct StateEdit: Sendable {
    /// What came of it.
    package enum End: Hashable, Sendable {
        /// Committed; in words, what is now.
        case done(String)
        case refused(code: String, message: String)
    }

    let command: DaemonCommand
    let request: StateRequest
    /// Whether nobody else reads its streams, and it is being done.
    var isUnderWay = false

    /// What it may change: streams, and the families whose streams they may be.
    var streams: Set<String>? {
        guard var streams = request.change.streams else { return nil }
        for stream in streams {
            var family = stream[...]
            while let end = family.lastIndex(of: "_") {
                family = family[..<end]
                streams.insert(String(family))
            }
        }
        return streams
    }
}
