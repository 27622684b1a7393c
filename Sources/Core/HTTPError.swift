/// A request that got no usable answer.
///
/// What a server answered with a status is no `HTTPError`: see `HTTPResponse`.
package struct HTTPError: SluiceError {
    /// The kinds of failure; codes can be added without breaking a switch.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case badAddress = "http.bad_address"
            case forbiddenHost = "http.forbidden_host"
            case insecure = "http.insecure"
            case cannotResolve = "http.cannot_resolve"
            case cannotConnect = "http.cannot_connect"
            case certificate = "http.certificate"
            case timedOut = "http.timed_out"
            case cut = "http.cut"
            case tooLarge = "http.too_large"
            case badEncoding = "http.bad_encoding"
            case protocolError = "http.protocol_error"
            case tooManyRedirects = "http.too_many_redirects"
        }
        fileprivate let kind: Kind

        package static let badAddress = Code(kind: .badAddress)
        package static let forbiddenHost = Code(kind: .forbiddenHost)
        package static let insecure = Code(kind: .insecure)
        package static let cannotResolve = Code(kind: .cannotResolve)
        package static let cannotConnect = Code(kind: .cannotConnect)
        package static let certificate = Code(kind: .certificate)
        package static let timedOut = Code(kind: .timedOut)
        package static let cut = Code(kind: .cut)
        package static let tooLarge = Code(kind: .tooLarge)
        package static let badEncoding = Code(kind: .badEncoding)
        package static let protocolError = Code(kind: .protocolError)
        package static let tooManyRedirects = Code(kind: .tooManyRedirects)

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

    package var recovery: Recovery {
        switch code.kind {
        case .cannotResolve, .cannotConnect, .timedOut, .cut, .protocolError, .badEncoding: .retry(after: nil)
        case .tooLarge, .tooManyRedirects, .forbiddenHost, .badAddress: .failStream
        case .insecure, .certificate: .failRun
        }
    }

    package var exitCode: ExitCode {
        switch code.kind {
        case .badAddress, .insecure, .forbiddenHost: .configuration
        case .tooLarge, .tooManyRedirects: .failed
        case .cannotResolve, .cannotConnect, .certificate, .timedOut, .cut, .protocolError, .badEncoding:
            .environment
        }
    }
}
