import JSON

/// What somebody made of a bookmark by hand: it stays until a run has gone on from there, and that run says so.
package struct HandChange: Hashable, Sendable {
    /// What was done.
    package enum Kind: String, CaseIterable, Sendable {
        /// The stream is read anew.
        case reset
        /// It is read again from an earlier time on.
        case set
        /// Something of it is left out.
        case skip
    }

    /// No reason is longer: it is part of a record that has a limit.
    package static let longestReason = 500

    package var kind: Kind
    package var at: Instant
    package var by: String
    package var reason: String
    /// Where a stream that is read by a token begins, having none.
    package var from: Instant?

    /// A change.
    package init(kind: Kind, at: Instant, by: String, reason: String, from: Instant? = nil) {
        self.kind = kind
        self.at = at
        self.by = by
        self.reason = reason
        self.from = from
    }

    init(_ document: StateDocument) throws(StateError) {
        var document = document
        self.init(
            kind: try document.word("what"),
            at: try document.time("at"),
            by: try document.text("by"),
            reason: try document.text("reason"),
            from: try document.optionalTime("from")
        )
        try document.finish()
    }

    var json: JSONValue {
        .object([
            .init(name: "what", value: .string(kind.rawValue)),
            .init(name: "at", value: .time(at)),
            .init(name: "by", value: .string(by)),
            .init(name: "reason", value: .string(reason)),
            .init(name: "from", value: .optional(from)),
        ])
    }

    /// What a run that finds it says.
    package var text: String {
        let what =
            switch kind {
            case .reset: "it was reset, and is read anew from its beginning"
            case .set: "its bookmark was set back, and what lies behind it is read again"
            case .skip: "a part of it was left out, and is not read"
            }
        return "\(what): by \(by) at \(at.rfc3339()): \(reason)"
    }
}
