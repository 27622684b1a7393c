/// A transaction that did not commit, or a broker that could not be used.
package struct PublishError: SluiceError {
    /// The kinds of failure.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case unreachable = "publish.unreachable"
            case timedOut = "publish.timed_out"
            case aborted = "publish.aborted"
            case fenced = "publish.fenced"
            case alreadyRunning = "publish.already_running"
            case recordTooLarge = "publish.record_too_large"
            case recordRefused = "publish.record_refused"
            case unknownTopic = "publish.unknown_topic"
            case notAuthorized = "publish.not_authorized"
            case authentication = "publish.authentication"
            case badSetting = "publish.bad_setting"
            case unsupported = "publish.unsupported"
            case fatal = "publish.fatal"
        }
        fileprivate let kind: Kind

        package static let unreachable = Code(kind: .unreachable)
        package static let timedOut = Code(kind: .timedOut)
        package static let aborted = Code(kind: .aborted)
        package static let fenced = Code(kind: .fenced)
        package static let alreadyRunning = Code(kind: .alreadyRunning)
        package static let recordTooLarge = Code(kind: .recordTooLarge)
        package static let recordRefused = Code(kind: .recordRefused)
        package static let unknownTopic = Code(kind: .unknownTopic)
        package static let notAuthorized = Code(kind: .notAuthorized)
        package static let authentication = Code(kind: .authentication)
        package static let badSetting = Code(kind: .badSetting)
        package static let unsupported = Code(kind: .unsupported)
        package static let fatal = Code(kind: .fatal)

        /// Every code's text form.
        package static var allTexts: [String] { Kind.allCases.map(\.rawValue) }
    }

    package var code: Code
    package var message: String
    /// The stream whose record caused it, where the first failed report names one.
    package var stream: String?

    /// An error with its kind and one line of text.
    package init(_ code: Code, _ message: String, stream: String? = nil) {
        self.code = code
        self.message = message
        self.stream = stream
    }

    package var codeText: String { code.kind.rawValue }

    package var recovery: Recovery {
        switch code.kind {
        case .aborted: .retry(after: nil)
        case .recordTooLarge, .recordRefused, .unknownTopic: .failStream
        case .notAuthorized: stream == nil ? .failRun : .failStream
        case .unreachable, .timedOut, .fenced, .alreadyRunning, .authentication, .badSetting, .unsupported,
            .fatal:
            .failRun
        }
    }

    package var exitCode: ExitCode {
        switch code.kind {
        case .alreadyRunning, .fenced: .alreadyRunning
        case .badSetting, .unsupported: .configuration
        case .unreachable, .timedOut, .authentication, .notAuthorized, .unknownTopic: .environment
        case .aborted, .recordTooLarge, .recordRefused, .fatal: .failed
        }
    }
}
