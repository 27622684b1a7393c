/// What a ticket holds beside what every object has.
struct ZendeskTicket: Sendable {
    /// How far it has come.
    enum Status: UInt8, Sendable {
        case new, open, pending, hold, solved, closed

        var name: String { ["new", "open", "pending", "hold", "solved", "closed"][Int(rawValue)] }
    }

    static let priorities = [nil, "low", "normal", "high", "urgent"]
    static let types = [nil, "question", "incident", "problem", "task"]
    static let scores = ["unoffered", "offered", "good", "bad"]

    var status = Status.new
    /// Its place in `priorities`.
    var priority = 0
    /// Its place in `scores`.
    var score = 0
    /// The places of those who ask and who answer; -1 for nobody.
    var requester: Int
    /// Who asked first: a merge of users changes who asks, and no audit of the past.
    let author: Int
    var assignee = -1
    var group = -1
    var organization = -1
    /// Bits, by place in `ZendeskWorld.tags`.
    var tags: UInt32 = 0
    /// The number of its audits.
    var steps = 1
    /// Whether no human handled it.
    var isAI = false
    /// The place of the ticket that it was merged into.
    var successor = -1

    init(requester: Int) {
        self.requester = requester
        author = requester
    }
}

/// What happened to a ticket at once: an audit, the event that tells of it, and its comment if there is one.
struct ZendeskStep: Sendable {
    /// What was done.
    enum Action: Sendable, Equatable {
        case create
        case comment(isPublic: Bool)
        case change(field: String, from: String, to: String)
        case merge(into: Int)
        case mergeFrom(Int)
    }

    var time: Int
    /// The place of the user who did it; -1 for the system.
    var author: Int
    var action: Action

    /// Whether it has a comment.
    var hasComment: Bool { if case .change = action { false } else { true } }
}
