/// State that cannot be trusted or read: a run refuses it, with the remedy (exit 2).
package struct StateError: SluiceError {
    /// The kinds of refusal.
    package struct Code: Hashable, Sendable {
        fileprivate enum Kind: String, CaseIterable {
            case newerFormat = "state.newer_format"
            case unreadable = "state.unreadable"
            case otherLayout = "state.other_layout"
            case otherDefinition = "state.other_definition"
            case topicShrank = "state.topic_shrank"
            case missing = "state.missing"
            case tooLarge = "state.too_large"
            case diskFailed = "state.disk_failed"
            case fileChanged = "state.file_changed"
            case outputClosed = "state.output_closed"
            case unknownStream = "state.unknown_stream"
            case unknownLetter = "state.unknown_letter"
            case unknownTopic = "state.unknown_topic"
            case badPlace = "state.bad_place"
            case newerRecord = "state.newer_record"
            case daemonRuns = "state.daemon_runs"
        }
        fileprivate let kind: Kind

        package static let newerFormat = Code(kind: .newerFormat)
        package static let unreadable = Code(kind: .unreadable)
        package static let otherLayout = Code(kind: .otherLayout)
        package static let otherDefinition = Code(kind: .otherDefinition)
        package static let topicShrank = Code(kind: .topicShrank)
        package static let missing = Code(kind: .missing)
        package static let tooLarge = Code(kind: .tooLarge)
        /// A disk that is full or fails; what was committed stays committed.
        package static let diskFailed = Code(kind: .diskFailed)
        /// A file of ours that something else cut, changed, replaced or wrote to.
        package static let fileChanged = Code(kind: .fileChanged)
        /// The reader of the events has had enough.
        package static let outputClosed = Code(kind: .outputClosed)
        /// Nothing is kept of it.
        package static let unknownStream = Code(kind: .unknownStream)
        /// There is no such dead letter, or several are meant.
        package static let unknownLetter = Code(kind: .unknownLetter)
        /// There is no such topic, or several are meant.
        package static let unknownTopic = Code(kind: .unknownTopic)
        /// A bookmark cannot be put there.
        package static let badPlace = Code(kind: .badPlace)
        /// What is to be replaced is newer than what would replace it.
        package static let newerRecord = Code(kind: .newerRecord)
        /// What only a daemon's absence allows.
        package static let daemonRuns = Code(kind: .daemonRuns)

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
    package var recovery: Recovery { .failRun }
    package var exitCode: ExitCode {
        switch code {
        case .diskFailed, .outputClosed: .environment
        case .daemonRuns: .alreadyRunning
        default: .configuration
        }
    }
}
