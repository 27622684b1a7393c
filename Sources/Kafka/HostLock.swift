import Core
import Glibc
import Synchronization

/// The lock file of an account on this host, held for the session's life.
///
/// Taking it proves that a session which recorded this file's id is dead, whatever container it ran in; a process's
/// number would prove nothing there. The kernel gives the lock back when the holder dies.
final class HostLock: Sendable {
    let path: String
    /// Random, written into the file when it was made: the same id is the same file.
    let id: String
    private let descriptor: Locked<Int32>

    private init(path: String, id: String, descriptor: Int32) {
        self.path = path
        self.id = id
        self.descriptor = Locked(descriptor)
    }

    deinit { release() }

    /// The lock, or nil where somebody holds it.
    static func take(_ path: String) throws(PublishError) -> HostLock? {
        while true {
            let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o660)
            guard descriptor >= 0 else { throw failure("opened", path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                Glibc.close(descriptor)
                if code == EINTR { continue }
                if code == EWOULDBLOCK { return nil }
                throw failure("locked", path, code)
            }
            // Whoever cleans up may have removed the file between open and lock: then this is a lock on nothing.
            guard isSame(descriptor, path) else {
                Glibc.close(descriptor)
                continue
            }
            guard let id = readID(descriptor) ?? writeID(descriptor) else {
                let code = errno
                Glibc.close(descriptor)
                throw failure("written", path, code)
            }
            return HostLock(path: path, id: id, descriptor: descriptor)
        }
    }

    /// Gives the lock back; the file stays, for its id.
    func release() {
        let descriptor = descriptor.withLock { descriptor in
            defer { descriptor = -1 }
            return descriptor
        }
        guard descriptor >= 0 else { return }
        // Closing alone would leave it to a child that was forked just now and has not closed its copy yet.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var held = stat()
        var named = stat()
        guard unsafe fstat(descriptor, &held) == 0, unsafe lstat(path, &named) == 0 else { return false }
        return held.st_dev == named.st_dev && held.st_ino == named.st_ino
    }

    private static let idLength = 32

    private static func readID(_ descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: idLength + 1)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        guard count == idLength else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func writeID(_ descriptor: Int32) -> String? {
        let id = RandomID.make()
        let bytes = Array(id.utf8)
        guard ftruncate(descriptor, 0) == 0, unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
        else {
            return nil
        }
        return id
    }

    private static func failure(_ what: String, _ path: String, _ code: Int32 = errno) -> PublishError {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return PublishError(
            .badSetting,
            "the lock file \(path) could not be \(what): \(reason); use another folder with --lock-folder"
        )
    }
}
