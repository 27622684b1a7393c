package import Core

/// Decides by what is remembered of a key whether an event is a change that is to be published.
///
/// An older version never goes out, equal content never goes out, anything else does; a deleted key starts anew.
package struct VersionRule: Sendable {
    /// What an event says of its key.
    package struct Said: Sendable {
        package var kind: EventKind
        /// The declared version's text; nil where the content is the version, and of a delete that has none.
        package var version: ArraySlice<UInt8>?
        /// Of a record, be it one that says that it is deleted.
        package var content: ContentHash?
        package var seen: Instant
        package var read: Int
        package var parent: [UInt8]?
        /// Whether what was published before this full read is not there any more.
        package var isAnew: Bool
        /// Nil where all that was published is remembered.
        package var forgotten: Forgotten?

        /// What an event says.
        package init(
            kind: EventKind,
            version: ArraySlice<UInt8>?,
            content: ContentHash?,
            seen: Instant,
            read: Int,
            parent: [UInt8]? = nil,
            isAnew: Bool = false,
            forgotten: Forgotten? = nil
        ) {
            self.kind = kind
            self.version = version
            self.content = content
            self.seen = seen
            self.read = read
            self.parent = parent
            self.isAnew = isAnew
            self.forgotten = forgotten
        }
    }

    /// What is not remembered any more although it was published.
    package struct Forgotten: Hashable, Sendable {
        /// An unknown record whose version is older than this was published; nil where that cannot be said.
        package var publishedBefore: Instant?

        /// What is not remembered any more.
        package init(publishedBefore: Instant? = nil) { self.publishedBefore = publishedBefore }
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
    /// in the very transaction, so whoever asked for the delete could not know. A delete that is older than what is
    /// known was overtaken. Of a key that may have been forgotten the delete goes out: it may have been published.
    private func delete(_ said: Said, _ remembered: RememberedVersion?) -> Verdict {
        guard var known = remembered else { return unknownDelete(said) }
        if let parent = said.parent, known.parent != parent { return .skip(nil) }
        let order = order(of: said.version, to: known.version)
        if order == .older { return .skip(nil) }
        if order == .newer { known.version = said.version.map(Array.init) }
        guard !known.isDeleted else {
            // What is older than the newest word of its delete stays deleted.
            return .skip(order == .newer ? known : nil)
        }
        known.isDeleted = true
        known.count = order == .newer ? 1 : known.count + 1
        known.seen = said.seen
        return .publish(known)
    }

    private func unknownDelete(_ said: Said) -> Verdict {
        guard said.forgotten != nil, !isForgotten(said), let content = said.content else { return .skip(nil) }
        return .publish(
            RememberedVersion(
                version: said.version.map(Array.init),
                content: content,
                count: 1,
                isDeleted: true,
                seen: said.seen,
                read: said.read,
                parent: said.parent
            )
        )
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
        guard let known = remembered else { return isForgotten(said) ? .skip(nil) : .publish(next) }
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
        // What was erased is no news: not in the overlap, nor from a replica that lags. A later full read that has it tells
        // that the service still does.
        if order == .same, known.isErased, said.read <= known.read { return .skip(nil) }
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

    /// Whether an unknown record is one that was published and is forgotten by now.
    private func isForgotten(_ said: Said) -> Bool {
        guard let before = said.forgotten?.publishedBefore, let format, let version = said.version,
            let time = format.instant(version)
        else { return false }
        return time < before
    }

    private func order(of version: ArraySlice<UInt8>?, to known: [UInt8]?) -> VersionFormat.Order {
        guard let format, let version, let known else { return .unknown }
        return format.order(of: version, to: known[...], now: now)
    }
}
