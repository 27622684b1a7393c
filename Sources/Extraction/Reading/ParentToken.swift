import Core
import Cryptography
package import JSON

/// Where a child stream stands among its parent's pages: the token that leads to a page, and how much of it is done.
package struct ParentToken: Hashable, Sendable {
    /// The parents of a page that are done: its records up to one.
    ///
    /// A page that is asked for again may be another one. In the order of time a parent that changed goes to the end,
    /// and stands behind others that are not done; so the place counts only where all before it is what it was. Else
    /// the page is read from its beginning, and nothing is left out (I2).
    package struct Done: Hashable, Sendable {
        /// The key of the last one.
        package var parent: [UInt8]
        package var trail: Trail

        /// The records up to a parent.
        package init(parent: [UInt8], trail: Trail) {
            self.parent = parent
            self.trail = trail
        }
    }

    /// What some records of a page are, in their order, as a hash.
    package struct Trail: Hashable, Sendable {
        private var hash: ContentHash

        /// Before the first record.
        package init() { hash = ContentHash(high: 0, low: 0) }

        /// What a bookmark has of it.
        fileprivate init?(_ text: String) {
            guard let hash = ContentHash(hex: text.utf8) else { return nil }
            self.hash = hash
        }

        /// Goes on by the next record of a page.
        package mutating func pass(_ record: Int, of page: ScannedPage) {
            var bytes: [UInt8] = []
            hash.appendHex(to: &bytes)
            bytes += page.bytes[page.records[record].range]
            hash = ContentHash(over: bytes)
        }

        fileprivate var text: String {
            var bytes: [UInt8] = []
            hash.appendHex(to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Nil for the first page.
    package var page: JSONValue?
    /// Nil where none of it is.
    package var done: Done?

    /// A place among the parents; by itself the beginning.
    package init(page: JSONValue? = nil, done: Done? = nil) {
        self.page = page
        self.done = done
    }

    /// As a bookmark has it; nil where it is the token of no child stream.
    package init?(_ token: JSONValue) {
        guard let page = token["page"], let after = token["after"] else { return nil }
        self.page = page.isNull ? nil : page
        // One that says no trail is of a version that looked at the key alone: its page is read from the beginning.
        guard let parent = after.text, let trail = token["trail"]?.text.flatMap({ Trail($0) }) else { return }
        done = Done(parent: Array(parent.utf8), trail: trail)
    }

    /// What a bookmark holds of it; nil at the beginning.
    package var json: JSONValue? {
        guard page != nil || done != nil else { return nil }
        var members = [
            JSONValue.Member(name: "page", value: page ?? .null),
            .init(
                name: "after",
                value: done.map { .string(String(decoding: $0.parent, as: UTF8.self)) } ?? .null
            ),
        ]
        if let done { members.append(.init(name: "trail", value: .string(done.trail.text))) }
        return .object(members)
    }
}
