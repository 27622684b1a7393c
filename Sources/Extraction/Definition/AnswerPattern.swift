/// Answers of an API that mean one thing: by status and, where given, by what the body says.
package struct AnswerPattern: Hashable, Sendable {
    package var statuses: [ClosedRange<Int>]
    /// The API's own code, at one of `ErrorRules.codePaths`.
    package var code: String?
    /// A part of the API's own message, at one of `ErrorRules.messagePaths`.
    package var messagePart: String?

    /// Answers with one of these statuses and these words.
    package init(statuses: [ClosedRange<Int>], code: String? = nil, messagePart: String? = nil) {
        self.statuses = statuses
        self.code = code
        self.messagePart = messagePart
    }

    func matches(_ status: Int, _ said: ErrorBody) -> Bool {
        statuses.contains { $0.contains(status) }
            && (code.map { $0 == said.code } ?? true)
            && (messagePart.map { part in said.text?.contains(part) ?? false } ?? true)
    }
}
