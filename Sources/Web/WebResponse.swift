/// An answer, or one of the ways in which a server fails to give one.
package struct WebResponse: Sendable {
    package var status: Int
    /// Without Content-Length and Transfer-Encoding, which follow from the body; a `Date` here replaces the server's.
    package var headers: WebHeaders
    package var body: Body

    /// What follows the head.
    package indirect enum Body: Sendable {
        /// All of it, with its length declared.
        case bytes([UInt8])
        /// What somebody writes as it comes, chunked.
        case stream(WebStream)
        /// The whole length declared, the connection closed after so many bytes.
        case cut([UInt8], after: Int)
        /// The connection reset after so many bytes; nil resets it before the head.
        case reset([UInt8], after: Int?)
        /// Nothing: the connection stays open and quiet until the client leaves or the server's limit is reached.
        case silence
        /// The rest after so long, as the server's timer measures it.
        case delayed(Duration, Body)
    }

    package init(status: Int, headers: WebHeaders = WebHeaders(), body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Plain text, with a line end.
    package static func text(_ text: String, status: Int = 200) -> WebResponse {
        WebResponse(
            status: status,
            headers: ["Content-Type": "text/plain; charset=utf-8"],
            body: .bytes(Array((text + "\n").utf8))
        )
    }

    /// JSON that is already written.
    package static func json(_ bytes: [UInt8], status: Int = 200) -> WebResponse {
        WebResponse(status: status, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }
}

/// What a handler decides on the server's thread.
package enum WebAnswer: Sendable {
    /// Answer at once: right for whatever neither waits nor takes long.
    case response(WebResponse)
    /// Answer from a child task of `WebServer.run()`, off the server's thread.
    case deferred(@Sendable () async -> WebResponse)
}
