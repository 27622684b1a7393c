import Core

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
    /// The token has had its time: another one, and the same request again.
    case refresh
    /// The day's requests are spent: the run ends.
    case quotaSpent = "quota_spent"
    /// The run ends, for another reason.
    case failRun = "fail_run"
}

/// One line of an extractor's table of errors: all that it names must match.
package struct ErrorRule: Hashable, Sendable {
    package var statuses: [ClosedRange<Int>]
    /// The API's own code, at one of `ErrorRules.codePaths`.
    package var code: String?
    /// A part of the API's own message, at one of `ErrorRules.messagePaths`, or of a body that is plain text.
    package var messagePart: String?
    package var body: ErrorBody.Form?
    package var action: ErrorAction
    /// Whether such an answer says of one object, or of one parent, that it is gone.
    ///
    /// Else it is about the whole stream. Nil: a 404 or 410 says so.
    package var saysGone: Bool?
    /// Whether such an answer, where the children of one parent were asked for, refuses those of that parent alone.
    package var isOfParent: Bool
    /// How long to wait before the next try, where the answer has no `Retry-After`.
    package var wait: Duration?
    package var shrink: Shrink?

    /// Asks for less the next time: for answers that took too long.
    package struct Shrink: Hashable, Sendable {
        /// The parameter of the query that has a page's size.
        package var parameter: String
        /// It is halved down to this.
        package var least: Int

        /// The size after one that took too long.
        func size(after size: Int) -> Int { size > least ? max(least, size / 2) : size }
    }

    /// A rule.
    package init(
        statuses: [ClosedRange<Int>],
        code: String?,
        messagePart: String?,
        body: ErrorBody.Form? = nil,
        action: ErrorAction,
        saysGone: Bool? = nil,
        isOfParent: Bool = false,
        wait: Duration? = nil,
        shrink: Shrink? = nil
    ) {
        self.statuses = statuses
        self.code = code
        self.messagePart = messagePart
        self.body = body
        self.action = action
        self.saysGone = saysGone
        self.isOfParent = isOfParent
        self.wait = wait
        self.shrink = shrink
    }

    func matches(_ status: Int, _ said: ErrorBody) -> Bool {
        statuses.contains { $0.contains(status) }
            && (code == nil || code == said.code)
            && (body == nil || body == said.form)
            && (messagePart.map { part in said.text?.contains(part) ?? false } ?? true)
    }
}

/// How an extractor reads the answers that are no pages.
package struct ErrorRules: Sendable {
    /// Where an error's body has the API's message and code.
    ///
    /// The first path that leads to a text or a number counts, since one API can have several forms; a number leads
    /// into an array.
    package var messagePaths: [[String]]
    package var codePaths: [[String]]
    /// A header by which the API itself says `true` or `false`: it outweighs every rule.
    package var retryHeader: String?
    /// The first that matches holds; the general table comes after them.
    package var rules: [ErrorRule]

    /// A table.
    package init(
        messagePaths: [[String]] = [],
        codePaths: [[String]] = [],
        retryHeader: String? = nil,
        rules: [ErrorRule] = []
    ) {
        self.messagePaths = messagePaths
        self.codePaths = codePaths
        self.retryHeader = retryHeader
        self.rules = rules
    }

    /// What HTTP itself says about a status, for what no rule of the extractor names.
    static let general: [ErrorRule] = [
        ErrorRule(statuses: [401...401], code: nil, messagePart: nil, action: .refresh),
        ErrorRule(statuses: [403...404, 410...410], code: nil, messagePart: nil, action: .unavailable),
        ErrorRule(
            statuses: [408...408, 425...425, 429...429, 500...599],
            code: nil,
            messagePart: nil,
            action: .retry
        ),
    ]

    /// The statuses that by themselves say that something is gone (RFC 9110, 15.5.5 and 15.5.11).
    static let gone: Set<Int> = [404, 410]

    /// How far an error's body is in the form that the extractor declares.
    enum OwnWord {
        /// With a code, or with a message where no code is declared.
        case sure
        /// With a message alone: not every error of an API has a code, and a wrong path's has none.
        case likely
        case none
    }

    /// Whether the API itself says so, and not a proxy or a server that knows no such path.
    func ownWord(_ said: ErrorBody) -> OwnWord {
        if messagePaths.isEmpty, codePaths.isEmpty { return .sure }
        if said.code != nil || (codePaths.isEmpty && said.message != nil) { return .sure }
        return said.message == nil ? .none : .likely
    }

    /// What an answer says, by the paths of this table.
    func said(by response: HTTPResponse) -> ErrorBody {
        ErrorBody(response, messagePaths: messagePaths, codePaths: codePaths)
    }

    /// What to do about an answer; `retryHint` is the value of `retryHeader`, where it came.
    func decide(status: Int, _ said: ErrorBody, retryHint: String?) -> ErrorDecision {
        let rule = (rules + Self.general).first { $0.matches(status, said) }
        var decision = ErrorDecision(
            action: rule?.action ?? .failStream,
            saysGone: rule?.saysGone ?? Self.gone.contains(status),
            isOfParent: rule?.isOfParent ?? false,
            isNamed: rule?.saysGone == true && (rule?.code ?? rule?.messagePart) != nil,
            wait: rule?.wait,
            shrink: rule?.shrink
        )
        switch retryHint?.lowercased() {
        case "true": decision.action = .retry
        case "false": if decision.action == .retry { decision.action = .failStream }
        default: break
        }
        return decision
    }
}

/// What a table says of one answer.
struct ErrorDecision: Hashable, Sendable {
    var action: ErrorAction
    var saysGone = false
    var isOfParent = false
    /// Whether the rule has `gone: true` for just that code or message: no wrong path's answer has it.
    var isNamed = false
    var wait: Duration?
    var shrink: ErrorRule.Shrink?
}
