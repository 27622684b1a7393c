import Core
import JSON
import Synchronization

/// An API in memory: lists of numbered records, newest first, `has_more` and `after` as Stripe's are.
final class FakeService: HTTPTransport {
    static var account: AccountName {
        guard let name = try? AccountName("fake/one") else { preconditionFailure("fake/one is a name") }
        return name
    }

    private let lists: [String: Int]
    private let pageSize: Int
    /// Asked before each answer with the path and the request's number; gives another answer, or throws.
    private let fault: @Sendable (String, Int) async throws -> HTTPResponse?
    private let requests = Locked<[String]>([])

    init(
        lists: [String: Int],
        pageSize: Int = 10,
        fault: @escaping @Sendable (String, Int) async throws -> HTTPResponse? = { _, _ in nil }
    ) {
        self.lists = lists
        self.pageSize = pageSize
        self.fault = fault
    }

    var log: [String] { requests.withLock { $0 } }

    func perform(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let address = try HTTPAddress(parsing: request.address)
        let number = requests.withLock { requests in
            requests.append(address.text)
            return requests.count
        }
        if let answer = try await fault(address.path, number) { return answer }
        let name = String(address.path.split(separator: "/").last ?? "")
        guard let count = lists[name] else {
            return Self.answer(404, #"{"error":{"message":"no such list"}}"#)
        }
        let after = address.query?.split(separator: "&").first { $0.hasPrefix("after=") }
        let start = after.flatMap { Int($0.dropFirst("after=\(name)_".count)) } ?? count + 1
        let end = max(1, start - pageSize)
        let records = stride(from: start - 1, through: end, by: -1).map {
            #"{"id":"\#(name)_\#($0)","n":\#($0)}"#
        }
        return Self.answer(200, #"{"data":[\#(records.joined(separator: ","))],"has_more":\#(end > 1)}"#)
    }

    static func answer(_ status: Int, _ body: String) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
    }

    /// The definition with which sluice reads it.
    static func definition(streams: [String]) -> String {
        """
        extractor: fake
        description: Lists in memory.
        base_url: http://127.0.0.1:1
        streams:
        """
            + streams.map { name in
                """

                  \(name):
                    get: /\(name)
                    records: data
                    key: id
                    paging: {last_record: {param: after, more: has_more}}
                """
            }.joined()
    }
}
