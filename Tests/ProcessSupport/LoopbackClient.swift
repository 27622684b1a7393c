import Foundation
import Glibc

/// Sends bytes as they are to a port of this machine, and tells how the connection ended.
package struct LoopbackClient: Sendable {
    package enum End: Hashable, Sendable { case closed, reset, quiet }

    /// What came back until the connection ended.
    package struct Answer: Sendable {
        package var bytes: [UInt8]
        package var end: End

        private var headEnd: Int {
            bytes.firstRange(of: Array("\r\n\r\n".utf8))?.lowerBound ?? bytes.count
        }
        package var status: Int? {
            Int(String(decoding: bytes.prefix(12), as: UTF8.self).dropFirst("HTTP/1.1 ".count))
        }
        /// What stands after the (first) head.
        package var body: [UInt8] { Array(bytes.dropFirst(headEnd + 4)) }
        /// The values of the fields of that name.
        package func header(_ name: String) -> [String] {
            String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n").dropFirst()
                .compactMap { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { return nil }
                    return parts[1].trimmingPrefix(" ").description
                }
        }
    }

    package var port: UInt16
    /// Milliseconds of hearing nothing that count as quiet.
    package var patience: Int

    package init(port: UInt16, patience: Int = 60_000) {
        self.port = port
        self.patience = patience
    }

    /// A request whose connection closes afterwards.
    package func request(
        _ method: String,
        _ target: String,
        headers: [String] = [],
        body: String = ""
    ) async -> Answer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + headers
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        return await send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Sends and listens to the end, on a thread made for it: it may block, and pools add threads only slowly.
    package func send(_ text: String) async -> Answer {
        await withCheckedContinuation { done in
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
        _ = unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
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
