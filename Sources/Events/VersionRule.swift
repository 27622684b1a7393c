package import Core

/// Decides by what is remembered of a key whether an event is a change that is to be published.
///
/// An older version never goes out, equal content never goes out, anything else does; a deleted key starts anew.
package struct VersionRule: Sendable {
    /// What an event says of its key.
    package struct Said: Sendable {
        package var kind: EventKind
        /// The declared version's text; nil where the content is the version.
        package var version: ArraySlice<UInt8>?
        /// Of an upsert.
        package var content: ContentHash?
        package var seen: Instant
        package var read: Int
        package var parent: [UInt8]?
        /// Whether what was published before this full read is not there any more.
        package var isAnew: Bool

        /// What an event says.
        package init(
            kind: EventKind,
            version: ArraySlice<UInt8>?,
            content: ContentHash?,
            seen: Instant,
            read: Int,
            parent: [UInt8]? = nil,
            isAnew: Bool = false
        ) {
            self.kind = kind
            self.version = version
            self.content = content
            self.seen = seen
            self.read = read
            self.parent = parent
            self.isAnew = isAnew
        }
    }

    /// What becomes of an event.
    package enum Verdict: Hashable, Sendable {
        /// It is published, and this is remembered.
        case publish(RememberedVersion)
        /// It tells nothing new; what is remembered becomes this, or stays where it is nil.
        case skip(RememberedVersion?)
    }

    private let format: VersionFormat?
    private let now: Instant

    /// The rule for a stream whose version field is written like this; `now` bounds what gives an order.
    package init(format: VersionFormat?, now: Instant) {
        self.format = format
        self.now = now
    }

    /// What becomes of an event.
    package func decide(_ said: Said, remembered: RememberedVersion?) -> Verdict {
        switch said.kind {
        case .delete: delete(said, remembered)
        case .upsert: upsert(said, remembered)
        }
    }

    /// What was never published or is deleted already cannot be deleted.
    ///
    /// A child that went to another parent is not deleted by its absence from the one it had; that it went may stand
    /// in the very transaction, so whoever asked for the delete could not know.
    private func delete(_ said: Said, _ remembered: RememberedVersion?) -> Verdict {
        guard var known = remembered, !known.isDeleted else { return .skip(nil) }
        if let parent = said.parent, known.parent != parent { return .skip(nil) }
        known.isDeleted = true
        known.count += 1
        known.seen = said.seen
        return .publish(known)
    }

    private func upsert(_ said: Said, _ remembered: RememberedVersion?) -> Verdict {
        guard let content = said.content else { preconditionFailure("compared without its content's hash") }
        var next = RememberedVersion(
            version: said.version.map(Array.init),
            content: content,
            count: 1,
            seen: said.seen,
            read: said.read,
            parent: said.parent
        )
        guard let known = remembered else { return .publish(next) }
        next.read = max(known.read, said.read)
        if said.isAnew, known.read < said.read, !known.isDeleted {
            // What was published is gone: whatever is said goes out, equal content under the id that it had.
            next.count = known.content == content ? max(1, known.count) : known.count + 1
            return .publish(next)
        }
        let order = order(of: said.version, to: known.version)
        if order == .older {
            // It is there, though as it was: a full read has met it.
            var kept = known
            kept.read = next.read
            return .skip(kept == known || known.isDeleted ? nil : kept)
        }
        // Under a version of its own the count begins anew; where the content is the version it counts the key's changes.
        if order != .newer { next.count = known.count + 1 }
        guard known.isDeleted || known.content != content else {
            var kept = known
            kept.version = next.version
            kept.read = next.read
            kept.parent = next.parent ?? known.parent
            if order == .newer { kept.count = 0 }
            return .skip(kept == known ? nil : kept)
        }
        return .publish(next)
    }

    private func order(of version: ArraySlice<UInt8>?, to known: [UInt8]?) -> VersionFormat.Order {
        guard let format, let version, let known else { return .unknown }
        return format.order(of: version, to: known[...], now: now)
    }
}
