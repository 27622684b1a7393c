package import Core

/// Why a schema registry does not let a stream be published.
package struct RegistryError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case unreachable = "registry.unreachable"
            case notAuthorized = "registry.not_authorized"
            case incompatible = "registry.incompatible"
            case notRegistered = "registry.not_registered"
            case badSchema = "registry.bad_schema"
            case noSchema = "registry.no_schema"
            case unexpected = "registry.unexpected"
        }
        fileprivate let kind: Kind

        /// No answer, or none that is one, for as long as it was waited for.
        package static let unreachable = Code(kind: .unreachable)
        package static let notAuthorized = Code(kind: .notAuthorized)
        /// The schema breaks what the registry promises to readers of earlier ones.
        package static let incompatible = Code(kind: .incompatible)
        /// Nobody registered the schema, and it is not to be registered here.
        package static let notRegistered = Code(kind: .notRegistered)
        /// The registry cannot use the schema.
        package static let badSchema = Code(kind: .badSchema)
        /// The stream has no schema that could be registered.
        package static let noSchema = Code(kind: .noSchema)
        package static let unexpected = Code(kind: .unexpected)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    package var message: String

    /// An error with its kind and one line of text.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var codeText: String { code.kind.rawValue }
    /// What was registered before may go on being published.
    package var recovery: Recovery { .failStream }

    package var exitCode: ExitCode {
        switch code.kind {
        case .unreachable, .notAuthorized, .unexpected: .environment
        case .incompatible, .notRegistered, .badSchema, .noSchema: .failed
        }
    }
}
