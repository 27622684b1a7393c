package import Core
package import Expressions
import JSON

/// One collection of an API: where its records are, what names them and how its pages follow each other.
package struct StreamDefinition: Sendable {
    /// How a stream comes to its end and knows it.
    package enum Progress: Hashable, Sendable {
        /// The whole list, page by page.
        case list(Paging)
    }

    /// The field that orders the versions of a record.
    package struct Version: Hashable, Sendable {
        package var path: [String]
        package var format: VersionFormat

        /// A field and how it is written.
        package init(path: [String], format: VersionFormat) {
            self.path = path
            self.format = format
        }
    }

    /// The parameter that lets a list begin at a time.
    package struct Since: Hashable, Sendable {
        package var parameter: String
        package var format: TimeFormat

        /// A parameter and how it is written.
        package init(parameter: String, format: TimeFormat) {
            self.parameter = parameter
            self.format = format
        }
    }

    /// The stream for each of whose records a child stream has a list.
    package struct Parent: Sendable {
        /// An array, as no struct can hold itself.
        private let boxed: [StreamDefinition]
        /// Whether the list of a parent is all that it has: what it no longer has is deleted.
        package var replaces: Bool

        /// A parent stream, which has no parent itself.
        package init(_ definition: StreamDefinition, replaces: Bool) {
            boxed = [definition]
            self.replaces = replaces
        }

        package var definition: StreamDefinition { boxed[0] }
        package var name: String { definition.name }
    }

    package var name: String
    /// Behind the extractor's base address.
    package var path: Template
    /// What the first and, where tokens are no links, every other request asks for.
    ///
    /// A value that evaluates to null leaves its parameter out.
    package var query: [(name: String, value: Template)]
    /// The path to the array of records; empty where the page itself is the array.
    package var recordsPath: [String]
    /// The paths of the key's parts in a record; more than one for a composite key.
    package var key: [[String]]
    /// Nil where a record has no such field: then its content is its version.
    package var version: Version?
    package var progress: Progress
    /// The named rate limit that its requests are counted against, beside the default one.
    package var limit: String?
    /// The answer to a page token that the API does not know any more: the list is begun again.
    package var lost: AnswerPattern?
    /// How `--since` is asked for; nil where the list is read whole only.
    ///
    /// A child stream has its parent's, whose list it reads.
    package var since: Since?
    /// The feed that tells its changes once the list was read.
    package var follow: Follow?
    /// Of a child stream, whose path reads `parent`.
    package var parent: Parent?

    /// A stream.
    package init(
        name: String,
        path: Template,
        query: [(name: String, value: Template)],
        recordsPath: [String],
        key: [[String]],
        version: Version?,
        progress: Progress,
        limit: String?,
        lost: AnswerPattern? = nil,
        since: Since? = nil,
        follow: Follow? = nil,
        parent: Parent? = nil
    ) {
        self.name = name
        self.path = path
        self.query = query
        self.recordsPath = recordsPath
        self.key = key
        self.version = version
        self.progress = progress
        self.limit = limit
        self.lost = lost
        self.since = since
        self.follow = follow
        self.parent = parent
    }

    /// Whether what was published of its keys is remembered.
    ///
    /// A list whose records bear an ordered version, and that nothing follows, is read once from end to end: there is
    /// nothing that it could repeat.
    package var remembers: Bool { version == nil || follow != nil || parent != nil }

    /// What a bookmark depends on: one with another fingerprint must not be used (a changed definition would
    /// leave a gap or repeat itself without a word: I2).
    package func fingerprint(topic: String) -> Fingerprint {
        var progress = listing
        if let parent {
            progress = "for each of \(parent.name) (\(parent.definition.listing)): \(progress)"
            if parent.replaces { progress += ", replaces children" }
        }
        if let follow { progress += ", follows \(follow.feed)" }
        return Fingerprint(
            key: key.map(FieldPath.text),
            version: version.map { FieldPath.text($0.path) },
            progress: progress,
            topic: topic
        )
    }

    private var listing: String {
        switch progress {
        case .list(let paging): "list, \(paging.fingerprint)"
        }
    }

    /// How the pages of its list follow each other.
    package var paging: Paging {
        switch progress {
        case .list(let paging): paging
        }
    }
}
