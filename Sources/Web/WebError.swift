/// A server that could not be started.
package struct WebError: Error, CustomStringConvertible, Sendable {
    /// What went wrong, in a form that programs may compare.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String { case badAddress = "bad_address", cannotListen = "cannot_listen" }
        private var kind: Kind

        /// The address to listen on is no numeric address.
        package static let badAddress = Code(kind: .badAddress)
        /// The system refused the address or port.
        package static let cannotListen = Code(kind: .cannotListen)

        /// The stable text form.
        package var description: String { "web.\(kind.rawValue)" }
    }

    package var code: Code
    package var message: String

    package var description: String { "\(code): \(message)" }
}
