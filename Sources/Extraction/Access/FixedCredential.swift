import Core
import Synchronization

/// A credential that stands in the settings.
final class FixedCredential: Sendable {
    private let authentication: Authentication
    private let secretBook: SecretBook
    private let settings: LiveSettings
    private let current: Locked<Proof>
    private let turn = Turn()

    /// What cannot be filled is said before the first request.
    init(_ authentication: Authentication, secretBook: SecretBook, settings: LiveSettings)
        throws(ExtractionError)
    {
        self.authentication = authentication
        self.secretBook = secretBook
        self.settings = settings
        let form = try Self.form(authentication, settings.filler, secretBook)
        current = Locked(Proof(generation: 0, form: form, base: nil))
    }

    /// What a request carries now.
    var proof: Proof { current.withLock { $0 } }

    /// The API refused a request; says whether the settings have another credential by now.
    func renew(after refused: Proof) async throws -> Bool {
        if case .none = authentication { return false }
        await turn.take()
        defer { turn.give() }
        if proof.generation != refused.generation { return true }
        guard try await settings.readAgain() else { return false }
        let form = try Self.form(authentication, settings.filler, secretBook)
        return current.withLock { current in
            guard current.form != form else { return false }
            current = Proof(generation: refused.generation + 1, form: form, base: nil)
            return true
        }
    }

    private static func form(
        _ authentication: Authentication,
        _ filler: SettingsFiller,
        _ secretBook: SecretBook
    ) throws(ExtractionError) -> Proof.Form {
        switch authentication {
        case .none, .login: return .none
        case .bearer(let token):
            let value = try filler.headerValue(token, "auth.bearer")
            secretBook.learn([value])
            return .header(name: "Authorization", value: "Bearer \(value)")
        case .header(let name, let template):
            let value = try filler.headerValue(template, "auth.header")
            secretBook.learn([value])
            return .header(name: name, value: value)
        case .query(let name, let template):
            let value = try filler.text(template, "auth.query")
            secretBook.learn([value])
            return .query(name: name, value: value)
        case .basic(let user, let password):
            let pair =
                try filler.text(user, "auth.basic.user") + ":" + filler.text(password, "auth.basic.password")
            let value = Base64.encode(Array(pair.utf8))
            secretBook.learn([value])
            return .header(name: "Authorization", value: "Basic \(value)")
        }
    }
}
