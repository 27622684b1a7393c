import Glibc

/// The socket of the service manager, `NOTIFY_SOCKET`: one datagram a message.
final class NotifySocket: Sendable {
    private let descriptor: Int32
    private let address: [UInt8]

    /// The socket at a path, or of an abstract name (`@NAME`); nil for any other address, and where there are no sockets.
    init?(_ text: String) {
        // `@` stands for the zero byte that an abstract name begins with.
        let bytes = text.hasPrefix("@") ? [0] + text.utf8.dropFirst() : Array(text.utf8)
        guard text.hasPrefix("/") || text.hasPrefix("@"), bytes.count > 1,
            bytes.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        else { return nil }
        address = bytes
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // A manager that takes nothing must not hold up the scheduler's loop.
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    }

    deinit { close(descriptor) }

    /// Sends a message; the system's error number, or 0.
    func send(_ message: String) -> Int32 {
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: address) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let bytes = Array(message.utf8)
        let sent = unsafe withUnsafePointer(to: &target) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, bytes, bytes.count, 0, $0, length)
            }
        }
        return sent == bytes.count ? 0 : errno
    }

    /// The clock that `RELOADING=1` goes with, in microseconds.
    static var monotonicMicroseconds: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }

    /// This process, as `WATCHDOG_PID` names it.
    static var processID: Int32 { getpid() }
}
