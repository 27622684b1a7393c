import Foundation
import Synchronization

/// A proxy on a free port of 127.0.0.1 that takes `CONNECT` and leads every tunnel to one port of this machine.
package final class TunnelProxy: Sendable {
    package let port: Int
    private let descriptor: Int32
    private let heads: Heads

    /// What it was asked for: requests' heads, in order.
    private final class Heads: Sendable {
        let all = Mutex<[String]>([])
    }

    package var requests: [String] { heads.all.withLock { $0 } }

    /// Listens.
    package init(to target: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0, unsafe Self.call(bind, descriptor, port: 0) == 0, listen(descriptor, 16) == 0,
            let port = Self.port(of: descriptor)
        else { throw TestFailure("no free port for a proxy") }
        self.descriptor = descriptor
        self.port = port
        let heads = Heads()
        self.heads = heads
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { Self.serve(client, heads, target) }
            }
        }
    }

    deinit {
        // Wakes the accepting thread.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    private static func serve(_ client: Int32, _ heads: Heads, _ target: Int) {
        defer { close(client) }
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            var byte: UInt8 = 0
            guard head.count < 16 << 10, unsafe recv(client, &byte, 1, 0) == 1 else { return }
            head.append(byte)
        }
        heads.all.withLock { $0.append(String(decoding: head, as: UTF8.self)) }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(server) }
        guard unsafe call(connect, server, port: target) == 0 else { return }
        send(Array("HTTP/1.1 200 Connection established\r\n\r\n".utf8), to: client)
        let back = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            pump(server, client)
            back.signal()
        }
        pump(client, server)
        back.wait()
    }

    /// Carries bytes one way until their end, and tells the other side of it.
    private static func pump(_ from: Int32, _ to: Int32) {
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe recv(from, &piece, piece.count, 0)
            guard count > 0 else { break }
            send(Array(piece[..<count]), to: to)
        }
        shutdown(to, Int32(SHUT_WR))
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Foundation.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32,
        _ descriptor: Int32,
        port: Int
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe function(descriptor, $0, size)
            }
        }
    }

    private static func port(of descriptor: Int32) -> Int? {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &size)
            }
        }
        return code == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
