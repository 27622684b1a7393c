/// A request as the transport sends it.
///
/// The address may hold a secret in its query: print `loggedAddress` only (I6).
package struct HTTPRequest: Sendable {
    package var method: String
    /// An absolute http or https address.
    package var address: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]?
    /// The answer's body, decoded, may not be larger (I7).
    package var maximumBody: Int
    /// Until the connection stands, TLS included.
    package var connectTimeout: Duration
    /// Until the whole answer is there, however slowly it is taken.
    package var totalTimeout: Duration
    /// Whether the answer is waited for though the task is cancelled meanwhile: for one that cannot be had again.
    package var outlivesCancellation = false

    /// A request with the limits that suit an API's page: 64 MB, 10 s to connect, 120 s in all.
    package init(
        method: String = "GET",
        address: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        maximumBody: Int = 64 << 20,
        connectTimeout: Duration = .seconds(10),
        totalTimeout: Duration = .seconds(120)
    ) {
        self.method = method
        self.address = address
        self.headers = headers
        self.body = body
        self.maximumBody = maximumBody
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
    }

    /// The address without query, fragment and user information: what logs and errors may show.
    package var loggedAddress: String {
        var text = address.prefix { $0 != "?" && $0 != "#" }
        if let scheme = text.range(of: "://"), let at = text[scheme.upperBound...].firstIndex(of: "@"),
            !text[scheme.upperBound..<at].contains("/")
        {
            text = text[..<scheme.upperBound] + text[text.index(after: at)...]
        }
        return String(text)
    }
}

extension Substring {
    fileprivate func range(of separator: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(separator) { return start..<index(start, offsetBy: separator.count) }
            start = index(after: start)
        }
        return nil
    }
}

/// A whole answer: status, headers as they came, and the decoded body.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    /// An answer.
    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header, by its name in any case.
    package subscript(header name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Sends one request and gives its answer.
///
/// Redirects are not followed: who asks checks the next host first (I6).
package protocol HTTPTransport: Sendable {
    /// The whole answer; throws `HTTPError`, or `CancellationError` at once when the task is cancelled.
    func perform(_ request: HTTPRequest) async throws -> HTTPResponse
    /// The answer's head, while its body comes, of which no `maximumBody` bounds the length; throws as `perform` does.
    func open(_ request: HTTPRequest) async throws -> HTTPOpenResponse
}

extension HTTPTransport {
    /// The whole answer, its body in one piece.
    package func open(_ request: HTTPRequest) async throws -> HTTPOpenResponse {
        let response = try await perform(request)
        return HTTPOpenResponse(
            status: response.status,
            headers: response.headers,
            body: WholeBody(response.body)
        )
    }
}
