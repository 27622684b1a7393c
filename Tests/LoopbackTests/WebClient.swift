import Foundation
import Glibc

/// A client that sends bytes as they are and tells how the connection ended.
struct WebClient: Sendable {
    enum End: Hashable, Sendable { case closed, reset, quiet }

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

    /// Sends and listens to the end, on a thread that may block.
    func send(_ text: String) async -> Answer {
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
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
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
