import Synchronization

/// An answer's body that comes while it is read.
package protocol HTTPBody: AnyObject, Sendable {
    /// The next bytes, decoded and never none; nil behind the last ones, once the body came whole.
    ///
    /// One call at a time. Throws `HTTPError` for a body that is cut or damaged, then and not before; or
    /// `CancellationError` at once when the task is cancelled.
    func next() async throws -> [UInt8]?
    /// Gives the rest up; what is let go of is given up as well.
    func close()
}

/// An answer of which only the head is there yet.
package struct HTTPOpenResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: any HTTPBody

    /// An answer.
    package init(status: Int, headers: [(name: String, value: String)], body: any HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The whole answer, whose body may have so many bytes (I7).
    package func whole(limit: Int, of request: HTTPRequest) async throws -> HTTPResponse {
        var bytes: [UInt8] = []
        while let piece = try await body.next() {
            guard bytes.count + piece.count <= limit else {
                body.close()
                throw HTTPError(
                    .tooLarge,
                    "\(request.method) \(request.loggedAddress): the body is larger than \(limit) bytes"
                )
            }
            bytes += piece
        }
        return HTTPResponse(status: status, headers: headers, body: bytes)
    }
}

/// A body that is there already.
package final class WholeBody: HTTPBody {
    private let bytes: Locked<[UInt8]>

    /// These bytes, in one piece.
    package init(_ bytes: [UInt8]) { self.bytes = Locked(bytes) }

    package func next() async throws -> [UInt8]? {
        let piece = bytes.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
        return piece.isEmpty ? nil : piece
    }

    package func close() { bytes.withLock { $0 = [] } }
}
