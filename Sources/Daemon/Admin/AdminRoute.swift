import JSON
import Web

/// A path of the API: how it is called, what it takes and answers, and who does it.
struct AdminRoute: Sendable {
    /// A value in the path or the query.
    struct Parameter: Sendable {
        var name: String
        var isInPath: Bool
        var schema: JSONValue
        var about: String
    }

    /// One of the answers.
    struct Answer: Sendable {
        var status: Int
        var about: String
        var mediaType: String
        var schema: JSONValue
    }

    /// `GET` or `POST`.
    var method: String
    /// With its variables in braces: `/api/v1/runs/{id}`.
    var path: String
    /// What programs made from the document call it.
    var operation: String
    var about: String
    var parameters: [Parameter]
    /// The schema of its body; nil where it takes none.
    var body: JSONValue?
    var answers: [Answer]
    /// Whether it needs no token.
    var isOpen: Bool
    var respond: @Sendable (AdminRequest) async throws(AdminProblem) -> WebResponse

    init(
        _ method: String,
        _ path: String,
        _ operation: String,
        _ about: String,
        parameters: [Parameter] = [],
        body: JSONValue? = nil,
        answers: [Answer],
        isOpen: Bool = false,
        respond: @escaping @Sendable (AdminRequest) async throws(AdminProblem) -> WebResponse
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.about = about
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.isOpen = isOpen
        self.respond = respond
    }

    /// What its variables stand for in a path; nil where the path is another one.
    func match(_ segments: [String]) -> [String: String]? {
        let parts = path.split(separator: "/")
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (part, segment) in zip(parts, segments) {
            if part.first == "{" {
                values[String(part.dropFirst().dropLast())] = segment
            } else if part != segment {
                return nil
            }
        }
        return values
    }
}

/// A request that was let in, and what its path says.
struct AdminRequest: Sendable {
    var web: WebRequest
    var values: [String: String]
    /// Who asks.
    var by: String

    /// What a variable of the path stands for.
    func value(_ name: String) -> String { values[name] ?? "" }

    /// A number of the query.
    func count(_ name: String, usual: Int, in range: ClosedRange<Int>) throws(AdminProblem) -> Int {
        guard let text = web.query[name] else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw AdminProblem(
                .badParameter,
                "\(name)=\(text) is no number from \(range.lowerBound) to \(range.upperBound)",
                remedy: "write \(name)=\(usual), for instance"
            )
        }
        return number
    }

    /// Some of the words that there are, separated by commas; none for all of them.
    func words(_ name: String, of known: [String]) throws(AdminProblem) -> [String] {
        let words = (web.query[name] ?? "").split(separator: ",").map(String.init)
        if let word = words.first(where: { !known.contains($0) }) {
            throw AdminProblem(
                .badParameter,
                "\(name) knows no '\(word)'",
                remedy: "choose of \(known.joined(separator: ", "))"
            )
        }
        return words
    }
}
