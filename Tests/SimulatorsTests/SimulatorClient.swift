import Foundation
import Glibc
import JSON

/// A client that sends bytes as they are and tells how the connection ended.
struct SimulatorClient: Sendable {
    enum End: Hashable, Sendable { case closed, reset, quiet }

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
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        if let key { lines.append("Authorization: Bearer \(key)") }
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + body
        return await withCheckedContinuation { done in
            // A thread of its own: the pools add threads only once a second.
            Thread.detachNewThread { done.resume(returning: exchange(Array(text.utf8))) }
        }
    }

    private func exchange(_ bytes: [UInt8]) -> Answer {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(connection, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return Answer(bytes: [], end: .reset) }
        _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            var poll = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            guard unsafe Glibc.poll(&poll, 1, Int32(patience)) > 0 else {
                return Answer(bytes: answer, end: .quiet)
            }
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return Answer(bytes: answer, end: count == 0 ? .closed : .reset) }
            answer += buffer[..<count]
        }
    }
}
