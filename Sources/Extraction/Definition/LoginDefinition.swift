package import Expressions
package import JSON

/// How a token is got, and how requests then carry it.
///
/// The templates are filled from the account's settings, when the token is asked for.
package struct LoginDefinition: Hashable, Sendable {
    /// What is shown for it.
    package enum Grant: Hashable, Sendable {
        /// A refresh token; where `rotates` holds, each use gives another one in its place.
        case refreshToken(Template, rotates: Template?)
        case clientCredentials
        case assertion(AssertionDefinition)
        /// What stands in the parameters: a login of an API's own.
        case session

        /// Whether there is no such grant without the client's id.
        var needsClient: Bool {
            switch self {
            case .refreshToken, .clientCredentials: true
            case .assertion, .session: false
            }
        }
    }

    /// How the parameters are written.
    package enum Form: String, CaseIterable, Sendable {
        case form, json
    }

    /// A name and what is sent under it.
    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var value: Template
        /// The value itself where it was written as a number or a truth value, which JSON keeps.
        package var literal: JSONValue?
    }

    package var grant: Grant
    /// An address, or a path on the API's own host.
    package var address: Template
    package var parameters: [Parameter]
    package var headers: [Parameter]
    /// Client id and secret in an `Authorization: Basic`, in place of parameters.
    package var basic: BasicCredential?
    package var form: Form
    /// Where the answer has the token.
    package var token: [String]
    /// The header that carries it, over `token`.
    package var header: Parameter
    /// Where the answer says how many seconds it lives.
    package var expiresIn: [String]
    /// How long it lives where the answer does not say; without it, until it is refused.
    package var lifetime: Duration?
    /// So long before its end another one is asked for.
    package var early: Duration
    /// Other things that the answer tells, by the names that `login.NAME` has in `base_url`.
    package var learned: [Learned]

    /// A text of the answer, kept with the token.
    package struct Learned: Hashable, Sendable {
        package var name: String
        package var path: [String]
    }

    /// A name and a password.
    package struct BasicCredential: Hashable, Sendable {
        package var user: Template
        package var password: Template
    }
}

/// A signed statement of who asks (RFC 7523).
package struct AssertionDefinition: Hashable, Sendable {
    /// An RSA key in PEM form, and its passphrase where it is encrypted.
    package var key: Template
    package var passphrase: Template?
    /// Which of the issuer's keys it is.
    package var keyID: Template?
    /// `iss`, `sub`, `aud` and others; a null one is left out.
    package var claims: [LoginDefinition.Parameter]
    package var lifetime: Duration
}
