import Core
import Glibc
import Synchronization

@testable import HTTP

/// A request as it came in over the socket.
struct CurlServerRequest: Sendable {
    /// `GET /path HTTP/1.1`.
    var line: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}

/// One accepted connection, used by its own thread only.
final class CurlServerConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        // A child process of another test may hold a copy of the descriptor: closing alone would not end it.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// The next whole request, nil when the client has left.
    func read() -> CurlServerRequest? {
        let blank = Array("\r\n\r\n".utf8)
        while true {
            for end in buffer.indices.dropLast(3) where Array(buffer[end..<(end + 4)]) == blank {
                let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
                buffer.removeFirst(end + 4)
                let headers = lines.dropFirst().map { line in
                    let name = line.prefix { $0 != ":" }
                    return (name: String(name), value: String(line[name.endIndex...].dropFirst(2)))
                }
                var request = CurlServerRequest(line: String(lines[0]), headers: headers, body: [])
                let length = Int(request["content-length"] ?? "0") ?? 0
                while buffer.count < length { guard more() else { return nil } }
                request.body = Array(buffer.prefix(length))
                buffer.removeFirst(length)
                return request
            }
            guard more() else { return nil }
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// A whole answer with its length.
    func answer(_ body: [UInt8], status: String = "200 OK", headers: String = "") {
        send(Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n\(headers)\r\n".utf8) + body)
    }

    /// Ends the connection behind what was sent.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Blocks until the client has closed the connection.
    func waitForEnd() { while more() {} }

    private func more() -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        guard count > 0 else { return false }
        buffer += piece[..<count]
        return true
    }
}

/// A server on a free port of 127.0.0.1 that hands every connection to `serve` on a thread of its own.
final class CurlServer: Sendable {
    private final class Counter: Sendable {
        let count = Locked(0)
    }

    let port: Int
    private let descriptor: Int32
    private let accepted = Counter()

    var address: String { "http://127.0.0.1:\(port)" }
    /// Connections so far.
    var connections: Int { accepted.count.withLock { $0 } }

    init(_ serve: @escaping @Sendable (CurlServerConnection) -> Void) {
        let (descriptor, port) = CurlServer.bound()
        self.descriptor = descriptor
        self.port = port
        listen(descriptor, 256)
        let isStarted = LoopThread.start { [accepted] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                accepted.count.withLock { $0 += 1 }
                _ = LoopThread.start { serve(CurlServerConnection(descriptor: connection)) }
            }
        }
        precondition(isStarted)
    }

    /// A server that keeps connections alive and answers every request with what `answer` gives.
    convenience init(answering answer: @escaping @Sendable (CurlServerRequest, CurlServerConnection) -> Void)
    {
        self.init { connection in
            while let request = connection.read() { answer(request, connection) }
        }
    }

    deinit {
        // Wakes the accepting thread, which shares no more than the number with this object.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// A port that nobody listens on.
    static func closedPort() -> Int {
        let (descriptor, port) = bound()
        close(descriptor)
        return port
    }

    private static func bound() -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, size) == 0 && getsockname(descriptor, pointer, &size) == 0
            }
        }
        precondition(isBound, "no free port on 127.0.0.1")
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}

/// Holds server threads until it is opened, without sleeping.
final class CurlGate: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() {
        var pair: [Int32] = [0, 0]
        let isOpen = unsafe pipe(&pair) == 0
        precondition(isOpen)
        ends = (pair[0], pair[1])
    }

    deinit {
        close(ends.read)
        close(ends.write)
    }

    /// Lets so many threads go on.
    func open(_ count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        unsafe write(ends.write, bytes, count)
    }

    /// Returns once the gate opened for this task, which blocks a thread of its own meanwhile.
    func opened() async {
        await withCheckedContinuation { continuation in
            let isStarted = LoopThread.start {
                self.wait()
                continuation.resume()
            }
            precondition(isStarted)
        }
    }

    /// Blocks until the gate opens for this thread.
    func wait() {
        var byte: UInt8 = 0
        unsafe read(ends.read, &byte, 1)
    }
}
