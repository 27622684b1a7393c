import Core
import Glibc

/// The lock of a destination that is no Kafka: one session at a time, on whatever host sees its file.
///
/// The kernel gives it back when the holder dies (I3).
struct LedgerLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock and writes into the file who holds it; where somebody does, says who.
    static func take(_ path: String, noun: String, holder: String) throws -> LedgerLock {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw DiskFile.failure("opening the lock", path) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let code = errno
            let other = text(of: descriptor)
            Glibc.close(descriptor)
            guard code == EWOULDBLOCK else { throw DiskFile.failure("locking", path, code) }
            throw PublishError(
                .alreadyRunning,
                "\(noun) is in use by \(other.isEmpty ? "another session" : other), which holds \(path); wait for "
                    + "its end, or use another folder"
            )
        }
        let line = Array("\(holder)\n".utf8)
        // For people only: a full disk must not keep anybody out.
        if ftruncate(descriptor, 0) == 0 { unsafe _ = pwrite(descriptor, line, line.count, 0) }
        return LedgerLock(descriptor: descriptor)
    }

    /// Gives the lock back; the file stays, since removing it would let two in.
    func release() {
        // Closing alone would leave it to a child that was forked just now and has not closed its copy yet.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func text(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        return String(
            decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") },
            as: UTF8.self
        )
    }
}
