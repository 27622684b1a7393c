import Core
import Glibc

/// A cache's folder, held by its lock: the file, and the mark beside it.
final class CachePlace {
    let folder: String
    private var lock: Int32

    var file: String { "\(folder)/versions.mdb" }
    private var mark: String { "\(folder)/mark.json" }

    /// Makes the folder where it is not there, and takes its lock.
    init(folder: String) throws(CacheFault) {
        self.folder = folder
        lock = -1
        var made = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            made += "/\(part)"
            if unsafe mkdir(made, 0o700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES {
                throw Self.fault("making")
            }
        }
        let descriptor = unsafe open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault("opening") }
        lock = descriptor
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw Self.fault("locking") }
            throw CacheFault(kind: .failed, attempt: "locking", reason: "another process uses it")
        }
    }

    deinit { release() }

    /// Gives the folder back.
    func release() {
        guard lock >= 0 else { return }
        // Closing alone would leave it to a child that was forked just now and has not closed its copy yet.
        flock(lock, LOCK_UN)
        Glibc.close(lock)
        lock = -1
    }

    /// The file's length; nil where it is not there.
    var fileBytes: Int? {
        var status = stat()
        guard unsafe lstat(file, &status) == 0 else { return nil }
        return Int(status.st_size)
    }

    /// Deletes file and mark.
    func clear() throws(CacheFault) {
        for path in [mark, file] where unsafe unlink(path) != 0 {
            guard errno == ENOENT else { throw Self.fault("emptying") }
        }
    }

    func readMark() -> CacheMark? { Self.read(mark).flatMap(CacheMark.init) }

    /// Replaces the mark; it is on the disk when this returns.
    func write(_ mark: CacheMark) throws(CacheFault) {
        let aside = self.mark + ".new"
        let descriptor = unsafe open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault("writing to") }
        let bytes = mark.bytes
        let written = unsafe Glibc.write(descriptor, bytes, bytes.count)
        let isWhole = written == bytes.count && fsync(descriptor) == 0
        let code = written >= 0 && written < bytes.count ? ENOSPC : errno
        Glibc.close(descriptor)
        guard isWhole else { throw Self.fault("writing to", code) }
        guard unsafe rename(aside, self.mark) == 0 else { throw Self.fault("writing to") }
        let parent = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw Self.fault("syncing") }
        defer { Glibc.close(parent) }
        guard fsync(parent) == 0 else { throw Self.fault("syncing") }
    }

    /// What the kernel calls this boot of the machine; empty where it does not say.
    static func currentBoot() -> String {
        let text = String(decoding: read("/proc/sys/kernel/random/boot_id") ?? [], as: UTF8.self)
        return String(text.prefix { $0 != "\n" })
    }

    /// A small file's bytes.
    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return count >= 0 ? Array(bytes[..<count]) : nil
    }

    private static func fault(_ attempt: String, _ code: Int32 = errno) -> CacheFault {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        let isFull = [ENOSPC, EDQUOT, EFBIG, EIO].contains(code)
        return CacheFault(kind: isFull ? .full : .failed, attempt: attempt, reason: reason)
    }
}
