package import Core
package import JSON

/// A stream that goes on at a token which the API gave in an earlier run.
package struct TokenProgress: Hashable, Sendable {
    /// What says that there is nothing more for now.
    package enum End: Hashable, Sendable {
        /// A field of the page that then has this value.
        case field([String], is: JSONValue)
        /// A boolean of the page that is then false.
        case more([String])
        /// The token is the one that was asked with.
        ///
        /// A page of exactly one of `pageSizes` records whose token is that one is no end: the records of one time fill it.
        case repeats(pageSizes: Set<Int>)
    }

    /// How the first request says from when on, and that after a lost token.
    package struct Start: Hashable, Sendable {
        package var parameter: String
        package var format: TimeFormat
        package var earliest: Instant
        /// How far before the present the time has to be.
        package var lag: Duration

        /// A beginning.
        package init(parameter: String, format: TimeFormat, earliest: Instant, lag: Duration) {
            self.parameter = parameter
            self.format = format
            self.earliest = earliest
            self.lag = lag
        }
    }

    /// A reading beside the token's, for records that become visible late.
    package struct Reread: Hashable, Sendable {
        package var every: Duration
        /// How far before the newest version read it begins.
        package var back: Duration

        /// A reading every so often, so far back.
        package init(every: Duration, back: Duration) {
            self.every = every
            self.back = back
        }
    }

    /// Where the page has the token.
    package var field: [String]
    package var parameter: String
    package var end: End
    package var start: Start
    /// The answer that means that there is nothing new yet.
    package var caughtUp: AnswerPattern?
    /// How far before the newest version read the reading begins anew after a lost token.
    package var back: Duration?
    package var reread: Reread?

    /// A token.
    package init(
        field: [String],
        parameter: String,
        end: End,
        start: Start,
        caughtUp: AnswerPattern? = nil,
        back: Duration? = nil,
        reread: Reread? = nil
    ) {
        self.field = field
        self.parameter = parameter
        self.end = end
        self.start = start
        self.caughtUp = caughtUp
        self.back = back
        self.reread = reread
    }

    /// The fields of the page, outside its records, that are read: the token's first.
    var pageFields: [[String]] {
        switch end {
        case .field(let path, _), .more(let path): [field, path]
        case .repeats: [field]
        }
    }

    /// What a kept token means, in words that change when it would mean something else.
    var fingerprint: String { "token \(FieldPath.text(field)) in \(parameter)" }
}
