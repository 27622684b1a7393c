package import Core
package import Events
package import Extraction

/// One stream of a run: how it is read, where its events go and where its bookmark stood.
package struct StreamPlan: Sendable {
    package var definition: StreamDefinition
    package var name: StreamName
    package var builder: EventBuilder
    package var fingerprint: Fingerprint
    /// The bookmark in the state; nil for a stream that was never read, or is read anew.
    package var bookmark: Bookmark?

    /// A plan.
    package init(
        definition: StreamDefinition,
        name: StreamName,
        builder: EventBuilder,
        fingerprint: Fingerprint,
        bookmark: Bookmark?
    ) {
        self.definition = definition
        self.name = name
        self.builder = builder
        self.fingerprint = fingerprint
        self.bookmark = bookmark
    }
}
