import Core
import Expressions
import JSON

/// Makes what requests carry out of a token.
struct TokenProof: Sendable {
    private let login: LoginDefinition
    private let definition: ExtractorDefinition
    private let access: AccountAccess

    init(_ login: LoginDefinition, of definition: ExtractorDefinition, access: AccountAccess) {
        self.login = login
        self.definition = definition
        self.access = access
    }

    /// The proof that a token is.
    func proof(of token: AccessToken, _ filler: SettingsFiller) throws -> Proof {
        let filler = filler.with(["token": .string(token.value)])
        let value = try filler.headerValue(login.header.value, "auth: the header's value")
        access.secretBook.learn([value])
        return Proof(
            generation: token.generation,
            form: .header(name: login.header.name, value: value),
            base: try base(token)
        )
    }

    /// Where the API is, where the login tells it: one of the hosts that the definition names (I6).
    private func base(_ token: AccessToken) throws -> HTTPAddress? {
        guard let name = definition.baseURL.references.first(where: { $0.path.first == "login" })?.path.last,
            let text = token.learned[name]
        else { return nil }
        do throws(HTTPError) {
            let address = try HTTPAddress(parsing: text)
            guard address.query == nil else {
                throw HTTPError(.badAddress, "\(address.logged) has a query")
            }
            try access.check(address)
            return address
        } catch {
            throw ExtractionError(
                error.code == .forbiddenHost ? .forbiddenHost : .refusedCredentials,
                access.secrets.clean(
                    "extractor \(definition.name): the login's \(name) cannot be used: \(error.message)"
                )
            )
        }
    }
}
