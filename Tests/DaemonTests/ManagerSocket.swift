import Foundation
import Glibc
import Testing

/// A socket that a manager would have: gives what was sent to it.
final class ManagerSocket: Sendable {
    let name: String
    private let descriptor: Int32
    private let path: String?

    /// At a path of its own, or under an abstract name.
    init(isAbstract: Bool) throws {
        let text = "/tmp/sluice-notify-\(UUID().uuidString.prefix(8))"
        name = isAbstract ? "@\(text.dropFirst(5))" : text
        path = isAbstract ? nil : text
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = isAbstract ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length)
            }
        }
        try #require(result == 0, "cannot bind \(name)")
    }

    deinit {
        close(descriptor)
        if let path { unsafe _ = unlink(path) }
    }

    /// What lies there, since a local datagram is there once it is sent; nil where nothing does.
    func message() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
