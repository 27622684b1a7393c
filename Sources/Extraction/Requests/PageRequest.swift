import Core
import JSON

/// One request, ready but for the credentials.
struct PageRequest: Sendable {
    var address: HTTPAddress
    /// Sent with POST; nil for a GET.
    var body: JSONValue?
    /// What it takes, where that is not what every request takes.
    var accept: String?
    /// Whether its answer's body is read while it comes.
    var isStreamed = false

    /// So long a body may come, the waits for who takes it included (I7).
    private static let longestStream: Duration = .seconds(12 * 3600)

    init(_ address: HTTPAddress, body: JSONValue? = nil, accept: String? = nil) {
        self.address = address
        self.body = body
        self.accept = accept
    }

    var method: String { body == nil ? "GET" : "POST" }

    /// The request with a parameter of its query set, of a POST a member of its body (a path of names).
    func setting(_ parameter: String, to value: JSONValue) -> PageRequest {
        var request = self
        if let body {
            let path = FieldPath.parse(parameter) ?? [parameter]
            request.body = body.setting(path[...], to: value)
        } else {
            request.address = address.setting(query: parameter, to: value.lexeme ?? "")
        }
        return request
    }

    /// The number that a parameter of its query has, of a POST a member of its body.
    func number(of parameter: String) -> Int? {
        if let text = address.value(ofQuery: parameter) { return Int(text) }
        return body?.text(at: FieldPath.parse(parameter) ?? [parameter]).flatMap { Int($0) }
    }

    /// With its method and body on a request that has the credentials.
    func completing(_ request: HTTPRequest) -> HTTPRequest {
        var request = request
        if let accept {
            request.headers.removeAll { $0.name.lowercased() == "accept" }
            request.headers.append(("Accept", accept))
        }
        if isStreamed { request.totalTimeout = Self.longestStream }
        guard let body else { return request }
        request.method = method
        request.body = body.bytes()
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            request.headers.append(("Content-Type", "application/json"))
        }
        return request
    }
}

extension JSONValue {
    /// The text of a string, or a number as it was written.
    var lexeme: String? {
        switch self {
        case .string(let text): text
        case .number(let lexeme): lexeme
        default: nil
        }
    }
}
