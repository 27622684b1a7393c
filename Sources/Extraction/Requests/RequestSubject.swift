import Core

/// What requests are for: it names them in errors, and says which limits count them.
struct RequestSubject: Sendable {
    /// The stream or feed, and which part of it where it is one.
    var text: String
    /// The stream that fails with it; nil for a feed.
    var stream: String?
    /// What the requests are counted under.
    var counter: String
    /// The named limit beside the default one.
    var limit: String?
    /// The answer that means that a feed's place is lost.
    var expired: AnswerPattern?
    /// The answer that means that a list's place is lost; only of a request that goes on at one.
    var lost: AnswerPattern?
    /// The answer that means that there is nothing new yet.
    var caughtUp: AnswerPattern?
    /// Whether an answer may say that there is no such thing; else such an answer is an error.
    var mayBeGone = false
    /// Whether it asks for the children of one parent, which an answer may refuse for that parent alone.
    var isOfParent = false

    /// A stream's list.
    init(_ stream: StreamDefinition) {
        text = "stream \(stream.name)"
        self.stream = stream.name
        counter = stream.name
        limit = stream.limit
        lost = stream.lost
    }

    /// A parent's own reading, for one of its child streams.
    init(_ child: StreamDefinition, readingParent parent: StreamDefinition) {
        self.init(child)
        text += ", list of \(parent.name)"
        limit = parent.limit
        lost = parent.lost
    }

    /// A request beside a stream's list, which asks elsewhere: what limits the list does not limit it.
    init(_ stream: StreamDefinition, _ part: String, _ request: RequestTemplate) {
        self.init(stream)
        text += ", \(part)"
        limit = request.limit
        lost = nil
    }

    /// A feed.
    init(_ feed: FeedDefinition) {
        text = "feed \(feed.name)"
        counter = Self.counter(ofFeed: feed.name)
        limit = feed.limit
        expired = feed.expired
    }

    /// What a feed's requests are counted under: no stream's name has a space.
    static func counter(ofFeed name: String) -> String { "feed \(name)" }

    /// How errors name a place in it.
    func place(_ page: Int?) -> String { page.map { "\(text), page \($0)" } ?? text }

    /// An error about it.
    func error(_ code: ExtractionError.Code, _ message: String) -> ExtractionError {
        ExtractionError(code, message, stream: stream)
    }
}
