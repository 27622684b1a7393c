package import Expressions

/// One limit of an account, by the name that streams give.
///
/// The templates are filled from the account's settings.
package struct LimitDefinition: Hashable, Sendable {
    package var name: String
    /// A `RateLimit`: what is assumed until an answer says more.
    package var rate: Template
    /// How much of it is used, in hundredths: what other programs of the account's owner need, is left to them.
    package var share: Template?
    /// The headers that tell of it; of several families the first that an answer has.
    package var headers: [LimitHeaders]
}

/// How many requests an API grants in a day, and how much of that a run leaves to others.
package struct QuotaDefinition: Hashable, Sendable {
    /// When the count begins anew.
    package enum Reset: Hashable, Sendable {
        /// At midnight of a time zone: `UTC`, or an offset such as `-05:00`.
        case midnight(Template)
        case header(ResetField)
        /// Never at once: each request is given back a day later.
        case rolling
    }

    /// Requests a day, where no header says.
    package var daily: Template?
    package var limit: HeaderField?
    package var remaining: HeaderField?
    /// A header's `18/5000`: used, and of how many.
    package var usage: HeaderField?
    /// Hundredths that are not touched.
    package var reserve: Int
    package var reset: Reset
}
