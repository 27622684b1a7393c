package import Expressions

/// How a stream follows a feed: which of its entries concern it, and how an object is looked at again.
package struct Follow: Sendable {
    /// What an entry tells of its object.
    package enum Change: Hashable, Sendable, CaseIterable {
        case create, update, delete
    }

    /// Which types of entries tell one kind of change.
    package struct Rule: Hashable, Sendable {
        package var pattern: EntryPattern
        package var change: Change

        /// A rule.
        package init(_ pattern: EntryPattern, _ change: Change) {
            self.pattern = pattern
            self.change = change
        }
    }

    package var feed: String
    package var rules: [Rule]
    /// The address of one object, `{{ object.id }}` in it; nil for a child stream, whose list is looked at.
    package var path: Template?
    package var query: [(name: String, value: Template)]
    /// A condition over `record` under which the answer says that the object is gone.
    package var goneWhen: Template?
    /// The list is read again at least so often, for what the feed does not tell; nil where it tells everything.
    package var relist: Duration?

    /// How a stream follows a feed.
    package init(
        feed: String,
        rules: [Rule],
        path: Template?,
        query: [(name: String, value: Template)] = [],
        goneWhen: Template?,
        relist: Duration? = nil
    ) {
        self.feed = feed
        self.rules = rules
        self.path = path
        self.query = query
        self.goneWhen = goneWhen
        self.relist = relist
    }

    /// What an entry of this type tells; nil where it does not concern the stream.
    ///
    /// An exact name outweighs a prefix, a longer prefix a shorter one.
    package func change(of type: String) -> Change? {
        rules.filter { $0.pattern.matches(type) }.max { $0.pattern.weight < $1.pattern.weight }?.change
    }
}

/// A type of a feed's entries, or all whose names begin alike: `invoice.paid`, `invoice.*`.
package enum EntryPattern: Hashable, Sendable {
    case exact(String)
    /// With the dot at its end.
    case prefix(String)

    /// Reads a pattern, or nil where a star stands elsewhere than behind the last dot.
    package init?(_ text: String) {
        let name = text.hasSuffix(".*") ? String(text.dropLast()) : text
        guard !name.isEmpty, name != ".", !name.contains("*") else { return nil }
        self = text.hasSuffix(".*") ? .prefix(name) : .exact(name)
    }

    /// Whether it covers a type.
    package func matches(_ type: String) -> Bool {
        switch self {
        case .exact(let name): type == name
        case .prefix(let start): type.hasPrefix(start)
        }
    }

    /// Greater for the one that says more of a type that both cover.
    var weight: Int {
        switch self {
        case .exact: .max
        case .prefix(let start): start.utf8.count
        }
    }
}
