import ProcessSupport

/// A client that sends bytes as they are and tells how the connection ended.
struct WebClient: Sendable {
    typealias End = LoopbackClient.End

    struct Answer: Sendable {
        var bytes: [UInt8]
        var end: End

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var status: Int? { Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) }
        /// What stands after the (first) head.
        var body: String {
            guard let head = text.firstRange(of: "\r\n\r\n") else { return "" }
            return String(text[head.upperBound...])
        }
        func header(_ name: String) -> [String] {
            text.split(separator: "\r\n\r\n", maxSplits: 1)[0].split(separator: "\r\n").dropFirst().compactMap
            {
                let parts = $0.split(separator: ":", maxSplits: 1)
                guard parts[0].lowercased() == name.lowercased() else { return nil }
                return parts[1].trimmingPrefix(" ").description
            }
        }
    }

    var port: UInt16
    /// How long to listen to nothing before it counts as quiet.
    var patience = 60_000

    /// A GET that closes the connection afterwards.
    func get(_ target: String, headers: [String] = []) async -> Answer {
        await send(
            (["GET \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + headers).joined(
                separator: "\r\n"
            )
                + "\r\n\r\n"
        )
    }

    /// Sends and listens to the end.
    func send(_ text: String) async -> Answer {
        let answer = await LoopbackClient(port: port, patience: patience).send(text)
        return Answer(bytes: answer.bytes, end: answer.end)
    }
}
