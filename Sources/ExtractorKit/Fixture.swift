package import Core
package import JSON

/// What an API answered to some runs of a stream, and what came of it: `fixtures/STREAM.json` of an extractor.
package struct Fixture: Hashable, Sendable {
    /// A request and its answer.
    package struct Exchange: Hashable, Sendable {
        /// An answer's body.
        package enum Body: Hashable, Sendable {
            case json(JSONValue)
            /// Anything else: CSV, JSON lines, a page for people.
            case text(String)
        }

        package var method: String
        /// Without any secret, as everything here (I6).
        package var address: String
        /// The body of a POST.
        package var sent: JSONValue?
        package var status: Int
        /// Those of the answer that a reading goes by.
        package var headers: [JSONValue.Member]
        package var body: Body

        /// The request in one line.
        package var request: String { "\(method) \(address)" + (sent.map { " \($0.compactText)" } ?? "") }
    }

    /// An event that came of a run.
    package struct Event: Hashable, Sendable {
        package var key: String
        /// What stands behind the key in the event's id.
        package var version: String
        package var isDelete: Bool

        /// An event.
        package init(key: String, version: String, isDelete: Bool = false) {
            self.key = key
            self.version = version
            self.isDelete = isDelete
        }
    }

    /// One run; a later one goes on where the one before it ended.
    package struct Run: Hashable, Sendable {
        /// The time of the whole run.
        package var at: Instant
        /// Nothing older was asked for.
        package var since: Instant?
        package var limit: Int?
        package var exchanges: [Exchange]
        /// By key; those of one key in their order.
        package var events: [Event]
        /// The code of the error that it ended with.
        package var error: String?
    }

    /// The account's settings, without its secrets.
    package var settings: [JSONValue.Member]
    /// What a login told, by the names that the definition gives it.
    package var login: [JSONValue.Member]
    /// In the place of the definition's own page sizes, so that a few records are several pages.
    package var pageSize: Int?
    package var runs: [Run]

    /// A fixture.
    package init(
        settings: [JSONValue.Member] = [],
        login: [JSONValue.Member] = [],
        pageSize: Int? = nil,
        runs: [Run] = []
    ) {
        self.settings = settings
        self.login = login
        self.pageSize = pageSize
        self.runs = runs
    }
}
