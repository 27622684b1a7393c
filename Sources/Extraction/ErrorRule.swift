/// What an answer that is no page means.
package enum ErrorAction: String, Hashable, Sendable, CaseIterable {
    /// The same request again, after a wait.
    case retry
    /// The stream ends here; its bookmark stays.
    case failStream = "fail_stream"
    /// These credentials do not get the stream: reported, other streams go on.
    case unavailable
    /// The credentials are not accepted: the run ends.
    case refusedCredentials = "refused_credentials"
    /// The run ends, for another reason.
    case failRun = "fail_run"
}

/// One line of an extractor's table of errors: all that it names must match.
package struct ErrorRule: Hashable, Sendable {
    package var statuses: [ClosedRange<Int>]
    /// The API's own code, at `ErrorRules.codePath`.
    package var code: String?
    /// A part of the API's own message, at `ErrorRules.messagePath`.
    package var messagePart: String?
    package var action: ErrorAction

    /// A rule.
    package init(statuses: [ClosedRange<Int>], code: String?, messagePart: String?, action: ErrorAction) {
        self.statuses = statuses
        self.code = code
        self.messagePart = messagePart
        self.action = action
    }

    func matches(_ status: Int, code: String?, message: String?) -> Bool {
        statuses.contains { $0.contains(status) }
            && (self.code == nil || self.code == code)
            && (messagePart.map { part in message?.contains(part) ?? false } ?? true)
    }
}

/// How an extractor reads the answers that are no pages.
package struct ErrorRules: Sendable {
    /// Where an error's body has the API's message and code.
    package var messagePath: [String]?
    package var codePath: [String]?
    /// A header by which the API itself says `true` or `false`: it outweighs every rule.
    package var retryHeader: String?
    /// The first that matches holds; the general table comes after them.
    package var rules: [ErrorRule]

    /// A table.
    package init(messagePath: [String]?, codePath: [String]?, retryHeader: String?, rules: [ErrorRule]) {
        self.messagePath = messagePath
        self.codePath = codePath
        self.retryHeader = retryHeader
        self.rules = rules
    }

    /// What HTTP itself says about a status, for what no rule of the extractor names.
    static let general: [ErrorRule] = [
        ErrorRule(statuses: [401...401], code: nil, messagePart: nil, action: .refusedCredentials),
        ErrorRule(statuses: [403...404, 410...410], code: nil, messagePart: nil, action: .unavailable),
        ErrorRule(
            statuses: [408...408, 425...425, 429...429, 500...599],
            code: nil,
            messagePart: nil,
            action: .retry
        ),
    ]

    /// How far an error's body is in the form that the extractor declares.
    enum OwnWord {
        /// With a code, or with a message where no code is declared.
        case sure
        /// With a message alone: not every error of an API has a code, and a wrong path's has none.
        case likely
        case none
    }

    /// Whether the API itself says so, and not a proxy or a server that knows no such path.
    func ownWord(message: String?, code: String?) -> OwnWord {
        if messagePath == nil, codePath == nil { return .sure }
        if code != nil || (codePath == nil && message != nil) { return .sure }
        return message == nil ? .none : .likely
    }

    /// What to do about an answer; `retryHint` is the value of `retryHeader`, where it came.
    package func action(status: Int, code: String?, message: String?, retryHint: String?) -> ErrorAction {
        if retryHint?.lowercased() == "true" { return .retry }
        let rule = (rules + Self.general).first { $0.matches(status, code: code, message: message) }
        let action = rule?.action ?? .failStream
        return action == .retry && retryHint?.lowercased() == "false" ? .failStream : action
    }
}
