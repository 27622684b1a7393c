import Core
import Synchronization

/// Answers from what was recorded: each answer once, to the request that it was given to.
final class ReplayTransport: HTTPTransport {
    private struct Contents {
        var left: [Fixture.Exchange]
        var unknown: [String] = []
    }

    private let redaction: Redaction
    private let contents: Locked<Contents>

    init(_ exchanges: [Fixture.Exchange], secrets: [String]) {
        redaction = Redaction(secrets: secrets)
        contents = Locked(Contents(left: exchanges))
    }

    /// The recorded requests that nobody sent.
    var unasked: [String] { contents.withLock { $0.left.map(\.request) } }

    /// What was asked for and is not recorded, with the nearest that is.
    var unknown: [String] { contents.withLock { $0.unknown } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let asked = Fixture.Exchange(request, HTTPResponse(status: 0, headers: [], body: []), headers: [])
            .cleaned(by: redaction).request
        let found = contents.withLock { contents -> Fixture.Exchange? in
            if let index = contents.left.firstIndex(where: { $0.request == asked }) {
                return contents.left.remove(at: index)
            }
            let nearest = contents.left.max {
                Self.common($0.request, asked) < Self.common($1.request, asked)
            }
            contents.unknown.append(
                "\(asked) is asked for and not recorded"
                    + (nearest.map { "; the nearest that is left is \($0.request)" } ?? "")
            )
            return nil
        }
        guard let found else { throw FixtureError(.notRecorded, "\(asked) is not recorded") }
        return found.response
    }

    private static func common(_ left: String, _ right: String) -> Int {
        zip(left.utf8, right.utf8).prefix { $0 == $1 }.count
    }
}
