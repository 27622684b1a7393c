/// Answers of an API that mean one thing: by status and, where given, by what the body says.
package struct AnswerPattern: Hashable, Sendable {
    package var statuses: [ClosedRange<Int>]
    /// The API's own code, at `ErrorRules.codePath`.
    package var code: String?
    /// A part of the API's own message, at `ErrorRules.messagePath`.
    package var messagePart: String?

    /// Answers with one of these statuses and these words.
    package init(statuses: [ClosedRange<Int>], code: String? = nil, messagePart: String? = nil) {
        self.statuses = statuses
        self.code = code
        self.messagePart = messagePart
    }

    func matches(_ status: Int, code: String?, message: String?) -> Bool {
        statuses.contains { $0.contains(status) }
            && (self.code.map { $0 == code } ?? true)
            && (messagePart.map { part in message?.contains(part) ?? false } ?? true)
    }
}
