package import Core
package import JSON

/// Where a token stream goes on.
package struct TokenPlace: Hashable, Sendable {
    /// The API's own; nil at the start and after a lost one.
    package var token: JSONValue?
    /// From when on, where there is no token; nil for the stream's earliest.
    package var from: Instant?

    /// A place.
    package init(token: JSONValue? = nil, from: Instant? = nil) {
        self.token = token
        self.from = from
    }
}
