package import Core
import Web

/// Asks a simulator in the same process, without a socket: every request is answered at once, in virtual time.
package struct InProcessTransport: HTTPTransport {
    private let clock: VirtualClock
    private let answer: @Sendable (WebRequest) -> WebResponse

    /// A transport to an account of any service by whatever host an address has.
    package init(_ simulator: some Simulator) {
        clock = simulator.clock
        answer = { simulator.answer($0) }
    }

    package func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let address = try HTTPAddress(parsing: request.address)
        var headers = WebHeaders()
        for header in request.headers { headers.append(header.name, header.value) }
        // What a proxy in front of it would say: links lead back by the address that was asked for.
        headers.append("Host", address.authority)
        headers.append("X-Forwarded-Proto", address.scheme)
        let response = answer(
            WebRequest(
                method: request.method,
                target: address.path + (address.query.map { "?\($0)" } ?? ""),
                headers: headers,
                body: request.body ?? []
            )
        )
        let body = try receive(response.body, within: request.totalTimeout, of: request)
        return HTTPResponse(status: response.status, headers: response.headers.fields, body: body)
    }

    private func receive(
        _ body: WebResponse.Body,
        within patience: Duration,
        of request: HTTPRequest
    ) throws(HTTPError) -> [UInt8] {
        switch body {
        case .bytes(let bytes):
            guard bytes.count <= request.maximumBody else {
                throw HTTPError(
                    .tooLarge,
                    "\(request.loggedAddress) answered \(bytes.count) bytes, more than \(request.maximumBody)"
                )
            }
            return bytes
        case .cut, .reset, .stream:
            throw HTTPError(
                .cut,
                "\(request.loggedAddress) closed the connection in the middle of its answer"
            )
        case .delayed(let delay, let rest) where delay <= patience:
            clock.advance(by: delay)
            return try receive(rest, within: patience - delay, of: request)
        case .silence, .delayed:
            clock.advance(by: patience)
            throw HTTPError(
                .timedOut,
                "\(request.loggedAddress) did not answer within \(request.totalTimeout)"
            )
        }
    }
}
