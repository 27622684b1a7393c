import JSON
import ProcessSupport

/// A client that sends bytes as they are and tells how the connection ended.
struct SimulatorClient: Sendable {
    typealias End = LoopbackClient.End

    struct Answer: Sendable {
        var bytes: [UInt8]
        var end: End

        private var headEnd: Int {
            bytes.firstRange(of: Array("\r\n\r\n".utf8))?.lowerBound ?? bytes.count
        }
        private var head: String { String(decoding: bytes[..<headEnd], as: UTF8.self) }
        var status: Int? { Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) }
        var body: [UInt8] { Array(bytes.dropFirst(headEnd + 4)) }
        func document() throws -> JSONValue { try JSONValue.parse(body) }
        func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts[0].lowercased() == name.lowercased() {
                    return parts[1].trimmingPrefix(" ").description
                }
            }
            return nil
        }
    }

    var port: UInt16
    var key: String? = "sk_test_simulated"
    /// How long to listen to nothing before it counts as quiet.
    var patience = 60_000

    func get(_ target: String, headers: [String] = []) async -> Answer {
        await request("GET", target, headers: headers)
    }

    func post(_ target: String, _ body: String) async -> Answer { await request("POST", target, body: body) }

    func request(_ method: String, _ target: String, headers: [String] = [], body: String = "") async
        -> Answer
    {
        let answer = await LoopbackClient(port: port, patience: patience).request(
            method,
            target,
            headers: headers + (key.map { ["Authorization: Bearer \($0)"] } ?? []),
            body: body
        )
        return Answer(bytes: answer.bytes, end: answer.end)
    }
}
