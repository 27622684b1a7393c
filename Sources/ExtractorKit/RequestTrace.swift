package import Core
import JSON
import Synchronization

/// A transport that remembers what was asked of it, for people to look at.
package final class RequestTrace: HTTPTransport {
    /// One request and what came of it.
    package struct Entry: Sendable {
        package var method: String
        /// Without any secret of the account (I6).
        package var address: String
        /// Nil where no answer came.
        package var status: Int?
        package var time: Duration
        /// The records of its page; nil where it gave none that were read.
        package var records: Int?
    }

    private let transport: any HTTPTransport
    private let hide: @Sendable (String) -> String
    private let elapsed: @Sendable () -> Duration
    private let log = Locked<[Entry]>([])

    /// Wraps a transport; `hide` takes the account's secrets out of an address.
    package init(
        _ transport: any HTTPTransport,
        hide: @escaping @Sendable (String) -> String,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        self.transport = transport
        self.hide = hide
        self.elapsed = elapsed
    }

    /// The requests so far, in the order of their answers.
    package var entries: [Entry] { log.withLock { $0 } }

    package func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        let start = elapsed()
        do {
            let response = try await transport.perform(request)
            note(request, response.status, since: start)
            return response
        } catch {
            note(request, nil, since: start)
            throw error
        }
    }

    package func open(_ request: HTTPRequest) async throws -> HTTPOpenResponse {
        let start = elapsed()
        do {
            let response = try await transport.open(request)
            note(request, response.status, since: start)
            return response
        } catch {
            note(request, nil, since: start)
            throw error
        }
    }

    private func note(_ request: HTTPRequest, _ status: Int?, since start: Duration) {
        let entry = Entry(
            method: request.method,
            address: hide(request.address),
            status: status,
            time: elapsed() - start
        )
        log.withLock { $0.append(entry) }
    }

    /// Says how many records the last pages had, the last one's count last.
    func tell(records counts: [Int]) {
        log.withLock { entries in
            let open = entries.indices.reversed().filter {
                entries[$0].records == nil && 200..<300 ~= entries[$0].status ?? 0
            }
            for (index, count) in zip(open, counts.reversed()) { entries[index].records = count }
        }
    }
}
