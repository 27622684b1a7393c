package import Expressions

/// How a request proves who asks.
///
/// The templates are filled from the account's settings.
package enum Authentication: Hashable, Sendable {
    /// The API asks for nothing.
    case none
    /// `Authorization: Bearer …`.
    case bearer(Template)
    /// A header with the credential as its whole value.
    case header(name: String, value: Template)
    /// A parameter of the query. It is added when a request is sent and never becomes part of a bookmark.
    case query(name: String, value: Template)
    /// `Authorization: Basic …`.
    case basic(user: Template, password: Template)
    /// With a token that is asked for first, and again whenever it has had its time.
    case login(LoginDefinition)
}
